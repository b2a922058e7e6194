"""Plate texts of Meso Scale Discovery readers (Methodical Mind): facts, a matrix with a line a spot, reader diagnostics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import rows_as_text
from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.families.meso_scale_plate import Plate
from allotrope.required import missed

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source

DATA = re.compile(r"^=+Data=+$")
SEVERAL = r"^Barcode1 ?:\s*+(\S++)(?:(?!^Barcode1 ?:)[\s\S])*+^Barcode1 ?:\s*+(?!\1\s)\S"
"""Two plates with different barcodes in one text."""


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
        node = group.measurement({"device control/device type": "luminescence detector"})
        put(node, "device control/detection type", "luminescence")
        put(node, f"device control/{CUSTOM}", plate.control)
        sample: Node = {"sample identifier": f"{plate.barcode}_{well}" if plate.barcode else well}
        node["sample document"] = sample | {"location identifier": spot, "well location identifier": well}
        put(node, "sample document/well plate identifier", plate.barcode or None)
        put(node, f"sample document/{CUSTOM}", plate.sample)
        if value is None:
            document.source.find("unparsed-value", f"{cell.text!r} is no number: the spot has no result", cell.where, "warning")
            missed(document, node, "luminescence", "RLU", str(cell.as_text()))
        put(node, "luminescence", value, "RLU")
        put(node, CUSTOM, plate.custom)
