"""The latest entries"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse

    from assayline.notebook.local import Line


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which notebook, and how much of it."""
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--project", metavar="NAME", help="only entries of this project")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")
    parser.add_argument("--before", type=int, metavar="NUMBER", help="go on with the entries before this number")


def shown(lines: list[Line]) -> str:
    """Entries as lines: number, identifier, date, marks, title; escape codes in a title are shown, never sent to the terminal."""
    rows = []
    for line in lines:
        marks = "".join(
            mark
            for mark, on in ((f" v{line.version}", line.version > 1), (" signed", line.signed), (" locked", line.locked))
            if on
        )
        title = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line.title)
        rows.append(f"{'#' + str(line.number):>7}  {line.id}  {line.at[:16].replace('T', ' ')}{marks}  {title}")
    return "\n".join(rows) if rows else "no entries"


def run(options: argparse.Namespace) -> Outcome:
    """The entries, the latest first."""
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), make=False) as notebook:
        lines = notebook.lines(limit=options.limit, before=options.before, project=options.project)
    return Outcome([line.to_json() for line in lines], text=shown(lines))
