"""Verify a bundle on arrival, and put it in its place.

Every file is compared with its digest, and what was never packed is refused. With -o the bundle is copied there, whole or not at
all. Then `deploy launch --bundle DIR` runs from it without a network; `env.sh` sets the same for whoever starts Nextflow by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle and its place."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of deploy bundle")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="copy it there (default: it stays)")


def run(options: argparse.Namespace) -> Outcome:
    """Verify and copy; status 10 when something is not as packed."""
    from assayline.deploy.bundle.unpack import unpack

    body = unpack(options.bundle, options.output, talk)
    place = options.output or options.bundle
    name = f"{body['pipeline']['name']} {body['pipeline']['version']}".strip()
    next_step = f"assayline deploy launch {place / 'pipeline'} --bundle {place} --run DIR"
    result = {"bundle": str(place), "pipeline": body["pipeline"], "parts": body["parts"], "files": len(body["files"])}
    return Outcome([result], text=f"{name}: {len(body['files'])} files as packed\n{next_step}")
