"""Write a commented configuration, assayline.toml, into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome
from assayline.files import write_whole
from assayline.settings import NAME, TEMPLATE

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The folder."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="the folder (default: this one)")
    parser.add_argument("--force", action="store_true", help="replace a configuration that is there already")


def run(options: argparse.Namespace) -> Outcome:
    """Write the file; a file that is there is kept without --force."""
    path = options.folder / NAME
    write_whole({path: TEMPLATE.encode()}, force=options.force)
    return Outcome([{"written": str(path)}], text=f"{path}: written; every setting in it is off until its # is removed")
