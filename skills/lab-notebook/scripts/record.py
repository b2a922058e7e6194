#!/usr/bin/env python3
"""Check a run, store it in a local notebook once, verify the notebook; prints the entry and the head of the history."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import finish, need, parse  # noqa: E402 - the scripts of all skills share one module


def main() -> None:
    """Verify the run if it was recorded by a workflow, store it, and verify the notebook. Nothing leaves the machine."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Words after -- go to `assayline notebook push`, such as -- --project NAME."
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run folder")
    parser.add_argument("--notebook", required=True, metavar="DIR", help="the notebook's folder")
    options, words = parse(parser)
    if {"--to", "--drain"} & {word.partition("=")[0] for word in words}:
        parser.error("--to and --drain send to a service: call `assayline notebook push` for that, after the user has agreed")
    whole = need("verify", options.run)["results"] if (options.run / "ro-crate-metadata.json").is_file() else None
    entry = need("notebook", "push", options.run, "--notebook", options.notebook, *words)
    proof = need("notebook", "verify", "--notebook", options.notebook)
    finish({"run": whole, "entry": entry["results"][0], "notebook": proof["results"][0], "findings": entry["findings"]})


if __name__ == "__main__":
    main()
