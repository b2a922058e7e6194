"""Thermo Fisher NanoDrop One: one row a sample, as CSV or as a workbook whose sheet is named after experiment and time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.aside import leave_out, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.concentration import mass_concentration_unit
from allotrope.families.nanodrop import DEVICE_TYPE, no_spectrum, ratio
from allotrope.field import Field, apply, as_time
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Table
    from allotrope.record import Record
    from allotrope.source import Source

BASELINE = "device control/electronic absorbance reference bandwidth setting"
FACTOR = "device control/custom information document/nucleic acid factor"
FIELDS = (
    Field("Date", "@group/measurement time", read=as_time),
    Field("Sample Name", "sample document/sample identifier"),
    Field("Baseline Absorbance", "custom information document/baseline absorbance", unit="mAU"),
    Field(("Baseline Correction (nm)", "Baseline Correction"), BASELINE, unit="nm"),
    Field("Nucleic Acid Factor", FACTOR, unit="(unitless)"),
)


def read(source: Source) -> Document:
    """The first sheet, or the whole text: one group of measurements a row."""
    document = source.document()
    workbook = source.probe.kind == "workbook"
    grids = list(source.sheets().values()) if workbook else [source.grid()]
    header = grids[0].find_row("Date", "Sample Name")
    if header is None:
        raise source.damaged("the table", "no row with 'Date' and 'Sample Name'", "the header of a NanoDrop One export")
    leave_out(document, grids[1:], "a sheet after the one that the instrument exports")
    table = grids[0].table(header)
    first, _, more = (grids[0].name if workbook else source.name).partition(" ")
    for record in table.records():
        _row(document, record, table, first if more or workbook else "")
    if not any(group.measurements for group in document.groups):
        raise source.empty("the table", "no row with a number", "at least one sample")
    return document


def _row(document: Document, record: Record, table: Table, experiment: str) -> None:
    """A measurement for each wavelength of the header, or one where it names none.

    Rows saved without absorbances still have a concentration and ratios. The schema wants an absorbance or a spectrum of every
    measurement: theirs is a spectrum without columns.
    """
    if all(record.peek_number(label) is None for label in table.labels()):
        set_aside(document, record, "a row without a number")
        return
    group = document.group()
    nodes: dict[float, Node] = {}
    columns = [(label, int(label[1:])) for label in table.labels() if re.fullmatch(r"A\d{3}", label)]
    places: list[tuple[str, int | None]] = [*columns] or [("", None)]
    for label, wavelength in places:
        node = group.measurement({"device control/device type": DEVICE_TYPE})
        put(node, "device control/detector wavelength setting", wavelength, "nm")
        put(node, "absorbance", record.number(label), "mAU")
        if "absorbance" not in node:
            no_spectrum(node)
        apply(FIELDS, record, node, document, group)
        _concentration(node, record, table)
        if wavelength is not None:
            nodes[wavelength] = node
    put(group.node, "experiment type", experiment or None)
    for label in table.labels():
        pair = re.fullmatch(r"A(\d{3})/A(\d{3})", label)
        if pair:
            ratio(document, record, label, label, nodes, (int(pair[1]), int(pair[2])))
    put(group.measurements[0], CUSTOM, record.rest())


def _concentration(node: Node, record: Record, table: Table) -> None:
    """The first concentration whose column names its unit: `Nucleic Acid(ng/uL)`, `Protein (mg/mL)`."""
    for label in table.labels():
        found = re.fullmatch(r"(?!Corrected)(.*?)\s*\((.+)\)", label)
        unit = mass_concentration_unit(found[2]) if found else None
        if unit:
            put(node, "processed data/mass concentration", record.number(label), unit)
            return


INSTRUMENT = Instrument(
    name="thermo_fisher_nanodrop_one",
    vendor="Thermo Fisher Scientific",
    product="NanoDrop One / OneC",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(
        ("text", "workbook"),
        any=(
            text(r"^(?=.*\bDate\b)(?=.*\bSample Name\b)(?=.*\b(Nucleic Acid|Protein)\b[^,;\t\n]{0,40}\().*\bA260\b"),
            cell(r"^(Nucleic Acid|Protein)\s*\((ng|ug|µg|mg)/(uL|µL|mL)\)$"),
        ),
        none=(text(r"\A(.*\n){0,4}?(Application|Serial Number|User Name):[\t ]"),),
    ),
    read=read,
    device={"model number": "NanoDrop One", "brand name": "NanoDrop", "product manufacturer": "ThermoFisher Scientific"},
    system={"software name": "NanoDrop One software"},
    export="On the instrument choose experiments in History, then Export data; the CSV, or a workbook made of it, is read.",
    not_covered="Acclaro columns (impurities, corrected values) are kept as custom information; further sheets are left out.",
)
