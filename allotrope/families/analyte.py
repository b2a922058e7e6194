"""Analyte documents of solution analyzers: concentrations in the one unit that the schema has for each kind of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.labels import fold
from allotrope.required import measured

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node

CONCENTRATIONS = {
    "g/l": ("mass concentration", "g/L", 1.0),
    "mg/ml": ("mass concentration", "g/L", 1.0),
    "mg/l": ("mass concentration", "g/L", 0.001),
    "mmol/l": ("molar concentration", "mmol/L", 1.0),
    "mm": ("molar concentration", "mmol/L", 1.0),
    "ml/l": ("volume concentration", "mL/L", 1.0),
}
"""Unit as written (folded): key, unit and factor in the schema, which knows one unit for each kind of concentration."""


def concentration(document: Document, analyte: Node, value: float | None, unit: str) -> bool:
    """Put a concentration (None: no result) into an analyte document; False, and nothing put, for a unit the schema lacks."""
    found = CONCENTRATIONS.get(fold(unit))
    if found is None:
        return False
    key, name, factor = found
    measured(document, analyte, key, value if value is None or factor == 1 else value * factor, name)
    return True
