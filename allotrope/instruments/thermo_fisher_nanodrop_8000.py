"""Thermo Fisher NanoDrop 8000: tab-separated text, one row a sample, often with a table of standard curves below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.concentration import mass_concentration_unit
from allotrope.families.nanodrop import CONCENTRATIONS, DEVICE_TYPE, SINGLE, absorbances, calculate, concentration_wavelength
from allotrope.field import Field, apply
from allotrope.instrument import Instrument
from allotrope.required import measured
from allotrope.signature import Signature, text
from allotrope.values import scalar

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid
    from allotrope.record import Cell, Record
    from allotrope.source import Source

MEASUREMENT = (
    Field("Sample ID", "sample document/sample identifier"),
    Field("Plate ID", "sample document/well plate identifier"),
    Field("Well", "sample document/location identifier"),
    Field("Mol. Wt. kDa", "sample document/custom information document/Mol. Wt. kda", unit="kDa"),
    Field("Cursor Pos.", "device control/custom information document/Cursor Pos.", unit="nm"),
    Field("Cursor abs.", "custom information document/Cursor Abs.", unit="mAU"),
)
PROCESSING = "processed data/custom information document"
PROCESSED = (
    Field("E 1%", f"{PROCESSING}/E1%", unit="(unitless)"),
    Field("Ext. Coeff x10e3", f"{PROCESSING}/ext. coeff x10e3", unit="M-1cm-1"),
    Field("Ext.C. (L/(mol*cm))", f"{PROCESSING}/ext.c.", unit="M-1cm-1"),
    Field("Conc. Factor (ng/ul)", f"{PROCESSING}/conc. factor", unit="ng/µL"),
)
ROW = (
    Field("User ID", "@document/analyst"),
    Field("NA Type", "@group/experiment type"),
    Field("340 raw", "custom information document/340 raw", unit="mAU"),
)
HEADER = (
    r"\A(.*\n){0,4}?(?=.*\bWell\s*\t)(?=.*\b(?:Sample ID|A2[368]0|Cursor Pos|abs 1)\b)"
    r"(?:(?=.*\bPlate ID\s*\t)|(?=.*\bDate\s*\t)(?=.*\bTime\s*\t)(?=.*\b(?:A2[368]0|Cursor Pos|nm 1)\b))."
)
"""The header, whose columns the user chooses, is in one of the first lines."""
KNOWN = (("Plate ID", "Well"), ("Well", "Date"))
FURTHER = re.compile(r"(formula( name| value)? ([2-9]|\d\d)|a\d{3}/a\d{3})$", re.IGNORECASE)
"""The second formula and those after it, and a ratio named by both absorbances: kept as written beside the calculated value."""


def read(source: Source) -> Document:
    """The table under `Well`, and the table below it that holds the standard curves."""
    grid = source.grid("\t")
    header = next((row for labels in KNOWN if (row := grid.find_row(*labels)) is not None), None)
    if header is None:
        raise source.damaged("the table", "no row with 'Well' and 'Date'", "the header of a NanoDrop 8000 export")
    document = source.document()
    second = grid.find_row("Sample ID", "Curve Type", start=header + 1)
    curves = {} if second is None else _curves(grid, second)
    for record in grid.table(header, last=second).records():
        curve = curves.get(record.peek("Sample ID"))
        _row(document, record, curve.pop(0) if curve else None)
    for curve in curves.values():
        for record in curve:
            set_aside(document, record, "no sample above has this standard curve")
    if not any(group.measurements for group in document.groups):
        raise source.empty(f"line {grid.line(header)}", "a header without measured rows", "at least one sample")
    return document


def _curves(grid: Grid, header: int) -> dict[str, list[Record]]:
    """The rows of the second table by sample; every sample of the first has one, in the same order."""
    found: dict[str, list[Record]] = {}
    for record in grid.table(header).records():
        found.setdefault(record.peek("Sample ID"), []).append(record)
    return found


def _row(document: Document, record: Record, curve: Record | None) -> None:
    """A measurement for each absorbance of a sample; a concentration alone is one without a result at its wavelengths.

    Where the report has no column of absorbances, what was read at the cursor is the measurement.
    """
    found: dict[float, Cell | None] = dict(absorbances(record))
    if not found and any(record.peek_number(label) is not None for label in CONCENTRATIONS):
        found = dict.fromkeys(wavelength for wavelength, labels in SINGLE.items() if any(label in record for label in labels))
    position, at_cursor = record.peek_number("Cursor Pos."), record.cell("Cursor abs.")
    if not found and position is not None and at_cursor is not None and at_cursor.number is not None:
        found = {position: at_cursor}
    if not found:
        set_aside(document, record, "the row holds no absorbance")
        return
    group = document.group()
    basis = concentration_wavelength(record, record.peek("NA Type"), found)
    nodes: dict[float, Node] = {}
    for wavelength, cell in found.items():
        node = nodes[wavelength] = group.measurement({"device control/device type": DEVICE_TYPE})
        put(node, "device control/detector wavelength setting", wavelength, "nm")
        measured(document, node, "absorbance", cell.as_number() if cell else None, "mAU")
        apply(MEASUREMENT, record, node)
        if wavelength == basis:
            _concentration(node, record)
    first = group.measurements[0]
    apply(ROW, record, first, document, group)
    put(group.node, "measurement time", record.joined_time("Date", "Time"))
    further = {cell.label: scalar(cell.value) for cell in record if FURTHER.match(cell.label) and cell}
    calculate(document, record, nodes)
    rest: dict[str, Any] = record.rest() | further
    if curve is not None:
        curve.text("Sample ID")
        rest |= curve.rest()
    put(first, CUSTOM, rest)


def _concentration(node: Node, record: Record) -> None:
    """The mass concentration with its unit, and the factors it was calculated with."""
    unit = mass_concentration_unit(record.peek("Units"))
    label = next((label for label in CONCENTRATIONS if record.peek_number(label) is not None), "")
    if unit and label:
        put(node, "processed data/mass concentration", record.number(label), unit)
        record.text("Units")
        apply(PROCESSED, record, node)


INSTRUMENT = Instrument(
    name="thermo_fisher_nanodrop_8000",
    vendor="Thermo Fisher Scientific",
    product="NanoDrop 8000",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(("text",), all=(text(HEADER),)),
    read=read,
    device={"device identifier": "Nanodrop", "model number": "Nanodrop 8000"},
    export="In the NanoDrop 8000 software open Reports and save the report as tab-separated text.",
    not_covered="Concentrations in units that are no mass concentration, and standard curves, are kept as custom information.",
)
