"""Read the entries of an .eln archive, each once"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The archive, and which notebook."""
    parser.add_argument("archive", type=Path, metavar="FILE.eln", help="the archive, ours or another notebook's")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")


def run(options: argparse.Namespace) -> Outcome:
    """The entries, and which of them were there already."""
    from assayline.notebook.eln_import import import_eln
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import author, notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), who=author()) as notebook:
        receipts = import_eln(notebook, options.archive)
    lines = [f"{'stored as' if receipt.created else 'already there:'} entry {receipt.id}" for receipt in receipts]
    return Outcome([receipt.to_json() | {"created": receipt.created} for receipt in receipts], text="\n".join(lines))
