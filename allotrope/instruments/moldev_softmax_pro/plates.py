"""Plate blocks of SoftMax Pro: header, raw readings (matrices, or columns of wells), reduced values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.families.plate import SHAPES
from allotrope.instruments.moldev_softmax_pro.readings import Reading, read_tables
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Container

    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source
    from allotrope.values import Scalar

SHARED = (
    "name",
    "export version",
    "export format",
    "read type",
    "read mode",
    "bottom read",
    "data type",
    "pre-read",
    "kinetic points",
    "read time",
    "read interval",
    "start wavelength",
    "end wavelength",
    "wavelength step",
    "number of wavelengths",
    "wavelengths",
    "first column",
    "number of columns",
    "number of wells",
)
ABSORBANCE = (*(name for name in SHARED if name != "bottom read"), "first row", "number of rows")
EMISSION = (
    "excitation wavelengths",
    "cutoff",
    "cutoff filters",
    "sweep wave",
    "sweep wavelength",
    "reads per well",
    "gain",
    "start integration time",
    "end integration time",
    "first row",
    "number of rows",
)
FIELDS = {
    "Absorbance": ABSORBANCE,
    "Fluorescence": (*SHARED, *EMISSION),
    "Luminescence": (*(name for name in SHARED if name != "bottom read"), *EMISSION),
}
"""What the header line of a plate holds after `Plate:`, by read mode."""
READ_TYPES = ("Endpoint", "Kinetic", "Spectrum")
VERSION = "1.3"


@dataclass
class PlateBlock:
    """One plate: the facts of its header, its readings in order, and reduced values by well."""

    facts: dict[str, Cell]
    others: list[Cell]
    """Fields of the header that this project knows no name of."""
    wavelengths: list[int | float]
    readings: list[Reading] = field(default_factory=list)
    reduced: dict[str, Cell] = field(default_factory=dict)
    wells: dict[str, None] = field(default_factory=dict)
    """All wells of the readings, row by row."""
    odd: list[int] = field(default_factory=list)
    """Grid rows between the readings that hold a remark."""

    def text(self, name: str, known: Container[str] | None = None) -> str:
        """A fact of the header, mapped; of `known` words only, any other stays for `rest`."""
        cell = self.facts.get(name)
        if not cell:
            return ""
        if known is None or cell.text in known:
            cell.mapped()
        return cell.text

    def number(self, name: str) -> int | float | None:
        """A fact of the header as a number, mapped."""
        cell = self.facts.get(name)
        return cell.as_number() if cell else None

    def numbers(self, name: str) -> list[int | float]:
        """A list of numbers in one cell of the header, mapped."""
        return [found for part in self.text(name).split() if (found := number(part)) is not None]

    def rest(self) -> dict[str, Scalar]:
        """What nothing has read of the header, by the plate's name and what is known of the field."""
        named = [(name, cell) for name, cell in self.facts.items() if cell]
        named += [(f"field {cell.handle % cell.store.width + 1}", cell) for cell in self.others]  # type: ignore[attr-defined]
        plate = self.text("name")
        return {f"{plate} {name}": cell.keep() or "" for name, cell in named if not cell.store.fates[cell.handle]}


def plate_block(source: Source, grid: Grid, first: int, last: int) -> PlateBlock | None:
    """The plate in some rows; None, with a finding, where it was read in a way that is not covered."""
    where = f"line {grid.line(first)}"
    mode = next((text for text in grid.texts(first)[4:6] if text in FIELDS), "")
    names = FIELDS.get(mode, ())
    facts = {name: grid.at(first, column) for column, name in enumerate(names, start=1) if column < grid.width}
    kind = facts["read type"].text if facts else ""
    wells = number(facts["number of wells"].value) if "number of wells" in facts else None
    if kind not in READ_TYPES or wells not in SHAPES:
        found = f"{grid.text(first, 4)} {mode or grid.text(first, 5)}, {wells} wells"
        source.find("unsupported-read", f"{found}: this plate is kept verbatim, not converted", where, "warning")
        return None
    others = [grid.at(first, column) for column in range(len(names) + 1, len(grid.rows[first])) if grid.text(first, column)]
    block = PlateBlock(facts, others, [])
    if block.text("export version") != VERSION:
        source.find("export-version", f"version {block.text('export version')}; known is {VERSION}", where, "warning")
    if grid.text(first) == "Plate:":
        grid.at(first, 0).mapped()
    block.wavelengths = _wavelengths(block)
    read_tables(block, grid, first + 1, last)
    for row in block.odd:
        source.find("odd-row", "a remark within a plate is kept, not converted", grid.cells(row)[0].where, "warning")
    return block


def _wavelengths(block: PlateBlock) -> list[int | float]:
    """The wavelengths in nm: listed, or of a spectrum from start, end and step."""
    start, end, step = (block.number(f"{name}") for name in ("start wavelength", "end wavelength", "wavelength step"))
    if block.text("read type") == "Spectrum" and start is not None and end is not None and step:
        return [start + step * at for at in range(min(int((end - start) / step) + 1, 10_000))]
    return block.numbers("wavelengths")


def last_saved(text: str) -> str:
    """The time in `… Date Last Saved: …`, as written."""
    found = re.search(r"Date Last Saved: (.+)$", text)
    return found[1] if found else ""
