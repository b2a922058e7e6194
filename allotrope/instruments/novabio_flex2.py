"""Nova Biomedical BioProfile FLEX2: the CSV of sample results, one row a sample, perhaps with a row of units under the header."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from allotrope.aside import set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.analyte import concentration
from allotrope.field import Field, apply, as_percent, as_time
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.record import Record
    from allotrope.source import Source
    from allotrope.values import Locale

FILE_NAME = re.compile(r"SampleResults(.*?)(\d{4}-\d\d-\d\d)_(\d\d)(\d\d)(\d\d)\.csv", re.IGNORECASE)
"""Analyzer (where the settings name one) and time of the export."""
TIME = "Date & Time"
ANALYTES = {
    "NH4+": ("ammonium", "mmol/L"),
    "HCO3": ("bicarbonate", "mmol/L"),
    "Ca++": ("calcium", "mmol/L"),
    "Gluc": ("glucose", "g/L"),
    "Glu": ("glutamate", "mmol/L"),
    "Gln": ("glutamine", "mmol/L"),
    "Lac": ("lactate", "g/L"),
    "K+": ("potassium", "mmol/L"),
    "Na+": ("sodium", "mmol/L"),
}
"""Column, analyte and the unit that holds where the file names none."""


def ratio(value: Any, locale: Locale) -> int | float | None:
    """The first part of a dilution such as 2:1, which a spreadsheet makes a time of day: 02:01:00."""
    found = re.fullmatch(r"([^:]+)(?::[\d.,]+){0,2}", str(value).strip())
    return as_percent(found[1], locale) if found else None


def tenth(value: Any, locale: Locale) -> int | float | None:
    """A number of hundred thousands as one of millions."""
    found = as_percent(value, locale)
    return None if found is None else found / 10


def quantity(label: str, path: str, unit: str) -> Field:
    """A field that may be written with a percent sign."""
    return Field(label, path, unit=unit, read=as_percent)


COUNTS = (
    quantity("Viability", "processed data/viability (cell counter)", "%"),
    quantity("Viable Density", "processed data/viable cell density (cell counter)", "10^6 cells/mL"),
    quantity("Total Density", "processed data/total cell density (cell counter)", "10^6 cells/mL"),
    quantity("Average Live Cell Diameter", "processed data/average live cell diameter (cell counter)", "µm"),
    quantity("Total Cell Count", "processed data/total cell count", "cell"),
    quantity("Total Live Count", "processed data/viable cell count", "cell"),
    Field("Cell Density Dilution", "processed data/data processing document/cell density dilution factor", "(unitless)", ratio),
)
GASES = (
    quantity("PO2", "pO2", "mmHg"),
    quantity("PCO2", "pCO2", "mmHg"),
    quantity("CO2 Saturation", "carbon dioxide saturation", "%"),
    quantity("O2 Saturation", "oxygen saturation", "%"),
)
ACIDITY = (quantity("pH", "pH", "pH"), quantity("Vessel Temperature (°C)", "temperature", "degC"))
Detection = tuple[str, tuple[Field, ...], tuple[str, ...]]
DETECTIONS: tuple[Detection, ...] = (
    ("cell-counting", COUNTS, ("Viability", "Viable Density")),
    ("blood-gas-detection", GASES, ("PO2", "PCO2")),
    ("osmolality-detection", (quantity("Osm", "osmolality", "mosm/kg"),), ("Osm",)),
    ("ph-detection", ACIDITY, ("pH",)),
)
"""Detection type, fields, and the columns without which the schema knows no such measurement."""
FURTHER_UNITS = {
    ("mmHg", "kpa"): ("kPa", as_percent),
    ("10^6 cells/mL", "10^5cells/ml"): ("10^6 cells/mL", tenth),
}
"""A field's unit and another that the file may name: the unit of the document, and how the number is read."""
SAMPLE = (
    Field(TIME, "measurement time", read=as_time),
    Field("Sample ID", "sample document/sample identifier"),
    Field("Sample Type", "sample document/description"),
    Field("Batch ID", "sample document/batch identifier"),
)
CONTROL = (
    "Sparging O2%",
    "pH / Gas Flow Time",
    "Vessel Pressure (psi)",
    "Chemistry Flow Time",
    "Valid Images",
    "Cell Density Flow",
)


