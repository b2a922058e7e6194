"""The tables of an EnVision export: plates, named blocks of settings, plate maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.matrix import Matrix, matrix
from allotrope.families.plate import plate_columns, row_index, row_letters
from allotrope.labels import fold
from allotrope.record import UNREAD
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.envelope import Node
    from allotrope.grid import Grid
    from allotrope.record import Cell, Record
    from allotrope.source import Source

MOST_ROWS = 48


@dataclass(slots=True)
class Plate:
    """One table of results or of calculated values, with its line of information and the backgrounds it names."""

    facts: Record
    number: str
    barcode: str
    backgrounds: list[Record] = field(default_factory=list)
    wells: list[tuple[str, Cell]] = field(default_factory=list)


def sections(grid: Grid) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) row of every run of lines; separators alone (an empty row of a plate) do not end it.

    Where a spreadsheet has filled up all blank lines with separators, these end it, too.
    """
    filled_up = all(len(row) > 1 for row in grid.rows)
    row = 0
    while row < len(grid.rows):
        last = row
        while last < len(grid.rows) and ((len(grid.rows[last]) > 1 and not filled_up) or not grid.blank(last)):
            last += 1
        if last > row:
            yield row, last
        row = last + 1


def titled(grid: Grid, row: int, title: str) -> bool:
    """Whether a section of this title begins in a row; the title is mapped if it says nothing else."""
    found = grid.text(row).startswith(title)
    if found and fold(grid.text(row)).rstrip(" :") == fold(title):
        grid.at(row, 0).mapped()
    return found


def plates(source: Source, grid: Grid, start: int, runs: list[tuple[int, int]]) -> Iterator[Plate]:
    """The plates from the first `Plate information` on; each ends where the next begins or another section does."""
    plate: Plate | None = None
    wells = _Wells(source, grid)
    for first, last in runs:
        if first < start or grid.text(first).startswith("Basic assay information"):
            break
        if titled(grid, first, "Plate information"):
            wells = _Wells(source, grid)
            facts = next(grid.table(first + 1, first + 2, min(first + 3, last)).records(), None) if first + 2 < last else None
            if facts is None:
                continue
            plate = Plate(facts, facts.text("Plate") or "", _barcode(facts))
            yield plate
        elif titled(grid, first, "Background information") and plate and first + 2 < last:
            plate.backgrounds = list(grid.table(first + 1, first + 2, last).records())
        elif plate:
            plate.wells += wells.read(first, last)


def _barcode(facts: Record) -> str:
    """The barcode, which is written as a formula; without one, the plate's number."""
    barcode = facts.text("Barcode") or ""
    return barcode.removeprefix("=").strip('"') or f"Plate {facts.peek('Plate')}"


class _Wells:
    """The wells of one plate's tables, run by run; a blank line within a table with row letters parts it in two runs."""

    def __init__(self, source: Source, grid: Grid) -> None:
        self.source = source
        self.grid = grid
        self.columns: dict[int, int] = {}
        self.rows = 0
        """Rows of the table so far."""

    def read(self, first: int, last: int) -> Iterator[tuple[str, Cell]]:
        """The filled wells of a matrix with or without column numbers and row letters; rows and columns count from the first."""
        grid = self.grid
        head = next((row for row in range(first, min(first + 2, last)) if plate_columns(grid, row)), None)
        if head is not None and head + 1 < last:
            self.columns, self.rows = plate_columns(grid, head), 0
            found = self._lettered(head, range(head + 1, last))
            found.structure()
        elif self.columns and (row_index(grid.text(first)) or -1) >= self.rows > 0:
            head = None
            found = self._lettered(first, range(first, last))
        else:
            body = first if number(grid.text(first)) is not None or not grid.text(first) else first + 1
            columns = {column: column + 1 for column in range(grid.width)}
            lines = [(row, row_letters(at)) for at, row in enumerate(range(body, min(last, body + MOST_ROWS)))]
            found, head = Matrix(grid, first, columns, lines), body
        for row in range(first, last if head is None else head):
            if len(grid.cells(row)) == 1 and grid.text(row) and row not in dict(found.lines):
                grid.at(row, 0).ignore("heading of a table")
        for well, cell in found.wells():
            if number(cell.value, grid.locale.decimal) is not None:
                yield well, cell
            elif cell:
                message = f"{well}: found {cell.text!r} where a number is expected; kept as text"
                self.source.find("no-number", message, cell.where, "warning")

    def _lettered(self, head: int, rows: range) -> Matrix:
        """The lines under column numbers: counted, remarks left out; letters that say otherwise are a finding."""
        grid = self.grid
        odd = [row for row in rows if len(grid.cells(row)) == 1 and row_index(grid.text(row) or "A") is None]
        lines = [(row, self.rows + at) for at, row in enumerate(row for row in rows if row not in odd)]
        lines = [(row, at) for row, at in lines if at < MOST_ROWS]
        self.rows = max((at + 1 for _, at in lines), default=self.rows)
        for row, at in lines:
            if grid.text(row).upper() not in ("", row_letters(at)) and number(grid.text(row)) is None:
                written = ", ".join(grid.text(row) for row, _ in lines)
                message = f"row letters {written}; rows are counted from the first, as readers of this format do"
                self.source.find("rows-counted", message, grid.at(row, 0).where, "warning")
                break
        found = Matrix(grid, head, self.columns, [(row, row_letters(at)) for row, at in lines], odd=odd)
        found.tell(self.source)
        return found


