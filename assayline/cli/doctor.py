"""Check the installation: versions, extras, schemas, engines, disk, memory."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from assayline.cli.outcome import COLOURS, Outcome, coloured

if TYPE_CHECKING:
    import argparse

    from assayline.check import Check

SHADES = {"ok": "good", "warn": "warning", "fail": "error"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing: the whole installation is looked at."""


def run(_: argparse.Namespace) -> Outcome:
    """Each check with its level and the command that helps; 7 if one failed."""
    from assayline.doctor import examine

    checks = examine()
    failed = any(check.level == "fail" for check in checks)
    return Outcome([check.to_json() for check in checks], status=7 if failed else 0, text=check_lines(checks))


def check_lines(checks: list[Check]) -> str:
    """Checks for a person, one a line: level, name, what was found, what helps."""
    width = max(len(check.name) for check in checks)
    colour = coloured(sys.stdout)
    lines = []
    for check in checks:
        level = f"{check.level:<4}"
        level = f"\x1b[{COLOURS[SHADES[check.level]]}m{level}\x1b[0m" if colour else level
        lines.append(f"{level}  {check.name:<{width}}  {check.found}{f'  → {check.help}' if check.help else ''}")
    return "\n".join(lines)
