"""Where the goldens of the inputs made by hand stand, and what they should hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.golden import golden_conversion, golden_texts

if TYPE_CHECKING:
    from pathlib import Path

ENDINGS = (".asm.json", ".ledger.json")


def golden_files(path: Path) -> dict[Path, str]:
    """The document and the ledger of an input, beside it, and what they should hold."""
    return {beside(path, ending): text for ending, text in golden_texts(golden_conversion(path)).items()}


def beside(path: Path, ending: str) -> Path:
    """The golden of an input with this ending."""
    return path.with_name(path.name + ending)


def without_input(folder: Path) -> list[Path]:
    """Goldens whose input is gone."""
    found = [(path, ending) for ending in ENDINGS for path in folder.glob(f"*/*{ending}")]
    return sorted(path for path, ending in found if not path.with_name(path.name.removesuffix(ending)).exists())
