"""Re-conversion: documents that an older converter or schema wrote, their sources found by digest, and what changed by it.

What changed is kept beside the new document as `<input>.update.json`, one entry an update, the latest last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from allotrope.errors import DeclaredError, UnknownInstrument
from assayline import __version__
from assayline.batch.outputs import endings
from assayline.batch.plan import Item, files_inside
from assayline.batch.work import Done, Settings, convert_item, failure
from assayline.errors import BadInput
from assayline.files import write_whole
from assayline.judge import DOCUMENT, Judgement, Written, judge, read_written, system_of
from assayline.watch.settling import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUMMARY = ".update.json"
SCHEMA = "assayline/update/1"
SHOWN = 1000
"""Single differences that a summary names; all are counted."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A document that is older than this converter: its path, content, its source's digest and name, and what makes it old."""

    path: Path
    written: Written
    digest: str
    source_name: str
    because: str


class Sources:
    """Finds a source by its digest among files; each file is read at most once, those of the right name first."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._by_name: dict[str, list[Path]] = {}
        for path in files:
            self._by_name.setdefault(path.name, []).append(path)
        self._digests: dict[Path, str] = {}

    def find(self, digest: str, name: str) -> Path | None:
        """The file with this content, else None; files that cannot be read are passed over."""
        others = (path for other, paths in self._by_name.items() if other != name for path in paths)
        for path in chain(self._by_name.get(name, []), others):
            if path not in self._digests:
                try:
                    self._digests[path] = digest_of(path)
                except OSError:
                    self._digests[path] = ""
            if self._digests[path] == digest:
                return path
        return None


def custom_of(node: dict[str, Any]) -> dict[str, Any]:
    """Custom information of a node by label, in the plain or in the standard's form."""
    plain = node.get("custom information document", {})
    found = dict(plain) if isinstance(plain, dict) else {}
    aggregate = node.get("custom information aggregate document", {})
    for entry in aggregate.get("custom information document", ()):
        found[entry.get("datum label", "")] = next((value for key, value in entry.items() if key.startswith("scalar ")), None)
    return found


def stale(folder: Path) -> Iterator[Stale]:
    """The documents of a folder that another version wrote, or by another schema than their instrument's now."""
    paths = sorted(path for path in folder.rglob(f"*{DOCUMENT}") if path.is_file())
    if not paths:
        raise BadInput(
            what=folder, found="no document", expected=f"files that end in {DOCUMENT}", next="Name the folder given to -o."
        )
    for path in paths:
        written = read_written(path)
        system = system_of(written.asm)
        digest = str(written.ledger.get("source digest") or custom_of(system).get("source digest") or "").removeprefix("sha256:")
        because = _because(written)
        if because:
            yield Stale(path, written, digest, str(system.get("file name", "")), because)


def _because(written: Written) -> str:
    """Why a document is old: empty for one of this version and schema, and for one that a newer version wrote."""
    from packaging.version import InvalidVersion, Version

    try:
        found, here = Version(written.version), Version(__version__)
    except InvalidVersion:
        return f"converter {written.version or 'unknown'}"
    if found != here:
        return f"converter {found}" if found < here else ""
    manifest = _manifest_now(str(written.ledger.get("instrument", "")))
    before = str(written.asm.get("$asm.manifest", "")).partition("/manifests/")[2].removesuffix(".manifest")
    return f"schema {before}" if manifest not in ("", before) else ""


def _manifest_now(instrument: str) -> str:
    """The manifest that an instrument has in this version; empty for one that is not known."""
    from allotrope.registry import load

    try:
        return load(instrument).manifest if instrument else ""
    except UnknownInstrument:
        return ""


def update(one: Stale, folder: Path, output: Path, sources: Sources, settings: Settings) -> Done:
    """Re-convert one document to its place under `output`, and keep what changed beside it; nothing is written on failure."""
    target = output / one.path.relative_to(folder)
    target = target.with_name(target.name.removesuffix(DOCUMENT))
    source = sources.find(one.digest, one.source_name) if one.digest else None
    if source is None:
        expected = f"{one.source_name or 'its source'} with SHA-256 {one.digest[:12]}…" if one.digest else "a source digest in it"
        message = f"{one.path}: {one.because}: found no source; expected {expected} beside it or under the given folders."
        return failure(Item(one.path, target), "source-missing", message, 10)
    also = tuple(
        name for name, ending in endings(("json", "parquet", "rdf", "xlsx")).items() if _beside(one.path, ending).is_file()
    )
    formats = tuple(dict.fromkeys((*settings.formats, *(name for name in also if name != "ledger"))))
    item = Item(source, target)
    done = convert_item(item, replace(settings, formats=formats, digest=one.digest))
    done.result["document"], done.result["because"] = str(one.path), one.because
    if done.status or settings.dry_run:
        return done
    try:
        judgement = judge(one.written, read_written(target.with_name(target.name + DOCUMENT)))
        place = target.with_name(target.name + SUMMARY)
        write_whole({place: _summary(_beside(one.path, SUMMARY), one, judgement)}, force=True)
    except DeclaredError as error:
        return failure(item, error.code, str(error), error.status)
    done.result |= {"same": judgement.same, "differences": len(judgement.found), "summary": str(place)}
    return done


def _beside(document: Path, ending: str) -> Path:
    return document.with_name(document.name.removesuffix(DOCUMENT) + ending)


def _summary(before: Path, one: Stale, judgement: Judgement) -> bytes:
    """The summary with this update added to those before; a file that is no summary is started anew."""
    try:
        body = json.loads(before.read_bytes())
    except (OSError, ValueError):
        body = None
    earlier = body["updates"] if isinstance(body, dict) and body.get("schema") == SCHEMA else []
    entry = {"because": one.because, **judgement.to_json(SHOWN)}
    return json.dumps({"schema": SCHEMA, "updates": [*earlier, entry]}, ensure_ascii=False, indent=1).encode() + b"\n"


def all_sources(given: Iterable[Path], folder: Path) -> Sources:
    """Where sources are looked for: the files given, those in folders given, and those among the documents."""
    files: list[Path] = []
    for path in (*given, folder):
        files += [path / name for name in files_inside(path, path)] if path.is_dir() else [path]
    return Sources(dict.fromkeys(files))
