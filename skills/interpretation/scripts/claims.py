#!/usr/bin/env python3
"""What a run lets one claim: every statement with the facts it stands on, the limits, and what was dropped and why."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import finish, need  # noqa: E402 - the scripts of all skills share one module


def facts(run: Path) -> dict[str, Any]:
    """The run's evidence by id."""
    lines = (run / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    return {fact["id"]: fact for fact in map(json.loads, lines)}


def main() -> None:
    """Interpret (or replay the interpretation) and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="the run folder")
    parser.add_argument("--by", default="auto", choices=("auto", "claude", "rules"), help="who interprets (default: auto)")
    options = parser.parse_args()
    answer = need("interpret", options.run, "--by", options.by)
    body, known = answer["results"][0], facts(options.run)
    shown = ("id", "what", "value", "unit", "source", "pointer")
    finish(
        {
            "statements": [
                {
                    "text": item["text"],
                    "confidence": item["confidence"],
                    "evidence": [{key: known[one].get(key) for key in shown} for one in item["evidence"]],
                }
                for item in body["statements"]
            ],
            "limits": body["limits"],
            "dropped": body["dropped"],
            "decided_by": body["decided_by"],
            "findings": answer["findings"],
        }
    )


if __name__ == "__main__":
    main()
