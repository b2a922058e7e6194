#!/usr/bin/env python3
"""What is installed, and what the files of a folder are: `assayline doctor` and `assayline detect`, as one JSON object."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True

from command import call, finish  # noqa: E402 - no bytecode beside the plugin's files

SORTS = {
    "counts": (".h5ad", ".h5", ".loom", ".mtx", ".mtx.gz", ".h5mu"),
    "reads": (".fastq", ".fastq.gz", ".fq", ".fq.gz", ".bam", ".cram"),
    "ASM documents": (".asm.json",),
    "ledgers": (".ledger.json",),
}
MOST = 2000


def sort(path: Path) -> str:
    """What a file is by its ending, where that is enough; empty for one that detection has to look at."""
    return next((name for name, endings in SORTS.items() if path.name.lower().endswith(endings)), "")


def instruments(paths: list[Path]) -> list[dict[str, Any]]:
    """What detection says of each file."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(paths), 200):
        found += call("detect", *paths[start : start + 200])[1]["results"]
    return found


def main() -> None:
    """Look and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", nargs="?", help="a folder of files; without it only the installation")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    if options.folder:
        if not options.folder.is_dir():
            parser.error(f"{options.folder}: found no folder; expected one")
        files = sorted(
            path
            for path in options.folder.rglob("*")
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(options.folder).parts)
        )
        told = instruments([path for path in files[:MOST] if not sort(path)])
        result |= {
            "files": len(files),
            "truncated": len(files) > MOST,
            "instruments": dict(Counter(one["instrument"] for one in told if "instrument" in one)),
            "detected": [one for one in told if "instrument" in one],
            "not_detected": [one for one in told if "instrument" not in one],
        }
        result |= {name: [str(path) for path in files[:MOST] if sort(path) == name] for name in SORTS}
    checks = call("doctor")[1]["results"]
    result["works"] = [check["name"] for check in checks if check["level"] == "ok"]
    result["installation"] = [check for check in checks if check["level"] != "ok"]
    finish(result)


if __name__ == "__main__":
    main()
