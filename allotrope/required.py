"""Quantities that a schema requires and an instrument did not give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.envelope import reach

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node

NO_RESULT = -0.0
"""What stands for a required quantity without a result (a test below its range, a failed count) where leaving it out would take
what surrounds it along: the placeholder of the reference implementation, beside an error document that says why. Each use counts
for the finding `filled-required`."""


def measured(document: Document, node: Node, path: str, value: float | None, unit: str) -> None:
    """Put a quantity that the schema requires at a path; None is written, and counted, as `NO_RESULT`."""
    place, key = reach(node, path), path.rpartition("/")[2]
    if value is None:
        document.fill(place, key, f"{NO_RESULT}: the instrument gave no result")
    place[key] = {"value": NO_RESULT if value is None else value, "unit": unit}
