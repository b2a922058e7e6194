"""Thermo Fisher NanoDrop Eight: tab-separated text, `key: value` lines above a table of samples, often with their spectra."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.concentration import mass_concentration_unit
from allotrope.families.nanodrop import (
    CONCENTRATIONS,
    DEVICE_TYPE,
    absorbances,
    calculate,
    concentration_wavelength,
    spectrum,
)
from allotrope.families.phrases import Phrases
from allotrope.field import Field, apply, as_number, as_time
from allotrope.instrument import Instrument
from allotrope.required import measured
from allotrope.signature import Signature, text
from allotrope.values import scalar

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid, Table
    from allotrope.record import Record
    from allotrope.source import Source

FACT = r"(Application|Serial Number|User Name):[\t ]"
TIME = ("Date & Time", "Date")
ROW = (
    Field(TIME, "@group/measurement time", read=as_time),
    Field("UserName", "@document/analyst"),
)
SAMPLE = (
    Field(("Sample ID", "UID"), "sample document/sample identifier"),
    Field("Location", "sample document/location identifier"),
)
PLAIN = re.compile(r"ng/u?l|[uµμ]g/([uµμ]?l|ml)", re.IGNORECASE)
"""Units of a column of concentrations that are no ng/µL to the letter: kept as written beside the concentration."""
NAMED = (*SAMPLE, Field("Sample Name", "sample document/custom information document/Sample Name"))


def read(source: Source) -> Document:
    """The facts above the table, then one group of measurements a row."""
    grid = source.grid("\t")
    header = next((row for row in range(len(grid.rows)) if len(grid.cells(row)) > 2 and _dated(grid, row)), None)
    if header is None:
        raise source.damaged("the table", "no row with 'Date & Time' or 'Date'", "the header of a NanoDrop Eight export")
    facts = grid.pairs([row for row in range(header) if grid.text(row, 1)])
    loose = Phrases(cell for row in range(header) if not grid.text(row, 1) for cell in grid.cells(row))
    document = source.document()
    said = [facts.text(label) or loose.text(label) for label in ("Serial Number", "Application", "User Name")]
    document.device["equipment serial number"] = said[0]
    kept = facts.rest() | loose.rest() | {f"line {cell.where}": cell.keep() for cell in loose.others}
    run = {"experiment": said[1], "analyst": said[2], "facts": kept}
    table = grid.table(header)
    curve = _wavelengths(table)
    for record in table.records():
        _row(source, document, record, curve, run)
    if not document.groups:
        raise source.empty(f"line {grid.line(header)}", "a header without rows", "at least one sample")
    return document


def _dated(grid: Grid, row: int) -> bool:
    return bool({"date & time", "date"} & {label.lower() for label in grid.texts(row)})


def _wavelengths(table: Table) -> list[tuple[float, str]]:
    """The columns that are a wavelength (nm) of the spectrum."""
    found = ((as_number(label, table.grid.locale), label) for label in table.labels())
    return [(wavelength, label) for wavelength, label in found if wavelength]


def _row(source: Source, document: Document, record: Record, curve: list[tuple[float, str]], run: dict[str, Any]) -> None:
    """One sample: a measurement for each absorbance (the software writes zero where it took none) and one for the spectrum.

    A row of neither still has its concentration, as a measurement without a result.
    """
    group = document.group()
    nodes: dict[float, Node] = {}
    found = {wavelength: cell for wavelength, cell in absorbances(record).items() if cell.number != 0}
    basis = concentration_wavelength(record, run["experiment"], found)
    for wavelength, cell in found.items():
        node = group.measurement({"device control/device type": DEVICE_TYPE})
        put(node, "device control/detector wavelength setting", wavelength, "nm")
        measured(document, node, "absorbance", cell.as_number(), "mAU")
        if wavelength == basis:
            _concentration(node, record)
        nodes[wavelength] = node
        apply(NAMED, record, node)
    values = [record.number(label) for _, label in curve]
    if any(value is not None for value in values):
        node = group.measurement({"device control/device type": DEVICE_TYPE})
        spectrum(node, [wavelength for wavelength, _ in curve], values)
        apply(SAMPLE, record, node)
    if not group.measurements and any(cell.number is not None for cell in record if mass_concentration_unit(cell.label)):
        node = group.measurement({"device control/device type": DEVICE_TYPE})
        measured(document, node, "absorbance", None, "mAU")
        _concentration(node, record)
        apply(NAMED, record, node)
    if group.measurements:
        calculate(document, record, nodes)
    _finish(source, document, group, record, run)


def _concentration(node: Node, record: Record) -> None:
    """The mass concentration: a column named by its unit, or a concentration column beside a unit's."""
    labels = [cell.label for cell in record if mass_concentration_unit(cell.label) and cell.number is not None]
    unit = mass_concentration_unit(labels[0]) if labels else mass_concentration_unit(record.peek("units", "unit"))
    named = [label for label in CONCENTRATIONS if record.peek_number(label) is not None]
    label = (named or labels or [""])[0]
    if unit and label:
        put(node, "processed data/mass concentration", record.number(label), unit)
        if not labels:
            record.text("units", "unit")


def _finish(source: Source, document: Document, group: Group, record: Record, run: dict[str, Any]) -> None:
    """What belongs to the whole row, and what nothing else has read."""
    where = next(iter(record)).where
    if not group.measurements:
        put(document.aggregate, CUSTOM, record.rest())
        source.find("no-measurement", "the row holds no absorbance; its cells are kept", where, "warning")
        return
    put(group.node, "experiment type", run["experiment"])
    put(group.document, "analyst", run["analyst"])
    apply(ROW, record, group.measurements[0], document, group)
    if run["analyst"]:
        group.document["analyst"] = run["analyst"]
    plain = {cell.label: scalar(cell.value) for cell in record if cell and PLAIN.fullmatch(cell.label)}
    put(group.measurements[0], CUSTOM, record.rest() | plain | run["facts"])


INSTRUMENT = Instrument(
    name="thermo_fisher_nanodrop_eight",
    vendor="Thermo Fisher Scientific",
    product="NanoDrop Eight",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(
        ("text",),
        any=(
            text(rf"\A(.*\n){{0,4}}?{FACT}.*\n(.*\n){{0,3}}?{FACT}"),
            text(rf"\A(.*\n){{0,4}}?{FACT}.*\n(.*\n){{0,3}}?(?=.*\bDate\b.*\t)(?=.*\t).*\tA2[368]0\b"),
        ),
    ),
    read=read,
    device={"device identifier": "Nanodrop", "model number": "Nanodrop Eight"},
    export="In the NanoDrop Eight software export an experiment's samples as tab-separated text, with or without spectra.",
    not_covered="An absorbance of exactly zero counts as not taken and is kept as custom information.",
)
