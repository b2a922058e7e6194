"""Which files of a run folder belong to the run, in which part each stands, and what it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.errors import BadInput
from assayline.json_files import file_digest
from assayline.notebook.run import RunFile

if TYPE_CHECKING:
    from collections.abc import Iterator

CRATE = "ro-crate-metadata.json"
RECORD = "run.json"
PARTS = {
    "asm": "ASM document of an instrument's file",
    "ledger": "Ledger: what became of every cell of an instrument's file",
    "tables": "Table",
    "cells": "Result of a single-cell station",
    "samples": "What the gate said of one sample alone",
    "figures": "Figure or its words",
    "evidence": "Evidence: single facts with the place where each stands",
    "decisions": "Decision: question, choice, reasons, bounds, who decided",
    "interpretation": "Interpretation: statements checked against the evidence",
    "notebook": "Where the entries of the notebook are",
    "report": "Report for people",
    "workflow": "Source of the workflow that ran",
    "run": "What was run: workflow, inputs, parameters, software",
}
"""Parts of a run by the first step of a file's name, without its suffix."""

MEDIA = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
    ".h5ad": "application/x-hdf5",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".smk": "text/plain",
    ".txt": "text/plain",
}
UNKNOWN = "application/octet-stream"
WORKING = ("logs",)
"""Folders with working material: nothing of them is a result."""


def part_of(name: str) -> str | None:
    """The part of a run in which a file stands, by its name relative to the run folder; None for what is no part of a run."""
    first, _, rest = name.partition("/")
    if rest:
        return first if first in PARTS else None
    stem, _, ending = first.rpartition(".")
    return stem if stem in PARTS and ending in ("json", "jsonl", "html") else None


def media_type(name: str) -> str:
    """The media type that a file's ending says."""
    return MEDIA.get(Path(name).suffix.lower(), "text/plain" if Path(name).name == "Snakefile" else UNKNOWN)


def walk(folder: Path) -> Iterator[str]:
    """Names of the files below a folder, relative to it, but for hidden ones, working material and the crate's description."""
    for here, folders, files in os.walk(folder):
        place = Path(here).relative_to(folder)
        top = place == Path()
        folders[:] = [name for name in folders if not name.startswith(".") and not (top and name in WORKING)]
        for name in files:
            if not name.startswith(".") and not (top and name == CRATE):
                yield (place / name).as_posix()


def members(folder: Path) -> tuple[list[RunFile], list[str]]:
    """The files of a run with their digests, and the names of other files in the folder; links that lead out count as other.

    Raises BadInput when there is no folder, no file of a run in it, or one that cannot be read.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
        raise BadInput(what=folder, found=found, expected="a run folder", next="Name the folder that `assayline run` printed.")
    base, found_files, others = folder.resolve(), [], []
    for name in sorted(walk(folder)):
        path = folder / name
        if part_of(name) is None or not path.resolve().is_relative_to(base) or not path.is_file():
            others.append(name)
        else:
            found_files.append(RunFile(name, path.stat().st_size, file_digest(path).removeprefix("sha256:"), path))
    if not found_files:
        raise BadInput(
            what=folder, found="no file of a run", expected="a run folder", next="Name the folder that `assayline run` printed."
        )
    return found_files, others
