"""Units of mass concentration as people and instruments write them, in the spelling of the ASM schemas."""

from __future__ import annotations

from allotrope.labels import fold

UNITS = ("ng/µL", "ug/µL", "pg/mL", "ng/mL", "ug/mL", "mg/mL", "g/L", "mg/L")


def _plain(text: str) -> str:
    return fold(text).replace("âμ", "u").replace("μ", "u").replace(" ", "").replace(",", "/")


_SPELLINGS = {_plain(unit): unit for unit in UNITS} | {"mcg/ml": "ug/mL", "mcg/ul": "ug/µL"}


def mass_concentration_unit(text: str | None) -> str | None:
    """The ASM unit of a unit's text in any case, with u, µ or μ for micro; None for anything that is no mass concentration."""
    return _SPELLINGS.get(_plain(text)) if text else None
