"""What is queued for a service, and why it is still there"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which notebook, and which pushes."""
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--all", action="store_true", help="show finished pushes too")


def run(options: argparse.Namespace) -> Outcome:
    """The pushes in the order in which they were queued."""
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.outbox import Outbox
    from assayline.notebook.place import notebook_folder

    with LocalNotebook(notebook_folder(options.notebook), make=False) as notebook:
        jobs = [job for job in Outbox(notebook).jobs() if options.all or job.state != "done"]
    lines = [
        f"{job.state:7} {job.entry} version {job.version} to {job.target}{': ' if job.reason else ''}{job.reason}" for job in jobs
    ]
    return Outcome([job.to_json() for job in jobs], text="\n".join(lines) or "nothing waits")
