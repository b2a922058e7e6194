"""The entries that hold all the words, the best first; the last word may be a beginning"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The words, and which notebook."""
    parser.add_argument("words", nargs="+", metavar="WORD", help="words to look for; none is an operator")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")


def run(options: argparse.Namespace) -> Outcome:
    """The entries found."""
    from assayline.cli.notebook_list import shown
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), make=False) as notebook:
        lines = notebook.search(" ".join(options.words), limit=options.limit)
    return Outcome([line.to_json() for line in lines], text=shown(lines))