def blocks(grid: Grid, title: str, ends: tuple[str, ...]) -> dict[str, Record]:
    """The named blocks of `label, , , , value` lines under a title, up to another title."""
    start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith(title)), None)
    found: dict[str, Record] = {}
    if start is None:
        return found
    titled(grid, start, title)
    row = start + 1
    while row < len(grid.rows):
        if grid.text(row).endswith(":") and grid.text(row).startswith(ends):
            break
        last = grid.until_blank(row)
        if last > row:
            head = grid.at(row, 0)
            head.mapped()
            found.setdefault(head.text, grid.pairs(range(row + 1, last), value=4))
        row = last + 1
    return found


def platemaps(source: Source, grid: Grid, runs: list[tuple[int, int]]) -> dict[str, dict[str, tuple[Cell, ...]]]:
    """The plate maps by the plate's number: well to its code, and the cells that say whose it is."""
    start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith("Platemap")), len(grid.rows))
    stop = next((row for row in range(start, len(grid.rows)) if grid.text(row).startswith("Calculations")), len(grid.rows))
    maps: dict[str, dict[str, tuple[Cell, ...]]] = {}
    plate = ""
    named: list[Cell] = []
    for first, last in runs:
        if not start <= first < stop:
            continue
        for row in range(first, min(last, stop)):
            if grid.text(row) == "Plate":
                plate = grid.text(row, 4)
                named = grid.cells(row)
            found = matrix(grid, row) if plate_columns(grid, row) else None
            if found and plate:
                found.unused()
                found.tell(source)
                maps[plate] = {}
                for at, letters in found.lines:
                    for well, cell in found.line(at, letters):
                        if cell:
                            maps[plate][well] = cell, grid.at(row, cell.handle % grid.width), grid.at(at, 0), *named
        bare = grid.text(first) not in ("Plate", "Group") and len(grid.cells(first)) > 1
        if bare and plate and plate not in maps:  # exported without column numbers and row letters
            lines = [(row, row_letters(at)) for at, row in enumerate(range(first, min(last, stop, first + MOST_ROWS)))]
            plain = Matrix(grid, first, {column: column + 1 for column in range(grid.width)}, lines)
            maps[plate] = {well: (cell, *named) for well, cell in plain.wells() if cell}
    return maps


def rest(grid: Grid) -> dict[str, object]:
    """What nothing has read: lines of a section by section and label."""
    grid.settle()
    found: Node = {}
    section = ""
    for row in range(len(grid.rows)):
        title = grid.text(row)
        if title.endswith(":") and len(grid.cells(row)) == 1:
            section = title.rstrip(":")
            grid.at(row, 0).mapped()
        cells = [cell for cell in grid.cells(row) if grid.fates[cell.handle] == UNREAD]
        texts = [str(cell.keep()) for cell in cells]
        if texts:
            label = f"{section} {title.rstrip(':')}".strip() if len(texts) > 1 else section
            first = len(texts) > 1 and cells[0].handle % grid.width == 0  # it is in the label
            put(found, CUSTOM, {label or "line": "\t".join(texts[first:])})
    return dict(found.get(CUSTOM, {}))
