"""One plate of a Meso Scale Discovery text: the facts above its matrix, and the matrix with a line a spot."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from allotrope.families.matrix import tell_odd
from allotrope.families.phrase_facts import Facts
from allotrope.families.plate import plate_columns, row_index, well_count
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
        self.time = self.facts.time("Read Time", grid.locale) if self._dated() else None
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

    def _dated(self) -> bool:
        """Whether the read time begins like a date."""
        entry = self.facts.entries.get(fold("Read Time"))
        return entry is not None and re.match(r"\d|[^\W\d]{3}", entry[1]) is not None

    def _matrix(self, header: int) -> int:
        """Read the lines under the column numbers; a line without letters is the next spot of the well row above it."""
        grid = self.grid
        columns = plate_columns(grid, header) if header < len(grid.rows) else {}
        if not columns:
            found = grid.text(header, 1) or "nothing"
            raise self.document.source.damaged(f"line {header + 1}", found, "column numbers from 1 on under '=Data='")
        grid.structure(header)
        used: set[int] = set()
        lines, odd, end = self._lines(header + 1)
        for letters, rows in lines.items():
            grid.at(rows[0], 0).mapped()
            for spot, row in enumerate(rows, start=1):
                used |= {column for column, value in enumerate(grid.rows[row]) if column and value != ""}
                for column, number in columns.items():
                    cell = grid.at(row, column)
                    if cell:
                        self.wells.setdefault(f"{letters}{number}", []).append((self.spot or str(spot), cell))
        self.count = well_count(len(lines) * len(used)) if odd else len(lines) * len(used)
        return end

    def _lines(self, first: int) -> tuple[dict[str, list[int]], list[int], int]:
        """Row letters with the rows of their spots, rows that are none of these, and the row after all of them.

        Where the letters of a row are lost, its spots seem to be further ones of the row above it: too many, and a letter lacks.
        """
        grid = self.grid
        found: dict[str, list[int]] = {}
        odd: list[int] = []
        row = first
        while row < len(grid.rows) and not grid.text(row).startswith("=") and ":" not in grid.text(row):
            name = grid.text(row)
            if row_index(name) is not None and name not in found:
                found[name] = [row]
            elif found and not name and not grid.blank(row):
                found[next(reversed(found))].append(row)
            elif not grid.blank(row):
                odd.append(row)
            row += 1
        usual = min(map(len, found.values()), default=0)
        for name, following in zip_longest(list(found), list(found)[1:]):
            lacks = following is not None and (row_index(following) or 0) > (row_index(name) or 0) + 1
            if lacks and len(found[name]) > usual:
                odd += found[name][usual:]
                del found[name][usual:]
        tell_odd(self.document.source, grid, sorted(odd))
        return found, odd, row
