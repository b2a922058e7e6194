"""Write entries as an .eln archive, with every version, history and file"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which entries, and where to."""
    parser.add_argument("entries", nargs="*", metavar="ENTRY", help="numbers or identifiers; without any, all entries")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.eln", help="the archive")
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--force", action="store_true", help="replace the archive if it exists")


def run(options: argparse.Namespace) -> Outcome:
    """The archive and how many entries it holds."""
    from assayline.errors import WouldOverwrite
    from assayline.json_files import write_atomic
    from assayline.notebook.eln import export
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import notebook_folder

    if options.output.exists() and not options.force:
        raise WouldOverwrite(file=options.output)
    with LocalNotebook(notebook_folder(options.notebook), make=False) as notebook:
        wanted = options.entries or [line.id for line in reversed(notebook.lines(limit=notebook.count()))]
        body = export(notebook, wanted)
    write_atomic(options.output, body)
    return Outcome(
        [{"file": str(options.output), "entries": len(wanted), "bytes": len(body)}],
        text=f"{len(wanted)} entries in {options.output}",
    )
