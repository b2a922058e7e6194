"""Check ASM documents against their published schema and a closed-world lint.

The lint finds what the open schemas let pass: unknown keys, NaN, identifiers given twice, references and units that do not exist.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import allotrope
from allotrope.errors import DeclaredError, Finding
from assayline.cli.outcome import Outcome
from assayline.documents import read_asm

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The documents to check."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="an ASM document in JSON")


def _check(path: Path) -> tuple[dict[str, Any], list[Finding], int]:
    """Result, findings and status of one document."""
    try:
        asm = read_asm(path)
        found = allotrope.validate(asm)
    except DeclaredError as error:
        return {"input": str(path), "error": error.code}, [Finding(error.code, str(error), str(path), "error")], error.status
    errors = sum(finding.level == "error" for finding in found)
    placed = [replace(finding, where=f"{path}: {finding.where}") for finding in found]
    result = {"input": str(path), "manifest": asm["$asm.manifest"], "valid": not errors, "errors": errors, "findings": len(found)}
    return result, placed, 5 if errors else 0


def run(options: argparse.Namespace) -> Outcome:
    """Check each document; 5 if one is invalid, 8 if some of several are."""
    checked = [_check(path) for path in options.paths]
    statuses = [status for _, _, status in checked if status]
    lines = [f"{result['input']}: {'not valid' if status else 'valid'}" for result, _, status in checked]
    findings = [finding for _, found, _ in checked for finding in found]
    status = (statuses[0] if len(checked) == 1 else 8) if statuses else 0
    return Outcome([result for result, _, _ in checked], findings, status, "\n".join(lines))
