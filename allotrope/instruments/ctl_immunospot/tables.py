"""The tables of an ImmunoSpot text: plates beside each other, split by tabs or spaces, and the histogram of spot sizes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from allotrope.families.plate import row_index
from allotrope.record import KEPT
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source


class Histogram(NamedTuple):
    """The histogram of spot sizes, and the rows of the text that it was read from."""

    bins: list[int | float]
    wells: dict[str, tuple[Any, list[Any]]]
    """By well the count of all spots and the counts of the bins, None for a bin without a cell."""
    rows: list[int]


class Table:
    """One plate table: its name, wells with number and cell, rows and columns as they stand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wells: dict[str, int | float] = {}
        self.rows: dict[str, None] = {}
        self.columns: dict[str, None] = {}
        self.odd: dict[str, str] = {}
        """Wells whose value is no number, such as TNTC (too numerous to count)."""

    def set_aside(self, source: Source, letters: str, column: str, text: str, where: str) -> None:
        """Remember what is no number, and say so."""
        self.rows[letters] = None
        self.columns[column] = None
        self.odd[f"{letters}{column}"] = text
        source.find("unparsed-value", f"{text!r} in {self.name!r} is no number and is kept", where, "warning")

    def places(self) -> list[str]:
        """All wells of its rows and columns, row by row."""
        return [f"{letters}{column}" for letters in self.rows for column in self.columns]

    def add(self, letters: str, column: str, value: float) -> None:
        """A well's value."""
        self.rows[letters] = None
        self.columns[column] = None
        self.wells[f"{letters}{column}"] = value


def heads(cells: list[Cell]) -> list[list[Cell]]:
    """The runs 1, 2, 3 … of column numbers in a row, one for each table beside the others; empty where the row is none."""
    if len(cells) == 1 and cells[0].text.split()[:2] == ["1", "2"]:
        return [cells]
    runs: list[list[Cell]] = []
    for cell in cells:
        if cell.text == "1":
            runs.append([])
        if not runs or cell.text != str(len(runs[-1]) + 1):
            return []
        runs[-1].append(cell)
    return runs if runs and len(runs[0]) > 1 else []


def plates(source: Source, grid: Grid, header: int, titles: list[Cell]) -> list[Table]:
    """The tables under a row of column numbers; rows go on until a line does not start with the next letter."""
    runs = heads(grid.cells(header))
    grid.structure(header)
    coded = [title for title in titles if "Plate Code" in title.text]
    names = ["Spot Count"] if coded else [title.text for title in titles]
    for title in coded or titles[: len(runs)]:
        if not coded or re.search(r"Plate Code = [\w ]*\w", title.text):
            title.mapped()
    tables = [Table(names[at] if at < len(names) else f"table {at + 1}") for at in range(len(runs))]
    expected = 0
    for row in range(header + 1, len(grid.rows)):
        tokens = grid.text(row).split()
        if tokens and row_index(tokens[0]) == expected:
            expected += 1
            if len(runs[0]) == 1:
                spaced(source, grid.at(row, 0), runs[0][0].text.split(), tables[0])
            else:
                tabbed(source, grid, row, runs, tables)
        elif not grid.blank(row) and not set("".join(grid.texts(row))) <= {"_"}:
            break
    return tables


def spaced(source: Source, cell: Cell, columns: list[str], table: Table) -> None:
    """A line of one table whose values stand between spaces."""
    letters, *values = cell.text.split()
    numbers = [number(value, cell.store.locale.decimal) for value in values]
    if len(values) != len(columns):
        message = f"{len(values)} values under {len(columns)} columns; the line is kept as it is"
        source.find("row-set-aside", message, cell.where, "warning")
        cell.store.mark(cell.handle, KEPT)
        return
    cell.mapped()
    for column, value, text in zip(columns, numbers, values, strict=True):
        if value is not None:
            table.add(letters, column, value)
        else:
            table.set_aside(source, letters, column, text, cell.where)


def tabbed(source: Source, grid: Grid, row: int, runs: list[list[Cell]], tables: list[Table]) -> None:
    """A line of all tables beside each other."""
    for run, table in zip(runs, tables, strict=True):
        before = grid.at(row, run[0].handle % grid.width - 1)
        letters = before.as_text() or ""
        for head in run:
            cell = grid.at(row, head.handle % grid.width)
            value = cell.as_number()
            if value is not None:
                table.add(letters, head.text, value)
            elif cell:
                table.set_aside(source, letters, head.text, str(cell.keep()), cell.where)


def histogram(grid: Grid, start: int) -> Histogram:
    """Bins of the histogram, and for every well the count of spots (left of the first bin) and the counts of the bins."""
    title = next((row for row in range(start, len(grid.rows)) if any("Histogram" in text for text in grid.texts(row))), None)
    if title is None or title + 1 >= len(grid.rows):
        return Histogram([], {}, [])
    grid.structure(title)
    edges = [cell for cell in grid.cells(title + 1) if cell.number is not None]
    if not edges:
        return Histogram([], {}, [title + 1])
    grid.structure(title + 1, last=edges[0].handle % grid.width - 1)
    found: dict[str, tuple[Any, list[Any]]] = {}
    rows = [title + 1]
    for row in range(title + 2, len(grid.rows)):
        well = re.fullmatch(r"[A-Z]{1,2}\d{1,2}", grid.text(row))
        if well:
            grid.at(row, 0).mapped()
            rows.append(row)
            counts = [grid.at(row, cell.handle % grid.width).as_number() for cell in edges]
            found[well[0]] = (grid.at(row, 1).as_number() if edges[0].handle % grid.width > 1 else None, counts)
        elif found and not grid.blank(row):
            break
    bins = [cell.as_number() or 0 for cell in edges] if found else []
    return Histogram(bins, found, rows)
