"""What was found: files of reads and alignments, the units they form, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "fastq": (".fastq", ".fq", ".fastq.gz", ".fq.gz", ".fastq.bz2", ".fq.bz2", ".fastq.xz", ".fastq.zst"),
    "spring": (".fastq.gz.spring", ".fq.gz.spring"),
    "bam": (".bam",),
    "bai": (".bai", ".csi"),
    "cram": (".cram",),
    "crai": (".crai",),
    "vcf": (".vcf", ".vcf.gz"),
    "table": (".table",),
}
"""Kinds of files by the end of their name, in lower case."""

INDEX_OF = {"bai": "bam", "crai": "cram", "table": "bam"}


@dataclass(frozen=True, slots=True)
class Peek:
    """What a file shows: id of its first read, its number in the pair (0 unknown), bases, lane, reads counted, what is wrong."""

    read: str = ""
    number: int = 0
    length: int = 0
    lane: str = ""
    reads: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of reads or alignments: absolute path (links kept), kind, stem without the kind's ending, and what it shows."""

    path: Path
    kind: str
    stem: str
    peek: Peek = field(default_factory=Peek, compare=False)

    @property
    def folder(self) -> Path:
        """The folder it lies in."""
        return self.path.parent


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is in no row, and why; `where` is its path."""

    path: Path
    reason: str


@dataclass(slots=True)
class Unit:
    """Files of one sequencing of one sample, which stand in one row: role (`1`, `2`, `bam`, `bai`, …) → file."""

    sample: str
    files: dict[str, Found]
    lane: str = ""
    chunk: str = ""

    @property
    def first(self) -> Found:
        """The file that names the unit."""
        return next(iter(self.files.values()))


def kind_of(name: str) -> tuple[str, str]:
    """Kind and stem of a file by its name; the kind is empty for what holds neither reads nor alignments."""
    low = name.lower()
    fits = [(ending, kind) for kind, endings in KINDS.items() for ending in endings if low.endswith(ending)]
    if not fits:
        return "", name
    ending, kind = max(fits, key=lambda fit: len(fit[0]))
    return kind, name[: len(name) - len(ending)]
