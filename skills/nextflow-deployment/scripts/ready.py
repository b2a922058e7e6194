#!/usr/bin/env python3
"""Is a pipeline ready to run on these files? `assayline deploy check` and `assayline deploy sheet`, as one JSON object."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import call, finish, parse  # noqa: E402 - the scripts of all skills share one module


def main() -> None:
    """Check, write the sheet, print what is in the way; the status is that of the sheet, else of the check."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Words after -- go to `assayline deploy sheet`, such as -- --layout single."
    )
    parser.add_argument("pipeline", metavar="PIPELINE", help="folder, archive, organisation/name, or own")
    parser.add_argument("reads", nargs="+", metavar="DIR", help="folders or files of reads or alignments")
    parser.add_argument("--sheet", required=True, metavar="FILE", help="where the sheet is written")
    parser.add_argument("--profile", default="", metavar="NAMES", help="profiles it is to run with")
    options, words = parse(parser)
    profile = [f"--profile={options.profile}"] if options.profile else []
    ready, checks = call("deploy", "check", options.pipeline, *profile)
    made, sheet = call("deploy", "sheet", "-o", options.sheet, *words, options.pipeline, *options.reads)
    left = [finding for finding in sheet["findings"] if finding["code"] == "file-left-out"]
    finish(
        {
            "ready": ready == 0 and made == 0,
            "in_the_way": [check for check in checks["results"] if check["level"] == "fail"]
            + [finding for finding in (*checks["findings"], *sheet["findings"]) if finding["level"] == "error"],
            "sheet": sheet["results"],
            "left_out": [{"file": one["where"], "because": one["message"]} for one in left],
            "findings": [finding for finding in sheet["findings"] if finding not in left and finding["level"] != "error"],
        },
        made or ready,
    )


if __name__ == "__main__":
    main()
