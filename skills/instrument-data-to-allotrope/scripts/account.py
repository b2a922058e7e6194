#!/usr/bin/env python3
"""Convert exports and print the account: per file what was mapped, kept and ignored with its reason, and findings by code."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "start" / "scripts"))

from command import call, finish, parse  # noqa: E402 - the scripts of all skills share one module


def reasons(ledger: Path) -> dict[str, int]:
    """Why cells were ignored, with how many."""
    count: Counter[str] = Counter()
    for run in json.loads(ledger.read_text(encoding="utf-8"))["runs"]:
        if run["fate"] == "ignored":
            count[run["reason"]] += run["count"]
    return dict(count)


def line(result: dict[str, Any]) -> dict[str, Any]:
    """One file's part of the account."""
    if "error" in result:
        return {"input": result["input"], "error": result["error"]}
    told = {key: result[key] for key in ("input", "instrument", "outputs")} | {"cells": result["ledger"]}
    ledger = Path(result["outputs"].get("ledger") or f"{result['outputs']['json'].removesuffix('.asm.json')}.ledger.json")
    return told | {"ignored_because": reasons(ledger)}


def main() -> None:
    """Convert and print; the status is that of `assayline convert`."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Words after -- go to `assayline convert`, such as -- --timezone Europe/Zurich."
    )
    parser.add_argument("source", metavar="PATH", help="an export, or a folder of exports")
    parser.add_argument("output", metavar="OUT", help="where documents and ledgers go")
    options, words = parse(parser)
    status, body = call("convert", options.source, "-o", options.output, *words)
    findings = Counter((one["level"], one["code"]) for one in body["findings"])
    told = [one["message"] for one in body["findings"] if one["level"] != "note"]
    finish(
        {
            "files": [line(result) for result in body["results"]],
            "findings": [{"level": level, "code": code, "count": count} for (level, code), count in findings.most_common()],
            "tell_the_user": list(dict.fromkeys(told))[:50],
        },
        status,
    )


if __name__ == "__main__":
    main()
