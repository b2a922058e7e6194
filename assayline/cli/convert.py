"""Convert instrument exports into ASM documents, with a ledger of every value.

Writes DIR/<input>.asm.json and DIR/<input>.ledger.json for each file. A folder is searched and mirrored; of several paths each
folder keeps its own name. Nothing is overwritten without --force, and each file's outputs appear together or not at all.

With --update DIR the documents in DIR that an older version of converter or schema wrote are converted again: the sources are
found by their digest, in DIR and in every PATH. New documents go to -o, or with --force in place of the old ones; what changed is
kept beside each as <input>.update.json.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.batch.plan import make_plan
from assayline.batch.work import Settings, convert_item
from assayline.cli.outcome import Outcome
from assayline.cli.progress import progress
from assayline.cli.reading import reading, reading_options
from assayline.errors import BadArguments, BadUsage, WouldOverwrite
from assayline.settings import folder_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from assayline.batch.work import Done

FORMATS = ("json", "parquet", "rdf", "xlsx")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Inputs, destination, formats, and how to read."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a file or a folder of files")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="where outputs go (required without --update)")
    parser.add_argument("--to", metavar="FORMATS", help=f"some of {','.join(FORMATS)} (default: json)")
    reading_options(parser)
    parser.add_argument(
        "--strict",
        action="store_true",
        help="end with status 6 where anything does not parse or fit",
    )
    parser.add_argument("--force", action="store_true", help="replace outputs that are there already")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written and write nothing")
    parser.add_argument("--jobs", type=int, metavar="N", help="files at a time, each in a process; 0: one a processor")
    parser.add_argument("--update", type=Path, metavar="DIR", help="convert again what an older version wrote there")
    parser.add_argument("--reference", action="store_true", help="convert through the reference package (no ledger)")


def formats(text: str) -> tuple[str, ...]:
    """The names of formats in a list with commas; raises BadUsage."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise BadUsage(what="--to", found=repr(text), expected=f"some of {', '.join(FORMATS)}", next="Separate them with commas.")
    return names


def run(options: argparse.Namespace) -> Outcome:
    """Plan, convert in order, and sum up; the status of the one file, or 8 if part of several failed."""
    if options.jobs is not None and options.jobs < 0:
        raise BadUsage(what="--jobs", found=options.jobs, expected="0 or more", next="Give 0 for one a processor.")
    folder = folder_settings()
    settings = Settings(
        formats=formats(options.to or folder.convert.get("to", "json")),
        instrument=options.instrument,
        strict=options.strict or folder.convert.get("strict", False),
        force=options.force,
        dry_run=options.dry_run,
        reference=options.reference,
        folder=folder,
        stated=reading(options),
    )
    if options.update is not None:
        return updated(options, settings)
    if not options.paths or options.output is None:
        missing = "PATH" if not options.paths else "-o/--output"
        raise BadArguments(command="assayline convert", problem=f"the following arguments are required: {missing}")
    items = make_plan(options.paths, options.output)
    if len(items) == 1:
        return summary([convert_item(items[0], settings)])
    from assayline.batch.pool import convert_all

    wanted = options.jobs if options.jobs is not None else folder.convert.get("jobs", 1)
    jobs = wanted or os.cpu_count() or 1
    return summary(progress(convert_all(items, settings, jobs), len(items), "converting"))


def updated(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Convert again what is old in a folder; in place only with --force, by the reference package never."""
    from assayline.batch.update import all_sources, stale, update

    if settings.reference:
        raise BadUsage(what="--update", found="--reference", expected="this project's converter", next="Leave one of them out.")
    if not (options.output or options.force or options.dry_run):
        wanted = "-o DIR for the new documents, or --force to put them in place of the old"
        raise BadUsage(what="--update", found="neither -o nor --force", expected=wanted, next="--dry-run says what is old.")
    old = list(stale(options.update))
    if not old:
        return Outcome(text=f"{options.update}: nothing there that an older version wrote")
    sources = all_sources(options.paths, options.update)
    output = options.output or options.update
    settings = replace(settings, force=settings.force or options.dry_run)
    done = (update(one, options.update, output, sources, settings) for one in old)
    return summary(progress(done, len(old), "converting again"))


THERE = WouldOverwrite.code
"""The error of an input whose document is there already: no file is at fault."""


def line(done: Done) -> str:
    """One input's line for a person."""
    result = done.result
    if result.get("error") == THERE:
        return f"{result['input']}: already there"
    if done.status:
        return f"{result['input']}: failed ({result['error']})"
    if "would_write" in result:
        return f"{result['input']}: {result['instrument']}: would write {', '.join(result['would_write'].values())}"
    where = result["outputs"].get("json") or next(iter(result["outputs"].values()))
    if "ledger" not in result:
        return f"{result['input']} → {where}"
    count = result["ledger"]
    told = f"{count['cells']} cells = {count['mapped']} mapped + {count['kept']} kept + {count['ignored']} ignored"
    changed = f"; {result['because']}: {result['differences']} differences" if "differences" in result else ""
    return f"{result['input']} → {where}  {result['instrument']}, {told}{changed}"


def summary(converted: Iterable[Done]) -> Outcome:
    """All results as one outcome."""
    done = list(converted)
    findings = [finding for one in done for finding in one.findings]
    failures = [one for one in done if one.status]
    lines = [line(one) for one in done]
    status = failures[0].status if failures else 0
    if len(done) > 1:
        status = 8 if failures else 0
        there = sum(one.result.get("error") == THERE for one in failures)
        told = f"{len(done) - len(failures)} of {len(done)} files converted, {len(failures) - there} failed"
        lines.append(f"{told}, {there} already there (--force converts them again)" if there else told)
    return Outcome([one.result for one in done], findings, status, "\n".join(lines))
