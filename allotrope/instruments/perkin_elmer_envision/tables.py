"""The tables of an EnVision export: plates, named blocks of settings, plate maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.matrix import Matrix, matrix
from allotrope.families.plate import plate_columns, row_index, row_letters
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
    """First and last (exclusive) row of every run of lines; separators alone (an empty row of a plate) do not end it."""
    row = 0
    while row < len(grid.rows):
        last = row
        while last < len(grid.rows) and (len(grid.rows[last]) > 1 or not grid.blank(last)):
            last += 1
        if last > row:
            yield row, last
        row = last + 1


def plates(source: Source, grid: Grid, start: int, runs: list[tuple[int, int]]) -> Iterator[Plate]:
    """The plates from the first `Plate information` on; each ends where the next begins or another section does."""
    plate: Plate | None = None
    for first, last in runs:
        title = grid.text(first)
        if first < start or title.startswith("Basic assay information"):
            break
        grid.at(first, 0).mapped()
        if title.startswith("Plate information"):
            facts = next(grid.table(first + 1, first + 2, min(first + 3, last)).records(), None) if first + 2 < last else None
            if facts is None:
                continue
            plate = Plate(facts, facts.text("Plate") or "", _barcode(facts))
            yield plate
            last = first
        elif title.startswith("Background information") and plate and first + 2 < last:
            plate.backgrounds = list(grid.table(first + 1, first + 2, last).records())
        elif plate:
            plate.wells += _wells(source, grid, first, last)


def _barcode(facts: Record) -> str:
    """The barcode, which is written as a formula; without one, the plate's number."""
    barcode = facts.text("Barcode") or ""
    return barcode.removeprefix("=").strip('"') or f"Plate {facts.peek('Plate')}"


def _wells(source: Source, grid: Grid, first: int, last: int) -> Iterator[tuple[str, Cell]]:
    """The filled wells of a matrix with or without column numbers and row letters; rows and columns count from the first."""
    head = next((row for row in range(first, min(first + 2, last)) if plate_columns(grid, row)), None)
    if head is not None and head + 1 < last:
        columns = plate_columns(grid, head)
        lines = [(row, row_letters(at)) for at, row in enumerate(range(head + 1, min(last, head + 1 + MOST_ROWS)))]
        if any(row_index(grid.text(row)) not in (None, row_index(name)) for row, name in lines):
            message = "the letters of the rows leave some out; rows are counted from the first, as readers of this format do"
            source.find("rows-counted", message, f"line {grid.line(head)}", "warning")
        found = Matrix(grid, head, columns, lines)
        found.structure()
    else:
        body = first if number(grid.text(first)) is not None or not grid.text(first) else first + 1
        columns = {column: column + 1 for column in range(grid.width)}
        lines = [(row, row_letters(at)) for at, row in enumerate(range(body, min(last, body + MOST_ROWS)))]
        found = Matrix(grid, first, columns, lines)
    for well, cell in found.wells():
        if number(cell.value, grid.locale.decimal) is not None:
            yield well, cell
        elif cell:
            message = f"{well}: found {cell.text!r} where a number is expected; kept as text"
            source.find("no-number", message, cell.where, "warning")


def blocks(grid: Grid, title: str, ends: tuple[str, ...]) -> dict[str, Record]:
    """The named blocks of `label, , , , value` lines under a title, up to another title."""
    start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith(title)), None)
    found: dict[str, Record] = {}
    if start is None:
        return found
    grid.at(start, 0).mapped()
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


def platemaps(grid: Grid, runs: list[tuple[int, int]]) -> dict[str, dict[str, Cell]]:
    """The plate maps by the plate's number."""
    start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith("Platemap")), len(grid.rows))
    stop = next((row for row in range(start, len(grid.rows)) if grid.text(row).startswith("Calculations")), len(grid.rows))
    maps: dict[str, dict[str, Cell]] = {}
    plate = ""
    for first, last in runs:
        if not start <= first < stop:
            continue
        for row in range(first, min(last, stop)):
            if grid.text(row) == "Plate":
                plate = grid.text(row, 4)
                grid.structure(row)
            found = matrix(grid, row) if plate_columns(grid, row) else None
            if found and plate:
                found.structure()
                maps[plate] = {well: cell for well, cell in found.wells() if cell}
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
            put(found, CUSTOM, {label or "line": "\t".join(texts[1:] if len(texts) > 1 else texts)})
    return dict(found.get(CUSTOM, {}))
