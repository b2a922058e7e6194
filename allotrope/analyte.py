"""Analyte documents of solution analyzers: concentrations in the schema's units, and what stands where a test gave none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.labels import fold

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
NO_RESULT = -0.0
"""The schema has no analyte without a number; where a test gave none (below its range, failed) this one stands, as in the
reference implementation, beside the error document that says why. Each use counts for the finding `filled-required`."""


def measured(document: Document, node: Node, key: str, value: float | None, unit: str) -> None:
    """Put a quantity that the schema requires; None is written, and counted, as `NO_RESULT`."""
    if value is None:
        document.fill(node, key, f"{NO_RESULT}: the analyzer gave no result")
    node[key] = {"value": NO_RESULT if value is None else value, "unit": unit}


def concentration(document: Document, analyte: Node, value: float | None, unit: str) -> bool:
    """Put a concentration into an analyte document; returns False, and puts nothing, where the schema does not know its unit."""
    found = CONCENTRATIONS.get(fold(unit))
    if found is None:
        return False
    key, name, factor = found
    measured(document, analyte, key, value if value is None or factor == 1 else value * factor, name)
    return True
