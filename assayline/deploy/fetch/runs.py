"""Runs of an accession with their files, as ENA's portal lists them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assayline.deploy.errors import FetchRefused

if TYPE_CHECKING:
    from assayline.deploy.fetch.portal import Portal

FIELDS = (
    *("run_accession", "experiment_accession", "study_accession", "sample_accession", "secondary_sample_accession"),
    *("sample_alias", "experiment_alias", "sample_title", "experiment_title", "library_name", "library_layout"),
    *("library_strategy", "library_source", "instrument_platform", "scientific_name", "read_count"),
    *(f"{kind}_{what}" for kind in ("fastq", "submitted", "bam") for what in ("ftp", "md5", "bytes")),
    "submitted_format",
)
ACCESSION = re.compile(r"(?:GS[EM]\d+|[SED]R[APRSXZ]\d{5,}|PRJ[NED][A-Z]\d+|SAM[NED][A-Z]?\d+)")
MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file of the archive: address as the portal says it, MD5 in hex, size in bytes (0 unknown)."""

    said: str
    md5: str
    size: int

    @property
    def name(self) -> str:
        """The file's name, of which only harmless characters are kept."""
        return re.sub(r"[^\w.+-]", "_", self.said.rstrip("/").rpartition("/")[2]).lstrip(".") or "file"


@dataclass(slots=True)
class Run:
    """One run: what the portal says of it, and its files by kind (`fastq`, `submitted`, `bam`)."""

    accession: str
    said: dict[str, str]
    files: dict[str, list[Remote]] = field(default_factory=dict)

    @property
    def single_cell(self) -> bool:
        """Whether its library is one of single cells, by its source or titles."""
        words = " ".join(
            self.said.get(name, "") for name in ("library_source", "experiment_title", "library_name", "sample_title")
        )
        return bool(re.search(r"single[ -]cell|scrna|snrna|10x\b|chromium|drop-?seq", words, re.IGNORECASE))

    @property
    def geo(self) -> str:
        """The GEO sample it belongs to, or nothing."""
        names = (self.said.get(name, "") for name in ("experiment_alias", "sample_alias", "library_name"))
        return next((match[0] for name in names if (match := re.match(r"GSM\d+", name))), "")


def runs_of(portal: Portal, accession: str) -> list[Run]:
    """The runs of an accession of reads, in order; raises FetchRefused when the portal knows none or answers no table."""
    text = portal.report(accession, ",".join(FIELDS))
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    if text.strip() and "run_accession" not in text.partition("\n")[0]:
        raise FetchRefused(
            what=f"ENA: {accession}", found=text[:80], expected="a table with run_accession", next="Try again later."
        )
    if not rows:
        raise FetchRefused(
            what=accession,
            found="no runs at ENA",
            expected="an accession with public runs",
            next="Check it; new data reach ENA some days later.",
        )
    return [_run(row) for row in rows]


def _run(row: dict[str, str | None]) -> Run:
    said = {name: value.strip() for name, value in row.items() if name and value}
    run = Run(said.get("run_accession", ""), said)
    if not re.fullmatch(r"[SED]RR\d+", run.accession):
        raise FetchRefused(what="ENA", found=f"the run {run.accession!r}", expected="a run's accession", next="Try again later.")
    for kind in ("fastq", "submitted", "bam"):
        columns = [said.get(f"{kind}_{what}", "").split(";") for what in ("ftp", "md5", "bytes")]
        places = [place for place in columns[0] if place]
        for index, place in enumerate(places):
            md5 = columns[1][index].lower() if index < len(columns[1]) else ""
            size = columns[2][index] if index < len(columns[2]) else ""
            remote = Remote(place, md5 if MD5.fullmatch(md5) else "", int(size) if size.isdecimal() else 0)
            run.files.setdefault(kind, []).append(remote)
    return run
