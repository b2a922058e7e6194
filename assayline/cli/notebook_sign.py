"""Sign an entry: name, time and meaning, bound to the record

A tamper-evident attestation, not an electronic signature in the sense of 21 CFR Part 11: nobody's identity is proved, and the
time is this computer's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which entry, and what the signature means."""
    parser.add_argument("entry", metavar="ENTRY", help="number, identifier or its first characters")
    parser.add_argument("--meaning", required=True, metavar="WORDS", help="what is attested, such as 'reviewed'")
    parser.add_argument("--name", metavar="NAME", help="who signs (default: ASSAYLINE_AUTHOR, else the account)")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")


def run(options: argparse.Namespace) -> Outcome:
    """The event that holds the signature."""
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import author, notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), who=options.name or author(), make=False) as notebook:
        event = notebook.sign(options.entry, options.meaning)
    body = {"entry": event.entry, "seq": event.seq, "at": event.at, "who": event.who, "hash": event.hash} | event.content
    return Outcome(
        [body], text=f"entry {event.entry} signed by {event.who} at {event.at}: {options.meaning}; event {event.seq}:{event.hash}"
    )
