"""BioTek/Agilent Gen5 text exports: the run of plates, each with header, procedure, and blocks between blank lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.families.matrix import Matrix, matrix
from allotrope.families.plate import plate_columns
from allotrope.labels import fold, told_apart
from allotrope.readers.text import lines_of
from allotrope.record import UNREAD, Cell, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.source import Source
    from allotrope.values import Scalar

SOFTWARE = r"^\s*Software Version\t"
PROCEDURE = r"^\W*Procedure Details"
"""What every export of a plate shows (signature); the reads that follow tell plate values from images."""
PLATE_READ = r"\b(Absorbance|Fluorescence|Luminescence|Alpha) (Endpoint|Spectrum|Area Scan)\b"
IMAGE_READ = r"\bImage (Single Image|Montage|Z-Stack)\b"
CURVES = ("time", "wavelength")
_MISLEADING = re.compile(r"(?:(?<=[\t\"])|^)\d{3},\d{3}[\" \t]*$|^Software Version.*$", re.MULTILINE | re.IGNORECASE)
"""What looks like a number or a date and is none: a label such as `485,528` at the end of a line, the version `3.12.08`."""
_FILE_NAME = re.compile(r"\d{6}_\d{6}_(?P<plate>[^_]+)_.*\.txt$", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """Lines between blank lines: a plate matrix, a curve table (`Time`, `Wavelength`), or anything else."""

    title: str
    first: int
    last: int
    """Exclusive."""
    kind: str = ""
    """`matrix`, `time`, `wavelength`, or empty."""
    matrix: Matrix | None = None


@dataclass(slots=True)
class PlateExport:
    """One plate of an export: its header, the rows of its procedure, its blocks; rows count in the grid."""

    grid: Grid
    header: Record
    procedure: range
    blocks: list[Block] = field(default_factory=list)

    def describe(self, document: Document) -> None:
        """Put what the header says of software and reader into the document; of several plates the first one counts."""
        document.system.setdefault("software version", self.header.text("Software Version"))
        document.device.setdefault("model number", self.header.text("Reader Type"))
        document.device.setdefault("equipment serial number", self.header.text("Reader Serial Number"))

    def titled(self, title: str) -> Block | None:
        """The last block of this title."""
        return next((block for block in reversed(self.blocks) if fold(block.title) == fold(title)), None)

    def matrices(self) -> list[Block]:
        """All plate matrices but the layout."""
        return [block for block in self.blocks if block.matrix and fold(block.title) != "layout"]

    def name(self, source: Source) -> str | None:
        """The plate's name: from a file name date_time_plate_…, else `Plate Number` (which else stays for custom information)."""
        found = _FILE_NAME.match(source.name)
        return found["plate"] if found else self.header.text("Plate Number")

    def time(self) -> str | None:
        """Date and time of the reading."""
        return self.header.joined_time("Date", "Time") if self.header.peek("Date") else None

    def temperature(self) -> int | float | None:
        """The temperature in °C of the last reading of it."""
        block = self.titled("Actual Temperature")
        cells = self.grid.cells(block.first) if block else []
        found = cells[-1].as_number() if len(cells) > 1 else None
        if found is not None:
            cells[0].mapped()
        return found

    def unread(self) -> dict[str, Scalar]:
        """What nothing has read of the header, under the labels as written."""
        found: dict[str, Scalar] = {}
        for cell in self.header:
            value = cell.keep() if self.grid.fates[cell.handle] == UNREAD else None
            if value is not None:
                found[self.grid.text(cell.handle // self.grid.width)] = value
        return found


def plates(source: Source) -> list[PlateExport]:
    """The plates of the file; raises Damaged where there is none with a procedure."""
    source.settle(_MISLEADING.sub("", "\n".join(lines_of(source.probe.text))))
    grid = source.grid("\t", quoted=False)
    if '"' in source.probe.text:
        grid.unquote()
    starts = [row for row in range(len(grid.rows)) if fold(grid.text(row)).startswith("software version")]
    if not starts:
        place = "the text"
        raise source.damaged(place, "no line 'Software Version'", "the header of a Gen5 export")
    found = []
    for start, end in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        row = next((row for row in range(start, end) if _titled(grid, row, "procedure details")), None)
        if row is None:
            message = "a plate without 'Procedure Details' is kept verbatim, not converted"
            source.find("damaged-plate", message, f"line {grid.line(start)}", "warning")
            continue
        grid.cells(row)[0].mapped()
        first = next((at for at in range(row + 1, end) if not grid.blank(at)), end)
        last = _procedure_end(grid, first, end)
        _outdent(grid, last, end)
        export = PlateExport(grid, grid.pairs(range(start, row)), range(first, last))
        export.blocks = list(_blocks(grid, last, end))
        for block in export.blocks:
            if block.matrix:
                block.matrix.tell(source)
        found.append(export)
    if not found:
        place = f"line {grid.line(starts[0])}"
        raise source.damaged(place, "no line 'Procedure Details'", "the procedure of a reading")
    return found


def _titled(grid: Grid, row: int, title: str) -> bool:
    """Whether a row begins, at whatever field, with this title."""
    cells = grid.cells(row)
    return bool(cells) and fold(cells[0].text).rstrip(":") == title


def _outdent(grid: Grid, first: int, end: int) -> None:
    """Blocks all of whose lines, the title aside, begin with an empty field begin with the next one."""
    row = first
    while row < end:
        last = max(min(grid.until_blank(row), end), row + 1)
        lines = [at for at in range(row, last) if grid.rows[at] and not grid.blank(at)]
        body = lines[1:] if lines and grid.text(lines[0]) else lines
        if body and not any(grid.text(at) for at in body):
            grid.outdent(body)
        row = last


def _procedure_end(grid: Grid, first: int, end: int) -> int:
    """The row after the procedure: a blank one, or the title of a block where blank lines were lost."""
    last = min(grid.until_blank(first), end)
    return next((row for row in range(first, last) if _begins(grid, row)), last)


def _begins(grid: Grid, row: int) -> bool:
    """Whether a block begins in this row: a title above column numbers, a curve's header, or a temperature."""
    lone = len(grid.cells(row)) == 1 and bool(grid.text(row))
    return (lone and _starts(grid, row + 1) != "") or fold(grid.text(row)).startswith("actual temperature")


def _blocks(grid: Grid, first: int, end: int) -> Iterator[Block]:
    """The blocks of some rows; a line alone that is one cell is the title of the block after it."""
    row, title = first, ""
    waiting = -1
    while row < end:
        if grid.blank(row):
            row += 1
            continue
        last = min(grid.until_blank(row), end)
        last = next((at for at in range(row + 1, last) if _begins(grid, at)), last)
        if last == row + 1 and len(grid.cells(row)) == 1 and grid.text(row):
            if waiting >= 0:
                yield Block(title, waiting, waiting + 1)
            title, waiting = grid.text(row).rstrip(":"), row
        else:
            block = _block(grid, title, waiting, row, last, end)
            yield block
            title, waiting = "", -1
            last = block.last
        row = last
    if waiting >= 0:
        yield Block(title, waiting, waiting + 1)


def _block(grid: Grid, title: str, waiting: int, first: int, last: int, end: int) -> Block:
    """One block: its own first line may be its title; a title waiting above it is used where it has none.

    A matrix may reach beyond the blank line at `last`, but not beyond `end`.
    """
    head = first if _starts(grid, first) else first + 1
    kind = _starts(grid, head) if head < last else ""
    if not kind:
        return Block(title or grid.text(first).rstrip(":"), first if waiting < 0 else waiting, last)
    for row in (*([waiting] if waiting >= 0 else ()), *range(first, head)):
        for cell in grid.cells(row):
            cell.ignore("heading of a table")
    if head > first:
        above = title
        title = grid.text(first).rstrip(":")
        if above.startswith("Read ") and ":" in above:
            title = above
    block = Block(title, head, last, kind)
    if kind == "matrix":
        block.matrix = matrix(grid, head, last=end, continued=True)
        if block.matrix is None:
            block.kind = ""
        else:
            block.last = max(last, block.matrix.end)
    return block


def _starts(grid: Grid, row: int) -> str:
    """The kind of a block that has its header in this row."""
    label = fold(grid.text(row))
    if label in CURVES:
        return label
    return "matrix" if not label and plate_columns(grid, row) else ""


def label_column(plate: Matrix) -> int:
    """The grid column right of the wells, where Gen5 writes what the line holds."""
    return max(plate.columns) + 1


def lines(plate: Matrix) -> Iterator[tuple[str, str, list[tuple[str, Cell]]]]:
    """Every line of a matrix: row letters, label, wells with their filled cells; what is around the wells is structure."""
    plate.structure()
    grid, column = plate.grid, label_column(plate)
    for row, letters in plate.lines:
        label = grid.text(row, column)
        cells = [(well, cell) for well, cell in plate.line(row, letters, label) if cell]
        if label and cells:
            grid.at(row, column).mapped()
        elif label:
            grid.at(row, column).ignore("label of a line without values")
        yield letters, label, cells


def layout(export: PlateExport) -> dict[str, dict[str, Cell]]:
    """The layout: well → label (`Well ID`, `Name`, `Conc/Dil` …) → cell."""
    wells: dict[str, dict[str, Cell]] = {}
    block = export.titled("Layout")
    if block and block.matrix:
        for _, label, cells in lines(block.matrix):
            for well, cell in cells:
                wells.setdefault(well, {}).setdefault(label or "Layout", cell)
    return wells


def sample_of(wells: dict[str, Cell]) -> str | None:
    """The sample's name in a well of the layout: `Name` before `Well ID`."""
    for label in ("Name", "Well ID"):
        if label in wells:
            return wells[label].as_text()
    return None


def leftovers(export: PlateExport) -> dict[str, Scalar]:
    """What nothing has read of the blocks: wells by line and name, tables by row and column, other lines as label and text."""
    return told_apart(pair for block in export.blocks for pair in _left(export.grid, block))


def _left(grid: Grid, block: Block) -> Iterator[tuple[str, Scalar]]:
    """Labels and values of one block; a row of labels names the values below, and what it does not name stands by itself."""
    labels = {at: grid.text(block.first, at) for at in range(1, grid.width)} if block.kind in CURVES else {}
    letters = dict(block.matrix.lines) if block.matrix else {}
    kept: dict[int, Scalar] = {}
    for row in range(block.first, block.last):
        cells = [cell for cell in grid.cells(row) if grid.fates[cell.handle] == UNREAD]
        columns = {cell.handle % grid.width: cell for cell in cells}
        if (block.kind in CURVES and row == block.first) or (not block.matrix and len(cells) > 2 and not labels):
            kept = {column: cell.keep() or "" for column, cell in columns.items()}
            labels = labels or {column: str(text) for column, text in kept.items()}
        elif block.matrix:
            yield from _wells(block, block.matrix, (row, letters.get(row, "")), columns)
        else:
            for column in columns.keys() - {0}:
                kept.pop(column, None)
            yield from _row(grid, row, columns, labels)
    if kept:
        yield f"{block.title} columns".strip(), "\t".join(map(str, kept.values()))


def _wells(block: Block, plate: Matrix, line: tuple[int, str], columns: dict[int, Cell]) -> Iterator[tuple[str, Scalar]]:
    """The unread wells of one line (its row and letters) of a matrix, by the line's label and the well."""
    row, letters = line
    label = plate.grid.text(row, label_column(plate)) or block.title
    for column, cell in columns.items():
        yield f"{label} {letters}{plate.columns.get(column, '')}".strip(), cell.keep() or ""


def _row(grid: Grid, row: int, columns: dict[int, Cell], labels: dict[int, str]) -> Iterator[tuple[str, Scalar]]:
    """One line that is no plate's: a title, `label: values`, or a row of a table with these column labels."""
    if list(columns) == [0]:
        yield "Title", columns[0].keep() or ""
        return
    name = grid.text(row).rstrip(":")
    if 0 in columns:
        columns.pop(0).keep()
    for column, cell in columns.items():
        yield f"{name} {labels.get(column, '')}".strip() or "line", cell.keep() or ""
