"""Goldens: what an input made by hand converts to, as text that is the same on every machine and under every version."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import allotrope

MODIFIED = 1_577_880_000
"""Modification time (2020-01-01T12:00:00Z) that every input has when it is converted, since a missing time is filled with it."""
VERSION = "golden"
"""What stands in place of the converter's version."""


def golden_files(path: Path) -> dict[Path, str]:
    """The document and the ledger of an input, beside it, and what they should hold."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        os.utime(copy, (MODIFIED, MODIFIED))
        conversion = allotrope.convert(copy)
    asm = json.loads(conversion.to_json())
    for body in asm.values():
        system = body.get("data system document", {}) if isinstance(body, dict) else {}
        if "ASM converter version" in system:
            system["ASM converter version"] = VERSION
    ledger = conversion.ledger_json(VERSION)
    return {beside(path, ".asm.json"): text_of(asm), beside(path, ".ledger.json"): text_of(ledger)}


def beside(path: Path, ending: str) -> Path:
    """The golden of an input with this ending."""
    return path.with_name(path.name + ending)


def text_of(body: Any) -> str:
    """JSON for people, one value a line."""
    return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def without_input(folder: Path) -> list[Path]:
    """Goldens whose input is gone."""
    found = [*folder.glob("*/*.asm.json"), *folder.glob("*/*.ledger.json")]
    ends = (".asm.json", ".ledger.json")
    return sorted(
        path
        for path in found
        if not any(path.name.endswith(end) and path.with_name(path.name.removesuffix(end)).exists() for end in ends)
    )
