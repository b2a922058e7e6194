"""The table of verbs, in the order in which help and documentation show them; a verb is the module of the same name."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

GROUPS: dict[str, tuple[str, ...]] = {
    "Convert": ("detect", "convert", "validate", "flatten", "explain", "watch", "diff", "instruments", "new"),
    "Analyse": ("cells", "advise", "interpret", "run", "deploy"),
    "Record": ("notebook", "problem", "trial", "report", "verify"),
    "Set up": ("init", "doctor", "mcp"),
}

_FOLDER = Path(__file__).parent


def verbs() -> tuple[str, ...]:
    """Every verb that this installation has."""
    return tuple(verb for group in GROUPS.values() for verb in group if (_FOLDER / f"{verb}.py").is_file())


def load(verb: str, subverb: str = "") -> ModuleType:
    """The module of a verb, or of a sub-verb (`cells qc` is `cells_qc.py`)."""
    name = f"{verb}_{subverb}" if subverb else verb
    return import_module(f"assayline.cli.{name.replace('-', '_')}")


def help_line(module: ModuleType) -> str:
    """The first line of a verb's docstring, which is its line of help."""
    return (module.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def subverbs(module: ModuleType) -> dict[str, str]:
    """The sub-verbs of a verb with their lines of help; empty for a plain verb."""
    table: dict[str, str] = getattr(module, "SUBVERBS", {})
    return table
