"""Data cubes: curves, spectra and kinetics as columns of dimensions and measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Column = tuple[str, str, Sequence[Any]]
"""Concept, unit, values."""


def cube(label: str, dimensions: Sequence[Column], measures: Sequence[Column]) -> dict[str, Any]:
    """A data cube; every column has the same length, None stands for a missing value."""
    lengths = {len(values) for _, _, values in (*dimensions, *measures)}
    if len(lengths) > 1:
        message = f"columns of a data cube differ in length: {sorted(lengths)}"
        raise ValueError(message)
    return {
        "label": label,
        "cube-structure": {
            "dimensions": [_component(concept, unit, values) for concept, unit, values in dimensions],
            "measures": [_component(concept, unit, values) for concept, unit, values in measures],
        },
        "data": {
            "dimensions": [list(values) for _, _, values in dimensions],
            "measures": [list(values) for _, _, values in measures],
        },
    }


def _component(concept: str, unit: str, values: Sequence[Any]) -> dict[str, Any]:
    texts = any(issubclass(kind, str) for kind in set(map(type, values)))
    body = {"@componentDatatype": "string" if texts else "double", "concept": concept}
    return body | {"unit": unit} if unit else body
