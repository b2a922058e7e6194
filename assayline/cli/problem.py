"""Frame a problem: which questions a table of samples can answer, which not and why, and what to run.

Each question comes with its reason, the design that would answer it, its value and risk, and the command of the analysis it
implies. The same as `assayline advise problem_framing --table FILE`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse

    from assayline.run_folder import RunFolder


def arguments(parser: argparse.ArgumentParser) -> None:
    """The table, the question in plain words, and who answers."""
    parser.add_argument("table", type=Path, metavar="TABLE", help="a table with one row a sample (or cell): csv or tsv")
    parser.add_argument("--ask", default="", metavar="TEXT", help="what you want to know, in plain words")
    add_columns(parser)
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="the run folder (default: runs/NAME of the table)")
    parser.add_argument("--by", choices=("auto", "claude", "rules"), default="auto", help="who answers (default: auto)")
    parser.add_argument("--model", metavar="NAME", help="which Claude model (default: $ASSAYLINE_MODEL, else the newest Opus)")
    parser.add_argument("--again", action="store_true", help="ask again even if it was answered before")


def add_columns(parser: argparse.ArgumentParser) -> None:
    """The option that says which column has which role, where its name does not tell."""
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ROLE=NAME",
        help="the column of a role (sample, donor, condition, batch, time, dose, reads) whose name does not tell",
    )


def columns(words: list[str], table: Path) -> dict[str, str]:
    """Role → column from the command line; raises BadUsage for a role or a column that there is not."""
    from assayline.errors import BadUsage
    from assayline.facts.design import ROLES
    from assayline.facts.table import read_table

    known = read_table(table).columns
    found = {}
    for word in words:
        role, _, name = word.partition("=")
        if role not in ROLES or name not in known:
            expected = f"one of {', '.join(ROLES)}, an equals sign, and one of the columns {', '.join(known)}"
            raise BadUsage(what="--column", found=repr(word), expected=expected, next="Correct it.")
        found[role] = name
    return found


def look_at(place: RunFolder, path: Path, words: list[str], ask: str) -> None:
    """Write the evidence of a table of samples, and of a question in plain words, into a run folder."""
    from assayline.errors import BadInput
    from assayline.facts import design
    from assayline.facts.table import read_table

    table = read_table(path)
    if not table.rows:
        raise BadInput(what=path, found="a header without rows", expected="a row for each sample", next="Give the rows.")
    design.station(place, table, columns(words, path), ask)


def run(options: argparse.Namespace) -> Outcome:
    """Look at the table, frame, write the settings of each analysis, and tell."""
    from assayline.advisor.decide import decide
    from assayline.advisor.framing_words import explained, told, write_settings
    from assayline.evidence import load
    from assayline.run_folder import RunFolder

    folder = options.folder or Path("runs") / (re.sub(r"[^\w.-]+", "_", options.table.stem) or "problem")
    place = RunFolder(folder).create()
    look_at(place, options.table, options.column, options.ask)
    if options.again:
        place.decision("problem_framing").unlink(missing_ok=True)
    decided = decide(place, "problem_framing", options.by, options.model)
    facts = load(place)
    rows = explained(decided.choice, facts, options.table, place)
    write_settings(rows, place)
    by = decided.body.get("decided_by") or {}
    tail = f"\nDecided by {by.get('model') or by.get('kind')}; {place.decision('problem_framing')} says why, and may be edited."
    return Outcome([{"decision": decided.body, "questions": rows}], decided.findings, text=told(rows, facts) + "\n" + tail)
