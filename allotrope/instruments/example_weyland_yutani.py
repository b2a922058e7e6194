"""Weyland-Yutani 470, the made-up reader of the reference converter: fluorescence of a plate whose columns are letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.aside import rows_as_text
from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.families.plate import row_index
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source

METHOD, ASSAY = "Weyland Yutani Example", "Example Assay"
"""The only method and the only assay of this reader; its files do not name them."""


def read(source: Source) -> Document:
    """A line that names the reader, a line with the time, and a matrix under column letters."""
    grid = source.grid()
    header = next((row for row in range(len(grid.rows)) if not grid.text(row) and row_index(grid.text(row, 1)) == 0), None)
    if header is None:
        raise source.damaged("the plate", "no row of column letters A, B …", "a matrix of wells")
    document = source.document()
    named = re.match(r"^(.*\S)\s+(\S+)\s+(\S+)$", grid.text(0))
    if named and header > 0:
        document.device |= {"model number": named[2], "device identifier": named[3]}
        grid.at(0, 0).mapped()
    recorded = grid.find("Recorded")
    time = None
    if recorded is not None and recorded < header:
        time = moment(re.sub(r"^(\d{4}-\d{2}-\d{2}):", r"\1 ", grid.text(recorded, 1)), source.locale)
        if time:
            grid.structure(recorded, 0, 1)
    letters = [(column, name) for column, name in enumerate(grid.texts(header)) if row_index(name) is not None]
    rows = [row for row in range(header + 1, grid.until_blank(header)) if grid.text(row).isdigit()]
    grid.structure(header)
    group = document.group()
    for column, name in letters:
        for row in rows:
            cell = grid.at(row, column)
            value = cell.as_number()
            if value is None:
                continue
            grid.at(row, 0).mapped()
            node = group.measurement({"device control/device type": "fluorescence detector"})
            put(node, "device control/detection type", "Fluorescence")
            node["sample document"] = {"sample identifier": "Plate 0", "location identifier": f"{name}{int(grid.text(row))}"}
            node |= {"analytical method identifier": METHOD, "experimental data identifier": ASSAY}
            put(node, "fluorescence", value, "RFU")
    if not group.measurements:
        raise source.empty(f"line {grid.line(header)}", "a plate without values", "at least one well")
    put(group.node, "measurement time", time)
    group.node |= {"plate well count": quantity(len(group.measurements), "#"), "container type": "well plate"}
    put(document.aggregate, CUSTOM, rows_as_text(grid, range(len(grid.rows)), "Unread"))
    return document


INSTRUMENT = Instrument(
    name="example_weyland_yutani",
    vendor="Weyland-Yutani",
    product="470 (example)",
    manifest="plate-reader/REC/2025/03/plate-reader",
    signature=Signature(("text",), all=(text(r"\A\W*Weyland-Yutani\b"),)),
    read=read,
    export="The format exists only as an example.",
    not_covered="More than one plate a file.",
)
