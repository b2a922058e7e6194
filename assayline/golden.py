"""Goldens: what an input made by hand converts to, as text that is the same on every machine and under every version."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import allotrope

if TYPE_CHECKING:
    from allotrope.convert import Conversion
    from allotrope.instrument import Instrument

MODIFIED = 1_577_880_000
"""Modification time (2020-01-01T12:00:00Z) that every input has when it is converted, since a missing time is filled with it."""
VERSION = "golden"
"""What stands in place of the converter's version."""


def golden_conversion(path: Path, instrument: Instrument | None = None) -> Conversion:
    """The conversion of a copy of the input whose modification time is fixed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        os.utime(copy, (MODIFIED, MODIFIED))
        return allotrope.convert(copy, instrument)


def golden_texts(conversion: Conversion) -> dict[str, str]:
    """Ending of the golden's file → what it should hold: the document and the ledger."""
    asm = json.loads(conversion.to_json())
    for body in asm.values():
        system = body.get("data system document", {}) if isinstance(body, dict) else {}
        if "ASM converter version" in system:
            system["ASM converter version"] = VERSION
    return {".asm.json": _text(asm), ".ledger.json": _text(conversion.ledger_json(VERSION))}


def _text(body: Any) -> str:
    """JSON for people, one value a line."""
    return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
