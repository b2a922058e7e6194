"""Say which instrument wrote a file, and on what basis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import allotrope
from allotrope.errors import DeclaredError, Finding
from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The files to look at."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="an instrument's export; a folder is one export")


def run(options: argparse.Namespace) -> Outcome:
    """Detect each file; the status of the one file, or 8 if some of several failed."""
    results: list[dict[str, Any]] = []
    findings: list[Finding] = []
    lines: list[str] = []
    statuses = []
    for path in options.paths:
        try:
            found = allotrope.detect(path)
        except DeclaredError as error:
            statuses.append(error.status)
            candidates = {"candidates": list(error.candidates)} if isinstance(error, allotrope.Ambiguous) else {}
            results.append({"input": str(path), "error": error.code, **candidates})
            findings.append(Finding(error.code, str(error), str(path), "error"))
        else:
            results.append(
                {"input": str(path), "instrument": found.instrument, "basis": found.basis, "runner_up": found.runner_up}
            )
            over = f", over {found.runner_up}" if found.runner_up else ""
            lines.append(f"{path}: {found.instrument} ({found.basis}{over})")
    status = (statuses[0] if len(results) == 1 else 8) if statuses else 0
    return Outcome(results, findings, status, "\n".join(lines))
