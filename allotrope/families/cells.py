"""Cell densities as counters write them, in the unit of the ASM schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.required import missed
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.record import Record
    from allotrope.values import Locale

DENSITY = "10^6 cells/mL"


def millions(value: Any, locale: Locale) -> float | None:
    """Cells per millilitre, perhaps with spaces between thousands, as millions of cells per millilitre."""
    found = number("".join(value.split()) if isinstance(value, str) else value, locale.decimal)
    return None if found is None else found / 1_000_000


def no_viability(document: Document, node: Node, record: Record, viability: str, viable: str) -> None:
    """State as `no result` what the standard requires of a count and the row, under these labels, lacks."""
    found = node.get("processed data aggregate document", {}).get("processed data document", [{}])[0]
    for label, key, unit in (
        (viability, "viability (cell counter)", "%"),
        (viable, "viable cell density (cell counter)", DENSITY),
    ):
        if key not in found:
            missed(document, node, f"processed data/{key}", unit, record.peek(label) or f"no {label}")


def whole_counts(node: Node) -> None:
    """Round the counts of a measurement that the export holds as means; the mean is kept beside them."""
    found = node.get("processed data aggregate document", {}).get("processed data document", [{}])[0]
    for key in ("total cell count", "viable cell count"):
        mean = found[key]["value"] if key in found else None
        if isinstance(mean, float):
            found[key]["value"] = number(round(mean))
            put(found, CUSTOM, {f"mean of {key}": mean} if mean % 1 else {})
