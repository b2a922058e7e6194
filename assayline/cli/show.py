"""What a verb gave, as text for a person or as the one JSON envelope."""

from __future__ import annotations

import json
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

from allotrope.errors import DeclaredError, Finding
from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    from collections.abc import Sequence


SCHEMA = "assayline/1"


NOTES = 12
"""More notes than these are counted instead of told one by one."""


def envelope(command: str, outcome: Outcome) -> str:
    """The one JSON shape of every verb's answer, as a single line of strict JSON."""
    body = {
        "schema": SCHEMA,
        "command": command,
        "ok": outcome.status == 0,
        "results": outcome.results,
        "findings": [finding.to_json() for finding in outcome.findings],
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False, default=str)


def told(findings: Sequence[Finding]) -> list[tuple[Finding, int]]:
    """Findings for a person, each with how many say the same: notes only where they are few."""
    same: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        same.setdefault((finding.level, finding.code, finding.message), []).append(finding)
    notes = sum(level == "note" for level, _, _ in same)
    return [(group[0], len(group)) for (level, _, _), group in same.items() if level != "note" or notes <= NOTES]


def placed(finding: Finding) -> str:
    """The message of a finding after its place, which is not said twice: a message may begin with the file's name."""
    if not finding.where or finding.where in finding.message:
        return finding.message
    return f"{finding.where}: {finding.message.removeprefix(PurePath(finding.where).name + ': ')}"


def show(outcome: Outcome) -> None:
    """Print an outcome for a person: findings to stderr, text (else the results, one JSON a line) to stdout."""
    lines = told(outcome.findings)
    for finding, count in lines:
        more = f" (and {count - 1} more like it)" if count > 1 else ""
        talk(f"{finding.level}: {placed(finding)} [{finding.code}]{more}", level=finding.level)
    left = len(outcome.findings) - sum(count for _, count in lines)
    if left:
        talk(f"{left} notes; read them with --json.", level="note")
    text = outcome.text
    if text is None:
        text = "\n".join(json.dumps(result, ensure_ascii=False, default=str) for result in outcome.results)
    if text:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def failed(error: DeclaredError) -> Outcome:
    """An error that was declared, as an outcome with its status and one finding."""
    where = error.facts.get("where", "")
    return Outcome(findings=[Finding(error.code, str(error), str(where), "error")], status=error.status)
