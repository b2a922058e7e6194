"""Judge a launched run: tasks, outputs, numbers, strandedness, and a verdict in words.

Checked are the end of the engine, exit codes, that expected outputs are there and hold something, that every sample is in them,
MultiQC's numbers against limits, and strandedness as said against what the reads tell. The report is RUN/tables/pipeline.json,
its facts are evidence for the advisor, and the run becomes an entry of the notebook. Status 9 when the run is not usable.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, what is expected, and where the entry goes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder of deploy launch")
    parser.add_argument(
        "--expect", action="append", default=[], metavar="PATTERN", help="an output that must be there, as '*/a.tsv'"
    )
    parser.add_argument("--limit", action="append", default=[], metavar="NAME>=N", help="a limit of MultiQC's numbers, also <=")
    parser.add_argument(
        "--notebook", type=Path, metavar="DIR", help="notebook of the entry (else ASSAYLINE_NOTEBOOK, else the account's)"
    )
    parser.add_argument("--no-entry", action="store_true", help="make no entry")


def run(options: argparse.Namespace) -> Outcome:
    """Judge, write the report and its evidence, make the entry."""
    from assayline.deploy.launch.place import Place
    from assayline.deploy.verify.judge import judge
    from assayline.deploy.verify.numbers import parse_limits
    from assayline.deploy.verify.record import record
    from assayline.run_folder import RunFolder

    body = judge(Place(options.run), options.expect, parse_limits(options.limit))
    record(RunFolder(options.run), body)
    lines = [f"{body['pipeline']['name']} {body['pipeline']['version']}: {body['verdict']}"]
    lines += [f"  {line['level']:<5} {line['text']}" for line in body["sentences"]]
    entry: dict[str, Any] = {}
    if not options.no_entry:
        entry = _entry(options.run, options.notebook, body)
        lines.append(f"  entry {entry['id']} in {entry['folder']}")
    return Outcome(
        [body | ({"entry": entry} if entry else {})], status=9 if body["level"] == "fail" else 0, text="\n".join(lines)
    )


def _entry(folder: Path, notebook: Path | None, body: dict[str, Any]) -> dict[str, Any]:
    """The run as an entry of the notebook, once."""
    from assayline.notebook.compose import compose
    from assayline.notebook.place import author, notebook_folder
    from assayline.notebook.push import store
    from assayline.notebook.run import read_run

    found, who, place = read_run(folder), author(), notebook_folder(notebook)
    title = f"{body['pipeline']['name']} {body['pipeline']['version']}: {body['verdict']}"
    receipt = store(found, compose(found, authors=[who], title=title), place, who)
    return receipt.to_json() | {"created": receipt.created, "folder": str(place)}
