"""A run folder as read: its files with digests, and what is in them; nothing writes, no text in a file is taken for a path."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.notebook.errors import NotARun, RunDamaged
from assayline.notebook.shapes import misfit, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assayline.report.results import Results

PARTS = (
    "asm/**/*.asm.json",
    "ledger/**/*.ledger.json",
    "tables/**/*.parquet",
    "tables/*.json",
    "cells/*.json",
    "cells/*.parquet",
    "figures/*.png",
    "figures/*.json",
    "evidence.jsonl",
    "decisions/*.json",
    "interpretation.json",
)
"""The files that a run is made of; what else lies in the folder is working material and belongs to no entry."""

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file of a run: its name relative to the folder, size in bytes and SHA-256 in hex."""

    name: str
    size: int
    sha256: str
    path: Path = field(compare=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its words: PNG bytes, title, caption, alternative text and the evidence it shows."""

    name: str
    png: bytes
    title: str
    caption: str
    alt: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """All that a run folder holds; parts that are missing are empty. `findings` tells what was left out and why."""

    folder: Path
    files: tuple[RunFile, ...]
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def key(self) -> str:
        """The digest of the run's content: the same for a copy of the folder under another name."""
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in self.files)
        return hashlib.sha256(b"assayline/run/1\n" + lines.encode()).hexdigest()

    def _named(self, start: str, end: str) -> Iterator[RunFile]:
        return (file for file in self.files if file.name.startswith(start) and file.name.endswith(end))

    def _json(self, name: str) -> dict[str, Any]:
        found = next((file for file in self.files if file.name == name), None)
        return read_object(found) if found else {}

    @cached_property
    def documents(self) -> dict[str, dict[str, Any]]:
        """ASM documents by the name of their file."""
        return {file.name: read_object(file) for file in self._named("asm/", ".asm.json")}

    @cached_property
    def results(self) -> dict[str, Results]:
        """What the ASM documents measured, by the name of their file."""
        from assayline.report.results import read_results

        return {name: read_results(name, asm) for name, asm in self.documents.items()}

    @cached_property
    def ledgers(self) -> dict[str, dict[str, Any]]:
        """Ledgers by the name of their file."""
        return {file.name: read_object(file) for file in self._named("ledger/", ".ledger.json")}

    @cached_property
    def evidence(self) -> dict[str, dict[str, Any]]:
        """Evidence by id, in the order of the file."""
        found = next((file for file in self.files if file.name == "evidence.jsonl"), None)
        return {item["id"]: item for item in read_lines(found)} if found else {}

    @cached_property
    def decisions(self) -> dict[str, dict[str, Any]]:
        """Decisions by question."""
        return {
            body.get("question", Path(file.name).stem): body
            for file in self._named("decisions/", ".json")
            for body in [read_object(file)]
        }

    @cached_property
    def interpretation(self) -> dict[str, Any]:
        """The interpretation, or an empty mapping."""
        return self._json("interpretation.json")

    @cached_property
    def cells(self) -> dict[str, dict[str, Any]]:
        """What the stations for single cells reported, by the name of the station's file without suffix."""
        return {Path(file.name).stem: read_object(file) for file in self._named("cells/", ".json")}

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, by name; a file that is no PNG is left out with a finding."""
        return tuple(figure for file in self._named("figures/", ".png") if (figure := self._figure(file)) is not None)

    def _figure(self, file: RunFile) -> Figure | None:
        png = file.path.read_bytes()
        if not png.startswith(PNG):
            self.findings.append(
                Finding("figure-not-png", f"left out: found {png[:8]!r}; expected a PNG picture", file.name, "warning")
            )
            return None
        words = self._json(file.name.removesuffix(".png") + ".json")
        title = str(words.get("title") or Path(file.name).stem.replace("_", " "))
        return Figure(
            file.name,
            png,
            title,
            str(words.get("caption", "")),
            str(words.get("alt") or title),
            tuple(str(item) for item in words.get("evidence") or ()),
        )

    @cached_property
    def markers(self) -> list[dict[str, Any]]:
        """Marker genes as rows, or nothing when that station did not run."""
        found = next((file for file in self.files if file.name == "cells/markers.parquet"), None)
        return read_table(found) if found else []


def read_run(folder: Path) -> Run:
    """List and digest the run's files; raises NotARun when there are none. Links that lead out of the folder are left out."""
    if not folder.is_dir():
        raise NotARun(folder=folder, found="no folder" if not folder.exists() else "a file")
    base, files, findings = folder.resolve(), [], []
    for path in sorted({path for pattern in PARTS for path in folder.glob(pattern) if path.is_file()}):
        name = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(base):
            findings.append(Finding("link-left-out", "left out: the link leads out of the run folder", name, "warning"))
            continue
        files.append(RunFile(name, path.stat().st_size, digest(path), path))
    if not files:
        raise NotARun(folder=folder, found="none of a run's files")
    return Run(folder, tuple(sorted(files, key=lambda file: file.name)), findings)


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_object(file: RunFile) -> dict[str, Any]:
    """The JSON object in a file; raises RunDamaged with the place otherwise."""
    try:
        body = json.loads(file.path.read_bytes())
    except UnicodeDecodeError as error:
        raise RunDamaged(
            file=file.name, where=f"byte {error.start}", found="bytes that are not UTF-8", expected="JSON"
        ) from error
    except json.JSONDecodeError as error:
        raise RunDamaged(file=file.name, where=f"line {error.lineno}", found=error.msg, expected="JSON") from error
    if not isinstance(body, dict):
        raise RunDamaged(file=file.name, where="start", found=type(body).__name__, expected="a JSON object")
    return checked(file, body)


def checked(file: RunFile, body: dict[str, Any], place: str = "") -> dict[str, Any]:
    """A body with the shape that files of this kind have, without nulls; raises RunDamaged with the place otherwise."""
    wrong = misfit(body, shape_of(file.name))
    if wrong:
        raise RunDamaged(file=file.name, where=place + wrong[0], found="another kind of value", expected=wrong[1])
    return {key: value for key, value in body.items() if value is not None}


def read_lines(file: RunFile) -> list[dict[str, Any]]:
    """The JSON objects of a file with one a line, each with an `id`; raises RunDamaged with the line otherwise."""
    items = []
    for number, line in enumerate(file.path.read_text("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise RunDamaged(file=file.name, where=f"line {number}", found=error.msg, expected="a JSON object") from error
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise RunDamaged(file=file.name, where=f"line {number}", found=line[:60], expected="an object with an id")
        items.append(checked(file, item, f"line {number} "))
    return items


def read_table(file: RunFile) -> list[dict[str, Any]]:
    """The rows of a Parquet file; raises RunDamaged when it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows: list[dict[str, Any]] = pq.read_table(file.path).to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise RunDamaged(file=file.name, where="start", found=str(error)[:120], expected="a Parquet table") from error
    return rows
