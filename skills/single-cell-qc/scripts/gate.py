#!/usr/bin/env python3
"""Gate a count matrix, decide thresholds and filter: `cells inspect`, `advise qc_thresholds`, `cells qc`, as one JSON object."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import decided, finish, need, parse  # noqa: E402 - the scripts of all skills share one module


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
            "gate": gate["results"][0],
            "decision": decision,
            "qc": kept["results"][0],
            "findings": gate["findings"] + kept["findings"],
        }
    )


if __name__ == "__main__":
    main()
