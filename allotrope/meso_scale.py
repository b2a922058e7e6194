"""Plate texts of Meso Scale Discovery readers (Methodical Mind): facts, a matrix with a line a spot, reader diagnostics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import rows_as_text
from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.labels import fold
from allotrope.phrases import Facts
from allotrope.plate import plate_columns, row_index

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source

DATA = re.compile(r"^=+Data=+$")
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


def read(source: Source) -> Document:
    """Every plate of the file; tables with one barcode (one a spot) belong together."""
    grid = source.grid("\t", quoted=False)
    titles = [row for row in range(len(grid.rows)) if DATA.match(grid.text(row))]
    if not titles:
        raise source.damaged("the data", "no line '==Data=='", "a table of wells under such a line")
    document = source.document()
    plates: list[Plate] = []
    first = 0
    for number, title in enumerate(titles):
        plates.append(Plate(document, grid, first, title))
        limit = titles[number + 1] if number + 1 < len(titles) else len(grid.rows)
        first = next((row for row in range(plates[-1].end, limit) if grid.text(row).startswith("Stack ID")), limit)
        put(document.aggregate, CUSTOM, plates[-1].facts.legend | diagnostics(grid, plates[-1].end, first))
    place(document, plates[0])
    together: dict[str, list[Plate]] = {}
    for plate in plates:
        plate.custom = plate.facts.keep()
        together.setdefault(plate.barcode, []).append(plate)
    for tables in together.values():
        wells: dict[str, list[tuple[str, Cell]]] = {}
        for table in tables:
            for well, spots in table.wells.items():
                wells.setdefault(well, []).extend(spots)
        for well, spots in wells.items():
            measure(document, tables[-1], well, spots)
    if not any(group.measurements for group in document.groups):
        raise source.empty(f"line {grid.line(titles[0])}", "a table without values", "at least one well")
    return document


def diagnostics(grid: Grid, first: int, last: int) -> dict[str, Any]:
    """Custom information from the sections after a table (processing, statistics, camera, waveform), a row an entry."""
    kept: dict[str, Any] = {}
    title = "After the data"
    for row in range(first, last):
        if grid.text(row).startswith("="):
            title = grid.text(row).strip("=")
            grid.structure(row)
        kept |= rows_as_text(grid, [row], title)
    return kept


def place(document: Document, plate: Plate) -> None:
    """The facts of device and data system, from the first plate."""
    name, version = plate.facts.text("FileName"), plate.facts.text("Version")
    if name:
        document.system |= {"file name": name.rpartition("\\")[2], "UNC path": name}
    document.system |= {"software name": version, "software version": version}
    document.device["model number"] = plate.facts.text("Model")
    document.device["equipment serial number"] = plate.facts.text("Serial #")


def measure(document: Document, plate: Plate, well: str, spots: list[tuple[str, Cell]]) -> None:
    """One group for a well, one measurement for a spot."""
    group = document.group()
    put(group.document, "analyst", plate.analyst)
    put(group.node, "measurement time", plate.time)
    group.node |= {"plate well count": quantity(plate.count, "#"), "container type": "well plate"}
    for spot, cell in spots:
        value = cell.as_number()
        if value is None:
            document.source.find("unparsed-value", f"{cell.text!r} is no number and is kept", cell.where, "warning")
            put(document.aggregate, CUSTOM, {f"{plate.barcode} {well} spot {spot}": cell.keep()})
            continue
        node = group.measurement({"device control/device type": "luminescence detector"})
        put(node, "device control/detection type", "luminescence")
        put(node, f"device control/{CUSTOM}", plate.control)
        sample: Node = {"sample identifier": f"{plate.barcode}_{well}" if plate.barcode else well}
        node["sample document"] = sample | {"location identifier": spot, "well location identifier": well}
        put(node, "sample document/well plate identifier", plate.barcode or None)
        put(node, f"sample document/{CUSTOM}", plate.sample)
        put(node, "luminescence", value, "RLU")
        put(node, CUSTOM, plate.custom)
