"""Fetch public reads: GEO series and samples, studies, experiments or runs.

GEO is resolved through NCBI's E-utilities, runs and files come from ENA over https. Files are checked by MD5, resumed and fetched
in parallel; the same command goes on where it stopped. DIR/metadata.csv tells sample and conditions of each run for `deploy sheet
--metadata`. Addresses: ASSAYLINE_EUTILS, ASSAYLINE_ENA; NCBI_API_KEY for more questions a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Accessions, the folder, and how."""
    parser.add_argument(
        "accessions", nargs="+", metavar="ACCESSION", help="GSE, GSM, SRP, PRJNA, SRX, SAMN, SRR (also ERR, DRR …)"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the files")
    parser.add_argument("--skip", action="append", default=[], metavar="RUN", help="leave out a run or GEO sample")
    parser.add_argument("--single-cell", action="store_true", default=None, help="the barcode read must be there")
    parser.add_argument("--bulk", dest="single_cell", action="store_false", help="these are no single cells, whatever titles say")
    parser.add_argument("--allow", action="append", default=[], metavar="HOST", help="allow files from this host too")
    parser.add_argument("--jobs", type=int, default=4, metavar="N", help="files at a time (default: 4)")
    parser.add_argument("--tries", type=int, default=6, metavar="N", help="tries without progress before giving up (default: 6)")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="seconds to wait for a server (default: 60)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be fetched")


def run(options: argparse.Namespace) -> Outcome:
    """Resolve and download; status 9 when refused, 8 when some files did not arrive."""
    from assayline.deploy.fetch.get import TABLE, fetch, plan
    from assayline.deploy.fetch.portal import Portal

    portal = Portal(allow=tuple(options.allow), tries=options.tries, timeout=options.timeout)
    wanted = plan(portal, options.accessions, skip=options.skip, single_cell=options.single_cell)
    files = wanted.files(options.output)
    size = sum(file.size for _, file, _ in files)
    samples = len({row["sample"] for row in wanted.rows})
    talk(f"{samples} samples, {len(wanted.chosen)} runs, {len(files)} files, {size / 1e9:.3f} GB")
    if options.dry_run:
        shown: list[dict[str, object]] = [
            {"file": str(place), "run": run.run.accession, "size": file.size, "md5": file.md5} for run, file, place in files
        ]
        return Outcome(
            [{"files": shown, "samples": wanted.rows}], wanted.findings, text="\n".join(str(item["file"]) for item in shown)
        )
    body = fetch(portal, wanted, options.output, jobs=options.jobs, say=talk)
    text = f"{options.output / TABLE}\n" + "\n".join(str(options.output / item["file"]) for item in body["files"])
    return Outcome([body | {"samples": wanted.rows}], wanted.findings, text=text)
