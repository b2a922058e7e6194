"""Mabtech Apex: spot counts of ELISpot and FluoroSpot plates, a workbook with one row a well and LED filter."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from allotrope.aside import leave_out, repeats, rows_as_text, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.field import Field, apply
from allotrope.instrument import Instrument
from allotrope.record import Record, index_labels
from allotrope.signature import Signature, sheet

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid, Table
    from allotrope.source import Source

INFORMATION = ("Plate Information", "Plate Info")
DATABASE = "Plate Database"
BESIDE = ("Layouts", "Notes")
"""Sheets that a person filled in, kept row by row."""
TOTALS = ("Spot Forming Units (SFU)", "Sum of Spot Volume (RSV)", "Average Relative Spot Volume (RSV)")
BY_FILTER = ("Average Relative Spot Volume {0} (RSV{1})", "Sum Relative Spot Volume {0} (RSV{1})")
SETTINGS = re.compile(
    r"^(Max|Average) Sensor Value|Calibrated Exposure by Mabtech$|Preset (AOI|Emphasis|Contrast|Name|Brightness)$", re.IGNORECASE
)


def read(source: Source) -> Document:
    """Facts of the plate, then the sheet of wells; the sheets of single values show the same as plates."""
    sheets = source.sheets()
    information = next((sheets[name] for name in INFORMATION if name in sheets), None)
    if information is None or DATABASE not in sheets or not sheets[DATABASE].rows:
        raise source.damaged("the sheets", ", ".join(sheets) or "none", f"the sheets 'Plate Information' and {DATABASE!r}")
    document = source.document()
    plate = plate_facts(information)
    analyst = facts(document, plate)
    table = wells(sheets[DATABASE])
    groups: dict[str, tuple[Group, Record]] = {}
    for record in table.records():
        if not record.peek("Read Date") or not record.peek("Machine ID"):
            unread(document, record)
            continue
        well = record.peek("Well")
        if well not in groups:
            groups[well] = document.group(), record
            start(*groups[well], analyst)
        group, first = groups[well]
        if record.peek("Machine ID") in (plate.peek("Machine ID"), document.device["equipment serial number"]):
            record.ignore("Machine ID", because="stands with the plate's information")
        repeats(first, record, ("Read Date", "Saved Date"), "stands with the first row of the well")
        measure(document, group.measurement(), record)
    if not groups:
        raise source.empty(DATABASE, "no row with a read date and a machine", "at least one well")
    views = [grid for name, grid in sheets.items() if name not in (*INFORMATION, DATABASE, *BESIDE)]
    leave_out(document, views, f"a view of values that the sheet {DATABASE!r} holds row by row")
    for grid in (sheets[name] for name in BESIDE if name in sheets):
        put(document.aggregate, CUSTOM, rows_as_text(grid, range(len(grid.rows)), grid.name))
    return document


def plate_facts(grid: Grid) -> Record:
    """The information sheet, whose labels stand in its first filled column."""
    column = min((cell.handle % grid.width for row in range(len(grid.rows)) for cell in grid.cells(row)), default=0)
    return grid.pairs(range(len(grid.rows)), column, column + 1)


def facts(document: Document, record: Record) -> str | None:
    """Device and data system from the plate's information; returns who saved."""
    machine = record.text("Machine ID") or ""
    parts = re.fullmatch(r"(.*?[^\W\d_]|\S.*(?=\s)|)\W*(\d+)", machine)
    document.device["model number"] = (parts[1] if parts else machine) or None
    document.device["equipment serial number"] = parts[2] if parts else None
    path = record.text("Path")
    if path:
        document.system["UNC path"] = path
    document.system["software version"] = record.text("Software Version")
    analyst = record.text("Saved By")
    put(document.aggregate, CUSTOM, record.rest())
    return analyst


