"""Close an entry for good: it takes no more versions, signatures still"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which entry."""
    parser.add_argument("entry", metavar="ENTRY", help="number, identifier or its first characters")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")


def run(options: argparse.Namespace) -> Outcome:
    """The event that closed the entry."""
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import author, notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), who=author(), make=False) as notebook:
        event = notebook.lock(options.entry)
    return Outcome(
        [{"entry": event.entry, "seq": event.seq, "at": event.at, "who": event.who, "hash": event.hash}],
        text=f"entry {event.entry} locked at {event.at}",
    )
