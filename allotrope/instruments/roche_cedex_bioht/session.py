"""The tests of a sample, and those that make up one measurement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allotrope.instruments.roche_cedex_bioht.kits import Kit
    from allotrope.record import Record


@dataclass(slots=True)
class Row:
    """One test of one sample."""

    record: Record
    kit: Kit
    time: str
    sample: str
    batch: str
    result: float | None

    @property
    def identity(self) -> str:
        """Tests that differ in this stand side by side in one measurement."""
        parts = (self.kit.analyte, self.record.peek("code"), self.record.peek("dilution factor"))
        return "_".join(part for part in parts if part)

    @property
    def order(self) -> str:
        """What the tests of a measurement are sorted by: of one kit the diluted ones come first."""
        return "_".join((self.kit.analyte, self.record.peek("code"), self.record.peek("dilution factor") or "undiluted"))


@dataclass(slots=True)
class Session:
    """The tests of a sample that belong together, by identity; `passed_over` are repeats without a result."""

    time: str
    tests: dict[str, Row] = field(default_factory=dict)
    passed_over: list[Row] = field(default_factory=list)
