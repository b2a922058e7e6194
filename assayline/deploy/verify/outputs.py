"""Outputs of a pipeline: those that are hollow, and samples that are in none."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from assayline.deploy.sheet.peek import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

BESIDE = (".log", ".err", ".out", ".yml", ".yaml", ".txt", ".command.sh", ".md", ".done")
"""Files that may be empty without a result missing."""

TABLES = (".tsv", ".csv", ".counts", ".bed", ".narrowPeak", ".broadPeak", ".tab")
BINARY = {
    ".h5ad": b"\x89HDF\r\n\x1a\n",
    ".h5": b"\x89HDF\r\n\x1a\n",
    ".png": b"\x89PNG",
    ".pdf": b"%PDF",
    ".parquet": b"PAR1",
    ".zip": b"PK\x03\x04",
}
"""First bytes of formats in which an output may come."""

HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Hollow:
    """An output that holds nothing, by its name in the results; `grave` where a result is missing with it."""

    name: str
    found: str
    grave: bool


def outputs(results: Path) -> list[Path]:
    """Every file of the results, in order of names; links count as what they lead to."""
    return sorted(path for path in results.rglob("*") if path.is_file() and not path.name.startswith("."))


def hollow(results: Path, files: Iterable[Path]) -> list[Hollow]:
    """Files that are empty, are not what their ending says, or have a header and nothing below it."""
    found = []
    for path in files:
        said = emptiness(path)
        if said:
            name = path.relative_to(results).as_posix()
            found.append(Hollow(name, said, grave=not name.endswith(BESIDE) and "header" not in said))
    return found


def emptiness(path: Path) -> str:
    """In what way a file is hollow; empty if it is not."""
    try:
        if path.stat().st_size == 0:
            return "no bytes"
        name = path.name.lower()
        kind = next((kind for kind in ("bam", "cram") if name.endswith(f".{kind}")), "")
        if re.search(r"\.f(ast)?q(\.gz)?$", name):
            kind = "fastq"
        if kind:
            return look(path, kind, "quick").problem
        with path.open("rb") as raw:
            head = raw.read(HEAD)
        if head[:2] == b"\x1f\x8b":
            name = name.removesuffix(".gz")
            with gzip.open(path) as packed:
                head = packed.read(HEAD)
            if not head:
                return "nothing in its compressed data"
    except (OSError, EOFError, zlib.error) as error:
        return f"cannot be read ({error})"
    return _content(name, head)


def _content(name: str, head: bytes) -> str:
    """What the first bytes lack, by the kind of file."""
    magic = next((first for ending, first in BINARY.items() if name.endswith(ending)), None)
    if magic is not None:
        return "" if head.startswith(magic) else "not what its ending says"
    lines = [line for line in head.splitlines() if line.strip()]
    if name.endswith((".vcf", ".gtf", ".gff", ".sam")):
        marks = b"@" if name.endswith(".sam") else b"#"
        return "" if any(not line.startswith(marks) for line in lines) else "a header only"
    if name.endswith(TABLES):
        return "a header only" if len(lines) < 2 and len(head) < HEAD else ""
    if name.endswith(".mtx"):
        sizes = next((line.split() for line in lines if not line.startswith(b"%")), [])
        return "a matrix without entries" if len(sizes) == 3 and sizes[2] == b"0" else "" if sizes else "no matrix"
    if name.endswith(".json") and len(head) < HEAD:
        try:
            return "" if json.loads(head) else "nothing in its JSON"
        except ValueError:
            return "broken JSON"
    return "" if lines else "white space only"


def missing(results: Path, files: Sequence[Path], expected: Sequence[str]) -> list[str]:
    """Expected patterns (relative to the results) that no file fits."""
    names = [path.relative_to(results).as_posix() for path in files]
    return [pattern for pattern in expected if not any(fnmatchcase(name, pattern) for name in names)]


def unseen(results: Path, files: Sequence[Path], samples: Iterable[str]) -> list[str]:
    """Samples that no output names, neither in its path nor, for tables and JSON up to 1 MB, in its text."""
    names = "\n".join(path.relative_to(results).as_posix() for path in files)
    left = [sample for sample in samples if not _names(sample, names)]
    for path in files:
        if not left:
            break
        if path.suffix in (".tsv", ".csv", ".txt", ".json") and path.stat().st_size <= 1 << 20:
            text = path.read_text("utf-8", "replace")
            left = [sample for sample in left if not _names(sample, text)]
    return left


def _names(sample: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(sample)}(?![A-Za-z0-9])", text) is not None