def read(source: Source) -> Document:
    """The samples; the file's name says when they were exported, and by which analyzer.

    Units of analytes that the first sample lacks are kept with it.
    """
    grid = source.grid()
    header = grid.find_row(TIME, "Sample ID")
    if header is None:
        raise source.damaged("the header", f"no row with {TIME!r} and 'Sample ID'", "the header of a FLEX2 export")
    document = source.document()
    records = list(grid.table(header).records())
    units = records.pop(0) if records and not records[0].peek(TIME) and not records[0].peek("Sample ID") else None
    name = FILE_NAME.fullmatch(source.name)
    exported = moment(f"{name[2]} {name[3]}:{name[4]}:{name[5]}", grid.locale) if name else None
    document.device["device identifier"] = name[1] if name and name[1] else None
    texts = {cell.label: cell.text.replace(" ", "") for cell in units or () if cell and cell.text != "-"}
    kept: dict[str, Any] = {}
    detections = DETECTIONS
    if units is not None:
        detections = _settle_units(document, units)
        kept = {label: value for label, value in units.rest().items() if value != "-"}
    for at, record in enumerate(records):
        lone = {} if at else {label: texts[label] for label in ANALYTES if label in texts and not record.peek(label)}
        _sample(document, record, detections, texts, ({"units": kept} if kept else {}) | lone)
    for group in document.groups:
        put(group.node, "data processing time", exported)
    if not any(group.measurements for group in document.groups):
        raise source.empty(f"line {grid.line(header)}", "a header without results", "at least one result")
    return document


def _settle_units(document: Document, units: Record) -> tuple[Detection, ...]:
    """The detections in the file's units, without the columns whose unit the schema lacks; what names a unit is mapped."""
    for label in ANALYTES:
        units.text(label)
    other: set[str] = set()

    def settled(field: Field) -> Field:
        label, unit = field.names[0], field.unit or ""
        text = "".join(units.peek(label).split())
        plain = text.casefold().removeprefix("x")
        known = FURTHER_UNITS.get((unit, plain))
        if known or plain == "".join(unit.split()).casefold():
            units.text(label)
        elif text not in ("", "-"):
            other.add(label)
            message = f"{label} is in {text!r}, the schema knows {unit}; its values are kept, not converted"
            document.source.find("other-unit", message, next(iter(units)).where, "warning")
        return replace(field, unit=known[0], read=known[1]) if known else field

    found = [(name, tuple(settled(field) for field in fields), needed) for name, fields, needed in DETECTIONS]
    return tuple(
        (name, tuple(field for field in fields if not other.intersection(field.names)), needed)
        for name, fields, needed in found
        if not other.intersection(needed)
    )


def _sample(
    document: Document, record: Record, detections: tuple[Detection, ...], units: dict[str, str], kept: dict[str, Any]
) -> None:
    """One sample: a measurement for each kind of detection that gave results."""
    group = document.group()
    analytes = _analytes(document, record, units)
    if analytes:
        node = _measurement(group, "metabolite-detection")
        node["analyte aggregate document"] = {"analyte document": analytes}
    for detection, fields, required in detections:
        cells = [cell for label in required if (cell := record.cell(label))]
        empty = {cell.handle: cell.label for cell in cells if as_percent(cell.value, record.store.locale) is None}
        record.store.unparsed |= empty
        if len(cells) == len(required) and not empty:
            node = _measurement(group, detection)
            apply(fields, record, node)
            if detection == "cell-counting" and record.peek("Cell Density Dilution"):
                put(node, "processed data/data processing document/cell type processing method", record.text("Cell Type"))
    if not group.measurements:
        set_aside(document, record, "the sample has no result that makes a measurement")
        return
    put(group.document, "analyst", record.text("Operator"))
    for node in group.measurements:
        apply(SAMPLE, record, node)
    control = record.keep(*CONTROL)
    dilution = record.peek("Cell Density Dilution")
    if as_percent(dilution.partition(":")[2] or "1", record.store.locale) != 1:
        kept = kept | {"Cell Density Dilution": dilution}
    rest = record.rest()
    for node in group.measurements:
        put(node, f"device control/{CUSTOM}", dict(control))
        put(node, f"sample document/{CUSTOM}", rest | kept)


def _measurement(group: Group, detection: str) -> Node:
    return group.measurement({"device control/device type": "solution-analyzer", "device control/detection type": detection})


def _analytes(document: Document, record: Record, units: dict[str, str]) -> list[Node]:
    """The analyte documents in the order of their names; a result in a unit that the schema lacks is kept with the sample."""
    found = []
    for label, (name, usual) in sorted(ANALYTES.items(), key=lambda item: item[1][0]):
        value = record.peek_number(label)
        node: Node = {"analyte name": name}
        if value is not None and concentration(document, node, value, units.get(label, usual)):
            record.number(label)
            found.append(node)
    return found


INSTRUMENT = Instrument(
    name="novabio_flex2",
    vendor="Nova Biomedical",
    product="BioProfile FLEX2",
    manifest="solution-analyzer/BENCHLING/2024/09/solution-analyzer",
    signature=Signature(("text",), all=(text(r"\A\s*+(?=.*\bDate & Time\b)(?=.*\bSample Type\b).*\b(Gluc|PCO2|Osm)\b"),)),
    read=read,
    device={"model number": "Flex2", "product manufacturer": "Nova Biomedical"},
    system={"software name": "NovaBio Flex"},
    export="On the analyzer open Review > Sample results, choose samples and export; keep the name SampleResults….csv.",
    not_covered="Live diameter and deviation, and results of a detection that lacks its main value, are custom information.",
)
