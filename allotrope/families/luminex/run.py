"""What both layouts of a Luminex export say: the run, and its wells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.record import Cell


@dataclass(slots=True)
class Well:
    """One well: where, which sample, counts, and `value(section, analyte)`: a cell, None where the section lacks the analyte.

    `has(section)` says whether the section speaks of this well at all; `dilution` is None where the file does not state it.
    """

    location: str
    sample: str
    total: float | None
    dilution: float | None
    value: Callable[[str, str], Cell | None]
    has: Callable[[str], bool]
    empty: str = "Not reported"
    """What an empty cell means: `Not reported` or `NaN`."""
    errors: list[str] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """The whole export: facts by where they stand, analytes with their bead regions, wells."""

    analytes: dict[str, str | None] = field(default_factory=dict)
    """Name to bead region; in the order of the file."""
    wells: list[Well] = field(default_factory=list)
    analyst: str | None = None
    time: str | None = None
    plate_wells: float | None = None
    minimum_count: float | None = None
    sample_volume: float | None = None
    gain: str | None = None
    group: dict[str, Any] = field(default_factory=dict)
    """Values of the measurement aggregate document, custom information among them."""
    control: dict[str, Any] = field(default_factory=dict)
    sample: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    """Custom information of device control, sample and measurement."""
