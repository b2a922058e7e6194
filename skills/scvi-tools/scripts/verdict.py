#!/usr/bin/env python3
"""Train the decided model and print its verdict, before any of its results: `advise integration_model`, `cells integrate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import decided, finish, need  # noqa: E402 - the scripts of all skills share one module


def main() -> None:
    """Decide and train where that was not done, then print the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="a run folder whose cells went through quality control")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the training (default: 0)")
    parser.add_argument("--by", default="auto", choices=("auto", "claude", "rules"), help="who decides (default: auto)")
    options = parser.parse_args()
    decision = decided(options.run, "integration_model", options.by)
    trained = need("cells", "integrate", "--run", options.run, "--seed", options.seed)
    report = trained["results"][0]
    finish(
        {
            "decision": decision,
            "verdict": report["verdict"],
            "model": {key: value for key, value in report.items() if key not in ("verdict", "survey", "decision")},
            "findings": trained["findings"],
        }
    )


if __name__ == "__main__":
    main()
