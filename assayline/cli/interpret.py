"""Interpret a run in statements whose every number code has checked against the evidence.

An interpretation of the same evidence is replayed; what the evidence does not support is dropped and listed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder and who interprets."""
    parser.add_argument("folder", type=Path, metavar="RUN", help="the run folder")
    parser.add_argument("--by", choices=("auto", "claude", "rules"), default="auto", help="who interprets (default: auto)")
    parser.add_argument("--model", metavar="NAME", help="which Claude model (default: $ASSAYLINE_MODEL, else the newest Opus)")
    parser.add_argument("--again", action="store_true", help="ask again even if the evidence is the same")


def run(options: argparse.Namespace) -> Outcome:
    """Write interpretation.json and show its statements."""
    from assayline.advisor.interpret import interpret
    from assayline.run_folder import RunFolder

    body, findings = interpret(RunFolder(options.folder).existing(), options.by, options.model, again=options.again)
    lines = []
    for item in body["statements"]:
        lines.append(f"- {item['text']} ({item['confidence']})")
        lines += [f"  {item['caveat']}"] if item.get("caveat") else []
        lines += [f"  would change it: {item['what_would_change_this']}"] if item.get("what_would_change_this") else []
    lines += [f"  limit: {limit}" for limit in body.get("limits") or []]
    if rule := body.get("rule_statements"):
        lines += ["the rules alone would say:", *(f"  - {text}" for text in rule)]
    lines.append(f"{len(body['statements'])} statements, {len(body.get('dropped') or [])} dropped")
    return Outcome([body], findings, text="\n".join(lines))
