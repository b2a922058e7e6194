"""Prove the history and every file; what is damaged is named, the rest stays readable

Keep the head that this prints somewhere else; `--head LENGTH:HASH` later proves that nothing up to it was changed or removed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


DAMAGED = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which notebook, and a head that was kept elsewhere."""
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--head", metavar="LENGTH:HASH", help="a head that was kept elsewhere")


def run(options: argparse.Namespace) -> Outcome:
    """The proof; status 10 when something is damaged."""
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import notebook_folder
    from assayline.notebook.verify import verify

    with LocalNotebook(notebook_folder(options.notebook), make=False) as notebook:
        proof = verify(notebook, options.head)
    body = proof.to_json()
    verdict = "sound" if proof.sound else "DAMAGED"
    text = f"{proof.events} events, {proof.entries} entries, {proof.files} files: {verdict}\nhead {body['head']}"
    return Outcome([body], proof.findings, 0 if proof.sound else DAMAGED, text)
