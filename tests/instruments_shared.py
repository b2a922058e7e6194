"""What the tests of instruments share: the cases of the corpus, the comparison tool, and conversions made once a session."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import allotrope

HERE = Path(__file__).parent / "instruments"
SHARED = Path(os.environ.get("ASSAYLINE_SHARED") or HERE.parents[2] / "shared")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the corpus."""

    name: str
    vendor: str
    path: Path
    reference: Path


def corpus_cases() -> list[Case]:
    """Every case of the corpus, none where the shared material is absent."""
    manifest = SHARED / "corpus" / "MANIFEST.tsv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    root = manifest.parent
    return [Case(row["case"], row["vendor"], root / row["input"], root / row["reference"]) for row in rows]


CASES = corpus_cases()


@cache
def converted(path: Path) -> allotrope.Conversion:
    """The conversion of a file, made once a session."""
    return allotrope.convert(path)


def golden_inputs() -> list[Path]:
    """Inputs made by hand for this project: every file under an instrument's folder that is no golden itself."""
    return sorted(
        path
        for path in HERE.glob("*/*")
        if path.is_file() and not path.name.endswith((".asm.json", ".ledger.json")) and path.suffix not in (".py", ".pyc")
    )


def scalars(node: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every scalar of a document with its path."""
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in scalars(value, f"{path}/{key}")]
    if isinstance(node, list):
        return [found for index, value in enumerate(node) for found in scalars(value, f"{path}/{index}")]
    return [(path, node)]


def source_of(shared: Path, case: str) -> Path:
    """The input of a case of the corpus, given as `vendor/number`."""
    return next(path for path in sorted((shared / "corpus" / case).iterdir()) if not path.name.endswith((".json", ".tsv")))


def lines_of(path: Path) -> list[str]:
    """The lines of a text, without their ends."""
    return allotrope.probe.Probe(path).text.replace("\r\n", "\n").split("\n")


def stream(content: str | bytes, name: str) -> io.BytesIO:
    """A file of this name in memory."""
    found = io.BytesIO(content.encode() if isinstance(content, str) else content)
    found.name = name  # type: ignore[misc]
    return found


def measurements(node: Any) -> int:
    """How many measurements a document has."""
    if isinstance(node, dict):
        return ("measurement identifier" in node) + sum(map(measurements, node.values()))
    return sum(map(measurements, node)) if isinstance(node, list) else 0
