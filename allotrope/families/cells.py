"""Cell densities as counters write them, in the unit of the ASM schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.values import Locale

DENSITY = "10^6 cells/mL"


def millions(value: Any, locale: Locale) -> float | None:
    """Cells per millilitre, perhaps with spaces between thousands, as millions of cells per millilitre."""
    found = number("".join(value.split()) if isinstance(value, str) else value, locale.decimal)
    return None if found is None else found / 1_000_000
