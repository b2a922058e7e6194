"""Which files of a run are taken: the archive's FASTQ, or for single cells what really holds the barcode read, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.deploy.errors import FetchRefused

if TYPE_CHECKING:
    from assayline.deploy.fetch.runs import Remote, Run

READ = re.compile(r"(?:_R?([1-4])|_([IR])([1-4])_\d{3})\.f(?:ast)?q(?:\.gz)?$", re.IGNORECASE)
FASTQ = re.compile(r"\.f(?:ast)?q(?:\.gz|\.bz2)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files of one run, from which list they come, and in which folder they go."""

    run: Run
    kind: str
    files: tuple[Remote, ...]

    @property
    def folder(self) -> str:
        """Files as submitted keep their names, which may repeat among runs: a folder a run."""
        return "" if self.kind == "fastq" else self.run.accession


def choose(run: Run, findings: list[Finding], *, single_cell: bool | None = None) -> Chosen:
    """The files to take; raises FetchRefused when none will do."""
    cells = run.single_cell if single_cell is None else single_cell
    fastq, submitted = run.files.get("fastq", []), run.files.get("submitted", [])
    if cells:
        return _of_cells(run, fastq, submitted, findings)
    if fastq:
        wanted = [file for file in fastq if READ.search(file.name)] if len(fastq) == 3 else fastq
        if run.said.get("library_layout") == "PAIRED" and len(wanted) == 1:
            findings.append(
                Finding("layout-differs", "the archive says PAIRED and has one file of reads", run.accession, "warning")
            )
        left = [file for file in fastq if file not in wanted]
        findings += [Finding("file-left-out", "reads of the run that have no mate", file.name) for file in left]
        return Chosen(run, "fastq", tuple(wanted))
    reads = [file for file in submitted if FASTQ.search(file.name)]
    if reads:
        findings.append(Finding("as-submitted", "no FASTQ of the archive: the files are taken as submitted", run.accession))
        return Chosen(run, "submitted", tuple(reads))
    raise FetchRefused(
        what=run.accession,
        found="no FASTQ",
        expected="files of reads at ENA",
        next="Leave it out with --skip, or get its SRA file by hand.",
    )


def _of_cells(run: Run, fastq: list[Remote], submitted: list[Remote], findings: list[Finding]) -> Chosen:
    """Single cells: at least two reads, of which one is the barcode; else what was submitted; else refused."""
    if len([file for file in fastq if READ.search(file.name)]) >= 2:
        return Chosen(run, "fastq", tuple(file for file in fastq if READ.search(file.name)))
    reads = [file for file in submitted if FASTQ.search(file.name)]
    marks = {(match[2] or "R") + (match[1] or match[3]) for file in reads if (match := READ.search(file.name))}
    if {"R1", "R2"} <= {mark.upper() for mark in marks}:
        words = "the archive's FASTQ lacks the barcode read: the files are taken as submitted"
        findings.append(Finding("as-submitted", words, run.accession))
        return Chosen(run, "submitted", tuple(reads))
    bams = [file for file in (*submitted, *run.files.get("bam", [])) if file.name.lower().endswith(".bam")]
    if bams:
        words = (
            "the archive's FASTQ lacks the barcode read: the BAM is taken; turn it into FASTQ with bamtofastq before the sheet"
        )
        findings.append(Finding("bam-instead", words, run.accession, "warning"))
        kept = {file.name: file for file in bams}
        return Chosen(run, "submitted", tuple(kept.values()))
    raise FetchRefused(
        what=run.accession,
        found=f"{len(fastq)} file of reads and no barcode read, neither in FASTQ nor as submitted",
        expected="both reads of single cells",
        next="Leave it out with --skip, or get the original files from SRA's cloud copy.",
    )
