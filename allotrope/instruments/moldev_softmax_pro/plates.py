"""Plate blocks of SoftMax Pro: header, raw readings (matrices, or columns of wells), reduced values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from allotrope.plate import SHAPES, plate_columns, row_letters, seconds, split_well
from allotrope.values import number

if TYPE_CHECKING:
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
MAPPED = frozenset(
    (
        *("name", "export version", "export format", "read type", "read mode", "bottom read", "data type", "kinetic points"),
        *("read time", "read interval", "start wavelength", "end wavelength", "wavelength step", "number of wavelengths"),
        *("wavelengths", "number of wells", "excitation wavelengths", "cutoff filters", "reads per well", "gain"),
    )
)
READ_TYPES = ("Endpoint", "Kinetic", "Spectrum")
VERSION = "1.3"


@dataclass(slots=True)
class Reading:
    """One plate read once: at a wavelength, at a time, with the cells of its wells."""

    wavelength: int
    """Place in the list of wavelengths."""
    time: float | None
    temperature: int | float | None
    wells: dict[str, Cell]


@dataclass
class PlateBlock:
    """One plate: the facts of its header, its readings in order, and reduced values by well."""

    facts: dict[str, Cell]
    custom: dict[str, Scalar]
    wavelengths: list[int | float]
    readings: list[Reading] = field(default_factory=list)
    reduced: dict[str, Cell] = field(default_factory=dict)
    wells: dict[str, None] = field(default_factory=dict)
    """All wells of the readings, row by row."""

    def text(self, name: str) -> str:
        """A fact of the header."""
        cell = self.facts.get(name)
        return cell.text if cell else ""

    def number(self, name: str) -> int | float | None:
        """A fact of the header as a number."""
        cell = self.facts.get(name)
        return number(cell.value, cell.store.locale.decimal) if cell else None

    def numbers(self, name: str) -> list[int | float]:
        """A list of numbers in one cell of the header."""
        return [found for part in self.text(name).split() if (found := number(part)) is not None]


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
    if facts["export version"].text != VERSION:
        source.find("export-version", f"version {facts['export version'].text}; known is {VERSION}", where, "warning")
    for name in MAPPED & facts.keys():
        facts[name].mapped()
    grid.at(first, 0).mapped()
    custom: dict[str, Scalar] = {}
    for column in range(1, len(grid.rows[first])):
        name = names[column - 1] if column <= len(names) else f"field {column + 1}"
        cell = grid.at(first, column)
        if cell and name not in MAPPED:
            custom[f"{facts['name'].text} {name}"] = cell.keep() or ""
    block = PlateBlock(facts, custom, [])
    block.wavelengths = _wavelengths(block)
    _data(block, grid, first + 1, last)
    return block


def _wavelengths(block: PlateBlock) -> list[int | float]:
    """The wavelengths in nm: listed, or of a spectrum from start, end and step."""
    start, end, step = (block.number(f"{name}") for name in ("start wavelength", "end wavelength", "wavelength step"))
    if block.text("read type") == "Spectrum" and start is not None and end is not None and step:
        return [start + step * at for at in range(min(int((end - start) / step) + 1, 10_000))]
    return block.numbers("wavelengths")


def _data(block: PlateBlock, grid: Grid, first: int, last: int) -> None:
    """The tables under the header: raw readings unless only reduced values were exported, then reduced values."""
    by_well = block.text("export format") == "TimeFormat"
    heads = [row for row in range(first, last) if (split_well(grid.text(row, 2)) if by_well else _heads(block, grid, row))]
    for at, head in enumerate(heads):
        end = heads[at + 1] if at + 1 < len(heads) else last
        grid.structure(head)
        raw = at == 0 and block.text("data type") != "Reduced"
        if by_well:
            _columns(block, grid, head, end, raw=raw)
        else:
            _matrices(block, grid, head, end, raw=raw)
    shape = SHAPES[int(block.number("number of wells") or 96)]
    place = {f"{row_letters(row)}{column + 1}": None for row in range(shape[0]) for column in range(shape[1])}
    known = {well for reading in block.readings for well in reading.wells} if block.readings else place.keys()
    block.wells = {well: None for well in place if well in known}


def _heads(block: PlateBlock, grid: Grid, row: int) -> bool:
    """Whether a row holds the column numbers of a matrix: it follows the plate's header or a blank line."""
    above = grid.blank(row - 1) or bool(grid.text(row - 1))
    return above and len(plate_columns(grid, row, 2)) == SHAPES[int(block.number("number of wells") or 96)][1]


def _columns(block: PlateBlock, grid: Grid, head: int, end: int, *, raw: bool) -> None:
    """A table with a column a well: a line for each time of a wavelength, a blank line between wavelengths."""
    wells = {column: grid.text(head, column) for column in range(2, len(grid.rows[head])) if split_well(grid.text(head, column))}
    rows = [(bool(grid.blank(row)), row) for row in range(head + 1, end)]
    runs = [[row for _, row in run] for blank, run in groupby(rows, key=lambda pair: pair[0]) if not blank]
    kinetic = block.text("read type") == "Kinetic"
    if not kinetic:
        runs = [[row] for run in runs for row in run]
    for at, run in enumerate(runs):
        for row in run:
            cells = {well: grid.at(row, column) for column, well in wells.items()}
            if not raw:
                block.reduced |= {well: cell for well, cell in cells.items() if cell}
            else:
                block.readings.append(_reading(grid, [row], at, cells))


def _matrices(block: PlateBlock, grid: Grid, head: int, end: int, *, raw: bool) -> None:
    """Matrices one below the other (times, or wavelengths of a spectrum), those of several wavelengths side by side."""
    count = SHAPES[int(block.number("number of wells") or 96)][0]
    runs = []
    start = 2
    while columns := plate_columns(grid, head, start):
        runs.append(columns)
        start = max(columns) + 2
    rows = [row for row in range(head + 1, end) if not (grid.blank(row) and len(grid.rows[row]) <= 3)]
    spectrum = block.text("read type") == "Spectrum"
    for at in range(0, len(rows), count):
        chunk = rows[at : at + count]
        for place, columns in enumerate(runs if raw else runs[:1]):
            lines = enumerate(chunk)
            cells = {f"{row_letters(i)}{name}": grid.at(row, column) for i, row in lines for column, name in columns.items()}
            if not raw:
                block.reduced |= {well: cell for well, cell in cells.items() if cell}
            else:
                block.readings.append(_reading(grid, chunk, at // count if spectrum else place, cells))


def _reading(grid: Grid, rows: list[int], wavelength: int, wells: dict[str, Cell]) -> Reading:
    """One reading; the first filled line holds time (or wavelength) and temperature, where 0 and NaN mean that none was read."""
    reading = Reading(wavelength, None, None, wells)
    for row in rows:
        first, second = grid.at(row, 0), grid.at(row, 1)
        if first:
            first.mapped()
            reading.time = seconds(first.text)
        if second:
            found = second.as_number()
            reading.temperature = found or None
            second.mapped() if found else second.ignore("no temperature was read")
        if first or second:
            break
    return reading


def last_saved(text: str) -> str:
    """The time in `… Date Last Saved: …`, as written."""
    found = re.search(r"Date Last Saved: (.+)$", text)
    return found[1] if found else ""
