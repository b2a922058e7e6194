"""One plate of a Meso Scale Discovery text: the facts above its matrix, and the matrix with a line a spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.families.phrase_facts import Facts
from allotrope.families.plate import plate_columns, row_index
from allotrope.labels import fold

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.record import Cell

SAMPLE = ("Stack ID", "Plate #", "Barcode2", "Barcode3")
CONTROL = ("Orient", "Spots Per Well", "Det Param", "Type", "Wells Per Row", "Wells Per Col")


class PlateFacts(Facts):
    """The facts above a matrix: a row is `label :`, a tab (or backslash and t), a value, and more values."""

    def __init__(self, grid: Grid, rows: range) -> None:
        super().__init__()
        self.legend: dict[str, Any] = {}
        spot = next((row for row in rows if fold(grid.text(row)).startswith("spot :")), None)
        for row in rows:
            cells = grid.cells(row)
            label, colon, value = "\t".join(cell.text for cell in cells).replace("\\t", "\t").partition(":")
            if spot is not None and row >= spot and (not grid.text(row) or label.strip() in ("Spot", "Legend")):
                self.legend |= {f"Spot legend, line {grid.line(row)}": cell.keep() for cell in cells[-1:]}
                for cell in cells[:-1]:
                    cell.mapped()
            elif colon and value.strip():
                self.add(label.strip(), value.strip(), cells)
            elif colon:
                for cell in cells:
                    cell.ignore("label without a value")


class Plate:
    """One table of a file with its facts: wells in the order of the file, each with its spots and their cells."""

    def __init__(self, document: Document, grid: Grid, first: int, title: int) -> None:
        self.document = document
        self.grid = grid
        self.facts = PlateFacts(grid, range(first, title))
        self.barcode = (self.facts.text("Barcode1") or "").strip("<>")
        self.time = self.facts.time("Read Time", grid.locale)
        self.analyst = self.facts.text("User")
        spot = self.facts.text("SpotID") or ""
        self.spot = spot if spot.isdigit() else ""
        self.wells: dict[str, list[tuple[str, Cell]]] = {}
        grid.structure(title)
        self.end = self._matrix(title + 1)
        self.sample = self.facts.keep(*SAMPLE)
        self.control = self.facts.keep(*CONTROL)
        self.custom: dict[str, Any] = {}
        """What is left of the facts, taken once the first plate has given those of the device."""

    def _matrix(self, header: int) -> int:
        """Read the lines under the column numbers; a line without letters is the next spot of the well row above it."""
        grid = self.grid
        columns = plate_columns(grid, header) if header < len(grid.rows) else {}
        if not columns:
            found = grid.text(header, 1) or "nothing"
            raise self.document.source.damaged(f"line {header + 1}", found, "column numbers from 1 on under '=Data='")
        grid.structure(header)
        letters, lines, used, names = "", 0, set(), set()
        row = header + 1
        while row < len(grid.rows) and not grid.text(row).startswith("=") and ":" not in grid.text(row):
            if not grid.blank(row):
                name = grid.text(row)
                letters, lines = (name, 0) if name else (letters, lines + 1)
                used |= {column for column, value in enumerate(grid.rows[row]) if column and value != ""}
                if name:
                    grid.at(row, 0).mapped()
                if row_index(letters) is not None:
                    names.add(letters)
                    for column, number in columns.items():
                        cell = grid.at(row, column)
                        if cell:
                            self.wells.setdefault(f"{letters}{number}", []).append((self.spot or str(lines + 1), cell))
            row += 1
        self.count = len(names) * len(used)
        return row
