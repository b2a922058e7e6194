"""The readings of a SoftMax Pro plate: matrices, or columns of wells, with their times, temperatures and wavelengths."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from allotrope.families.plate import SHAPES, plate_columns, row_letters, seconds, split_well

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.grid import Grid
    from allotrope.instruments.moldev_softmax_pro.plates import PlateBlock
    from allotrope.record import Cell


@dataclass(slots=True)
class Reading:
    """One plate read once: at a wavelength, at a time, with the cells of its wells."""

    wavelength: int
    """Place in the list of wavelengths."""
    time: float | None
    degrees: Cell | None
    wells: dict[str, Cell]

    @property
    def temperature(self) -> int | float | None:
        """The temperature in °C, mapped; None where none was read."""
        return self.degrees.as_number() if self.degrees else None


def read_tables(block: PlateBlock, grid: Grid, first: int, last: int) -> None:
    """The tables under the header: raw readings unless only reduced values were exported, then reduced values."""
    by_well = block.text("export format", ("TimeFormat", "PlateFormat")) == "TimeFormat"
    reduced = block.text("data type", ("Raw", "Reduced", "Both")) == "Reduced"
    block.odd = [row for row in range(first, last) if _odd(grid, row)]
    counts = (SHAPES[int(block.number("number of wells") or 96)][1], len(plate_columns(grid, first, 2)))
    heads = [row for row in range(first, last) if (split_well(grid.text(row, 2)) if by_well else _heads(grid, row, counts))]
    for at, head in enumerate(heads):
        end = heads[at + 1] if at + 1 < len(heads) else last
        _settle_head(grid, head, end)
        raw = at == 0 and not reduced
        if by_well:
            _columns(block, grid, head, end, raw=raw)
        else:
            _matrices(block, grid, head, end, raw=raw)
    shape = SHAPES[int(block.number("number of wells") or 96)]
    place = {f"{row_letters(row)}{column + 1}": None for row in range(shape[0]) for column in range(shape[1])}
    known = {well for reading in block.readings for well in reading.wells} if block.readings else place.keys()
    block.wells = {well: None for well in place if well in known}


def _settle_head(grid: Grid, head: int, end: int) -> None:
    """Wells or column numbers above values are structure, the others and the heading `Temperature` are not; all else stays."""
    for cell in grid.cells(head):
        column = cell.handle % grid.width
        if column < 2:
            cell.ignore("heading of a table")
        elif not cell.text.isdigit() and split_well(cell.text) is None:
            continue
        elif any(grid.text(row, column) for row in range(head + 1, end)):
            cell.mapped()
        else:
            cell.ignore("row or column of a plate without values")


def _heads(grid: Grid, row: int, counts: tuple[int, ...]) -> bool:
    """Whether a row holds the column numbers of a matrix, as many as the plate or the first matrix has.

    It follows the plate's header or a blank line, and has neither time, wavelength nor temperature; the first column
    may be headed, as `Time(hh:mm:ss)` or `Wavelength(nm)`.
    """
    above = grid.blank(row - 1) or bool(grid.text(row - 1))
    plain = seconds(grid.text(row)) is None and all(grid.at(row, column).number is None for column in (0, 1))
    return above and plain and (len(plate_columns(grid, row, 2)) or None) in counts


def _columns(block: PlateBlock, grid: Grid, head: int, end: int, *, raw: bool) -> None:
    """A table with a column a well: a line for each time of a wavelength, a blank line between wavelengths."""
    wells = {column: grid.text(head, column) for column in range(2, len(grid.rows[head])) if split_well(grid.text(head, column))}
    rows = [(bool(grid.blank(row)), row) for row in range(head + 1, end) if row not in block.odd]
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
    """Matrices one below the other (times, or wavelengths of a spectrum), those of several wavelengths side by side.

    Columns beyond the end of all lines of a matrix were not exported.
    """
    count = SHAPES[int(block.number("number of wells") or 96)][0]
    runs = []
    start = 2
    while columns := plate_columns(grid, head, start):
        runs.append(columns)
        start = max(columns) + 2
    spectrum = block.text("read type") == "Spectrum"
    rows = [row for row in range(head + 1, end) if row not in block.odd]
    for at, chunk in enumerate(_chunks(grid, rows, count)):
        width = max(len(grid.rows[row]) for row in chunk)
        for place, numbered in enumerate(runs if raw else runs[:1]):
            columns = {column: name for column, name in numbered.items() if column < width}
            lines = enumerate(chunk)
            cells = {f"{row_letters(i)}{name}": grid.at(row, column) for i, row in lines for column, name in columns.items()}
            if not raw:
                block.reduced |= {well: cell for well, cell in cells.items() if cell}
            else:
                block.readings.append(_reading(grid, chunk, at if spectrum else place, cells))


def _chunks(grid: Grid, rows: list[int], count: int) -> Iterator[list[int]]:
    """The rows of each matrix, so many for each; a plate's row without values is blank, but has its fields.

    The lines between matrices have none, unless a spreadsheet has filled them up: a matrix after the first begins with a value.
    """
    at, first = 0, True
    while at < len(rows):
        if grid.blank(rows[at]) and (not first or len(grid.rows[rows[at]]) <= 3):
            at += 1
            continue
        yield rows[at : at + count]
        at, first = at + count, False


def _odd(grid: Grid, row: int) -> bool:
    """Whether a row is a remark: a text, neither time nor wavelength, and nothing else."""
    cells = grid.cells(row)
    return len(cells) == 1 and bool(grid.text(row)) and seconds(cells[0].text) is None and cells[0].number is None


def _reading(grid: Grid, rows: list[int], wavelength: int, wells: dict[str, Cell]) -> Reading:
    """One reading; the first filled line holds time (or wavelength) and temperature, where 0 and NaN mean that none was read."""
    reading = Reading(wavelength, None, None, wells)
    for row in rows:
        first, second = grid.at(row, 0), grid.at(row, 1)
        if first:
            first.mapped()
            reading.time = seconds(first.text)
        if second:
            reading.degrees = second if second.number else None
            if second.number == 0 or second.text.casefold() == "nan":
                second.ignore("no temperature was read")
        if first or second:
            break
    return reading
