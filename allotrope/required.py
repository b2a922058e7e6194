"""Quantities that a schema requires and an instrument did not give: one rule, one number, one finding for all formats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from allotrope.envelope import add_error, reach

if TYPE_CHECKING:
    from allotrope.calculated import Sources
    from allotrope.envelope import Document, Node

NO_RESULT = -0.0
"""What stands for a required quantity without a result (a test below its range, a failed count) where leaving it out would take
what surrounds it along: the placeholder of the reference implementation. What the schema does not require is left out."""
MEANING = (
    f"{NO_RESULT}, which stands for 'no result' and is no measured zero; "
    "what the file says instead, if anything, is kept in the error document of the measurement or in its custom information"
)
"""How the finding `filled-required` tells it, once for each kind of quantity."""


def is_no_result(value: object) -> bool:
    """Whether a number is the one that stands for no result; a statistic leaves it out."""
    return isinstance(value, float) and value == 0 and math.copysign(1, value) < 0


def measured(document: Document, node: Node, path: str, value: float | None, unit: str, **facts: Any) -> None:
    """Put a quantity that the schema requires at a path; None is written, and counted, as `NO_RESULT`.

    `facts` stand beside value and unit.
    """
    place, key = reach(node, path), path.rpartition("/")[2]
    if value is None:
        document.fill({}, key, MEANING)
    place[key] = {"value": NO_RESULT if value is None else value, "unit": unit} | facts


def missed(document: Document, node: Node, path: str, unit: str, message: str) -> None:
    """State that a required quantity is not in the file: `NO_RESULT` at the path, and an error document of the node about it."""
    measured(document, node, path, None, unit)
    add_error(node, message, path.rpartition("/")[2])


def calculated(document: Document, name: str, value: float | None, unit: str, sources: Sources, **extra: Any) -> str | None:
    """Add a calculated value; None, which its measurements must explain by an error, is written, and counted, as `NO_RESULT`.

    Returns its identifier; None where it has no source.
    """
    known = list(sources)
    if value is None and not known:
        return None
    identifier = document.calculated.add(name, NO_RESULT if value is None else value, unit, known, **extra)
    if identifier is not None and value is None:
        document.fill({}, "calculated result", MEANING)
    return identifier
