"""Write a pipeline's sample sheet from folders of FASTQ, BAM or CRAM.

PIPELINE is a folder, an archive, `organisation/name` as Nextflow pulled it, or `own`. Its own schema says which columns there
are; the sheet is checked against it and is not written if it fails. Every file found is in a row or listed with the reason. What
names and contents do not tell is asked for (status 4), never guessed. With --check-sheet a sheet that exists is checked, and with
-o written again as the pipeline reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse

    from assayline.deploy.nfcore import Pipeline
    from assayline.deploy.sheet.order import Order


def arguments(parser: argparse.ArgumentParser) -> None:
    """The pipeline, the files, and what they do not tell."""
    parser.add_argument("pipeline", metavar="PIPELINE", help="folder, archive, organisation/name, or own")
    parser.add_argument("places", nargs="*", type=Path, metavar="PATH", help="folders or files of reads or alignments")
    parser.add_argument("--revision", default="", metavar="REV", help="revision of a clone or of a pulled pipeline")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the sheet (default: printed)")
    parser.add_argument("--check-sheet", type=Path, metavar="SHEET", help="check this sheet instead of making one")
    parser.add_argument("--metadata", type=Path, metavar="TABLE", help="csv or tsv with a row a sample")
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="run folder that holds the decision on the table")
    parser.add_argument("--by", choices=("auto", "claude", "rules"), default="auto", help="who decides on the table (with --run)")
    parser.add_argument("--step", default="", metavar="STEP", help="where the pipeline begins, as sarek's variant_calling")
    parser.add_argument(
        "--strandedness", default="", choices=("auto", "forward", "reverse", "unstranded"), help="of all libraries"
    )
    parser.add_argument("--kit", default="", metavar="NAME", help="library kit, which tells the strandedness")
    parser.add_argument("--status", choices=("normal", "tumour"), help="all samples are normal, or all tumour")
    parser.add_argument("--layout", default="auto", choices=("auto", "single", "paired", "mixed"), help="single reads or pairs")
    parser.add_argument("--sample-from", default="auto", choices=("auto", "name", "folder"), help="what names a sample")
    parser.add_argument("--set", action="append", default=[], metavar="COLUMN=VALUE", help="a value for every row")
    parser.add_argument("--prefix", default="", metavar="TEXT", help="put before every sample, as for names that are numbers")
    parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="leave files out, by name or path")
    parser.add_argument(
        "--check", default="auto", choices=("quick", "auto", "full"), help="read files to their end: none, small, all"
    )
    parser.add_argument("--link", type=Path, metavar="DIR", help="link files there under names without white space")
    parser.add_argument("--merge", type=Path, metavar="DIR", help="put lanes together there where the pipeline wants one file")
    parser.add_argument("--force", action="store_true", help="replace the sheet if it exists")


def run(options: argparse.Namespace) -> Outcome:
    """Make or check the sheet; status 4 when something is not told, 9 when the pipeline's schema refuses it."""
    from allotrope.errors import Finding
    from assayline.deploy.nfcore import open_pipeline
    from assayline.deploy.sheet.make import make_sheet
    from assayline.errors import BadUsage
    from assayline.files import refuse_overwrite, write_whole

    pipeline = open_pipeline(options.pipeline, options.revision)
    if options.output:
        refuse_overwrite(options.output, force=options.force)
        _named(pipeline, options.output)
    if options.check_sheet:
        return _checked(pipeline, options.check_sheet, options.output, force=options.force)
    if not options.places:
        raise BadUsage(what="PATH", found="nothing", expected="folders or files of reads", next="Name at least one.")
    sheet = make_sheet(pipeline, _order(options))
    text = sheet.text("\t" if options.output and options.output.suffix == ".tsv" else ",")
    if options.output:
        write_whole({options.output: text.encode()}, force=options.force)
        talk(f"{options.output}: {len(sheet.rows)} rows, {sheet.used} files in them, {len(sheet.left)} left out")
    left = [Finding("file-left-out", item.reason, str(item.path)) for item in sheet.left]
    body = {"pipeline": pipeline.name, "sheet": str(options.output or ""), **sheet.to_json()}
    return Outcome([body], [*sheet.findings, *left], text="" if options.output else text)


def _order(options: argparse.Namespace) -> Order:
    """What is asked, from the command line."""
    from assayline.deploy.sheet.order import Order
    from assayline.errors import BadUsage

    wrong = [pair for pair in options.set if "=" not in pair]
    if wrong:
        raise BadUsage(what="--set", found=repr(wrong[0]), expected="COLUMN=VALUE", next="Write it as --set column=value.")
    return Order(
        places=tuple(options.places),
        exclude=tuple(options.exclude),
        check=options.check,
        layout=options.layout,
        sample_from=options.sample_from,
        step=options.step,
        metadata=options.metadata,
        strandedness=options.strandedness,
        kit=options.kit,
        status={"normal": "0", "tumour": "1", None: ""}[options.status],
        values=dict(pair.split("=", 1) for pair in options.set),
        prefix=options.prefix,
        link=options.link,
        merge=options.merge,
        run=options.folder,
        by=options.by,
    )


def _named(pipeline: Pipeline, output: Path) -> None:
    """Refuse a name that the pipeline's own parameter would refuse."""
    import re

    from assayline.errors import BadUsage

    pattern = pipeline.parameters.get(pipeline.sheet_parameter, {}).get("pattern")
    if pattern and not re.search(pattern, str(output)):
        said = pipeline.parameters[pipeline.sheet_parameter].get("errorMessage", f"a name that fits {pattern}")
        raise BadUsage(what="-o", found=str(output), expected=said, next="Choose another name.")


def _checked(pipeline: Pipeline, path: Path, output: Path | None, *, force: bool) -> Outcome:
    """A sheet that exists, judged; written again as the pipeline reads it when -o is given."""
    from assayline.deploy.sheet.edited import edited
    from assayline.files import write_whole

    sheet = edited(pipeline, path)
    if output:
        write_whole({output: sheet.text().encode()}, force=force)
    body = {"pipeline": pipeline.name, "sheet": str(output or path), **sheet.to_json()}
    return Outcome([body], sheet.findings, text=f"{path}: {len(sheet.rows)} rows that {pipeline.name} takes")
