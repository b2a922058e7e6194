#!/usr/bin/env python3
"""Gate a count matrix, decide thresholds and filter: `cells inspect`, `advise qc_thresholds`, `cells qc`, as one JSON object."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import decided, finish, need, parse  # noqa: E402 - the scripts of all skills share one module

LONG = ("distribution", "duplicates", "before", "after")
"""Parts of the reports that are tables; they stay in the run folder, in cells/inspect.json and cells/qc.json."""


def brief(report: dict[str, Any]) -> dict[str, Any]:
    """A report without its tables."""
    return {key: value for key, value in report.items() if key not in LONG}


def main() -> None:
    """Run the three; a refusal by the gate ends with its status and its reason."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Words after -- go to `assayline cells inspect`, such as -- --sample-key donor."
    )
    parser.add_argument("matrix", metavar="MATRIX", help="the counts")
    parser.add_argument("run", metavar="RUN", help="the run folder")
    parser.add_argument("--by", default="auto", choices=("auto", "claude", "rules"), help="who decides (default: auto)")
    options, words = parse(parser)
    gate = need("cells", "inspect", options.matrix, "--run", options.run, *words)
    decision = decided(options.run, "qc_thresholds", options.by)
    kept = need("cells", "qc", "--run", options.run)
    finish(
        {
            "gate": brief(gate["results"][0]),
            "decision": decision,
            "qc": brief(kept["results"][0]),
            "findings": gate["findings"] + kept["findings"],
        }
    )


if __name__ == "__main__":
    main()