def wells(grid: Grid) -> Table:
    """The table of wells; columns without a heading go by their number, counted from 0."""
    table = grid.table(0)
    names = ((label if grid.text(0, column) else f"Unnamed: {column}", column) for column, label in table.index.values())
    table.index = index_labels(names)
    return table


def unread(document: Document, record: Record) -> None:
    """A row without a reading: nothing but the layout, or odd."""
    if any(record.peek(label) for label in TOTALS):
        set_aside(document, record, "a well without read date or machine")
        return
    for cell in record:
        if cell:
            cell.ignore("a well that was not read")


def start(group: Group, record: Record, analyst: str | None) -> None:
    """What holds for all filters of a well."""
    put(group.document, "analyst", analyst)
    dates = {cell.label: cell.text for cell in map(record.cell, ("Saved Date", "Read Date")) if cell}
    put(group.node, "measurement time", record.time("Read Date"))
    group.node |= {"plate well count": quantity(96, "#"), "container type": "well plate"}
    put(group.node, CUSTOM, dates)
    record.keep("Saved Date")


@lru_cache(maxsize=256)
def plan(leds: str) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Fields and image features of the filters that a row names, such as `LED490` or `LED490+LED550`."""
    filters = leds.split("+") if leds else []
    prefix = f"{leds} " if len(filters) == 1 else ""
    numbered = [(led, "".join(re.findall(r"\d+", led)[:1])) for led in filters] or [("", "")]
    fields = (
        Field("Well", "sample document/location identifier"),
        Field("Plate", "sample document/well plate identifier"),
        Field(f"{prefix}Exposure", "device control/exposure duration setting", unit="ms"),
        Field(f"{prefix}Preset Intensity", "device control/illumination setting", unit="(unitless)"),
    )
    features = [" ".join(name.format(*led).split()) for name in BY_FILTER for led in numbered]
    return fields, tuple(dict.fromkeys((*TOTALS, *features)))


def measure(document: Document, node: Node, record: Record) -> None:
    """One row: image features of its filters, their settings, and the rest as custom information."""
    leds = record.peek("LED Filter").partition(" ")[0]
    numbers = re.findall(r"\d+", leds)
    fields, names = plan(leds)
    put(node, "device control/device type", "imager")
    put(node, "device control/detection type", "optical-imaging")
    apply(fields, record, node)
    sample = node.setdefault("sample document", {})
    parts = (sample.get("well plate identifier"), sample.get("location identifier"))
    sample["sample identifier"] = "_".join(part for part in parts if part)
    features = [
        {"image feature identifier": document.identifier("image feature"), "image feature name": name}
        | {"image feature result": quantity(value, "(unitless)")}
        for name in names
        if (value := record.number(name)) is not None
    ]
    processed: Node = {"processed data identifier": document.identifier("processed data")}
    settings = record.keep("LED Filter", "Analyte Secreting Population")
    for cell in record:
        of_these = not numbers or any(number in cell.label for number in numbers)
        if cell.label == "Masked" or (of_these and "Preset Size" in cell.label):
            if cell:
                processed.setdefault("data processing document", {})[cell.label] = cell.keep()
        elif of_these and SETTINGS.search(cell.label):
            settings |= record.keep(cell.label)
    if features:
        processed["image feature aggregate document"] = {"image feature document": features}
    node["processed data aggregate document"] = {"processed data document": [processed]}
    put(node, f"device control/{CUSTOM}", settings)
    put(node, CUSTOM, record.rest())


INSTRUMENT = Instrument(
    name="mabtech_apex",
    vendor="Mabtech",
    product="Apex (IRIS, ASTOR)",
    manifest="plate-reader/BENCHLING/2023/09/plate-reader",
    signature=Signature(("workbook",), all=(sheet("^Plate Database$"), sheet("^Plate Info(rmation)?$"))),
    read=read,
    system={"software name": "Apex"},
    export="In Apex open the plate and choose Export > Excel with plate information and plate database.",
    not_covered="Layouts of the plate are kept as text, not tied to wells.",
)
