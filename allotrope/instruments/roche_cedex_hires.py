"""Roche Cedex HiRes: one row a count, as a workbook or as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.aside import leave_out, repeats, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.cells import DENSITY, millions, no_viability
from allotrope.field import Field, apply, as_number, as_text, as_time
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.record import Record
    from allotrope.source import Source

PROCESSED = f"processed data/{CUSTOM}"
VIABILITY, VIABLE = "Viability", "Viable Cell Conc."
COUNTED = (VIABILITY, VIABLE, "Total Cell Conc.", "Dead Cell Conc.", "Total Cell Count", "Viable Cell Count", "Avg Diameter")
INSTRUMENT_FACTS = (
    Field("Cedex ID", "@device/device identifier"),
    Field("System name", "@device/asset management identifier"),
    Field("System description", "@device/description"),
    *(
        Field(label, f"@device/{CUSTOM}/{label}", read=as_text)
        for label in (
            "Default system",
            "Cedex ID (processed)",
            "System name (processed)",
            "System description (processed)",
            "Default system (processed)",
        )
    ),
)
"""Facts of the instrument: those of the first row; a row that says otherwise keeps its own."""
FIELDS = (
    Field("Username", "@document/analyst"),
    Field(("Sample identifier", "Sample identifer"), "sample document/sample identifier"),
    Field(("Reactor identifier", "Reactor identifer"), "sample document/batch identifier"),
    Field("Data set name", f"sample document/{CUSTOM}/group identifier"),
    Field("Sample draw Time", f"sample document/{CUSTOM}/sample draw time", read=as_time),
    Field("Date finished", "measurement time", read=as_time),
    Field("Workarea name", f"@group/{CUSTOM}"),
    Field("Comment", f"@group/{CUSTOM}"),
    Field("Sample volume", "device control/sample volume setting", unit="μL"),
    Field("Cell type name", "processed data/data processing document/cell type processing method"),
    Field("Dilution", "processed data/data processing document/cell density dilution factor", unit="(unitless)"),
    Field(VIABILITY, "processed data/viability (cell counter)", unit="%"),
    Field(VIABLE, "processed data/viable cell density (cell counter)", unit=DENSITY, read=millions),
    Field("Total Cell Conc.", "processed data/total cell density (cell counter)", unit=DENSITY, read=millions),
    Field("Dead Cell Conc.", "processed data/dead cell density (cell counter)", unit=DENSITY, read=millions),
    Field("Avg Diameter", "processed data/average live cell diameter (cell counter)", unit="µm"),
    Field("Total Cell Count", "processed data/total cell count", unit="cell"),
    Field("Viable Cell Count", "processed data/viable cell count", unit="cell"),
    Field("Dead Cell Count", "processed data/dead cell count", unit="cell"),
    Field("Avg Compactness", f"{PROCESSED}/average compactness", unit="(unitless)"),
    Field("Avg Area", f"{PROCESSED}/average area", read=as_number),
    Field("Avg Perimeter", f"{PROCESSED}/average perimeter", unit="µm"),
    Field("Avg Segm. Area", f"{PROCESSED}/average segment area", read=as_number),
    Field("Total Object Count", f"{PROCESSED}/total object count", read=as_number),
    Field("Std Dev.", f"{PROCESSED}/standard deviation", read=as_number),
    Field("Aggregate Rate", f"{PROCESSED}/aggregate rate", unit="%"),
)
CONSTANTS = {"device control/device type": "cell counter", "device control/detection type": "brightfield"}


def read(source: Source) -> Document:
    """The first sheet, or the whole text: one measurement a row."""
    document = source.document()
    grids = list(source.sheets().values()) if source.probe.kind == "workbook" else [source.grid()]
    header = grids[0].find_row("Cedex ID", VIABILITY)
    if header is None:
        raise source.damaged("the header", f"no row with 'Cedex ID' and {VIABILITY!r}", "the header of a Cedex HiRes export")
    leave_out(document, grids[1:], "a sheet after the one that the software exports")
    first: Record | None = None
    for record in grids[0].table(header).records():
        if _counted(document, first or record, record):
            first = first or record
    if not document.groups:
        raise source.empty("the table", "no row with the result of a count", "at least one count")
    return document


def _counted(document: Document, first: Record, record: Record) -> bool:
    """One count; what the standard requires and the row lacks is stated as no result; a row without any result is set aside."""
    if not any(record.peek_number(label) is not None for label in COUNTED):
        set_aside(document, record, "the row holds no result of a count")
        return False
    group = document.group()
    node = group.measurement(CONSTANTS)
    if record is first:
        apply(INSTRUMENT_FACTS, record, node, document, group)
    else:
        repeats(first, record, [label for field in INSTRUMENT_FACTS for label in field.names])
    apply(FIELDS, record, node, document, group)
    no_viability(document, node, record, VIABILITY, VIABLE)
    put(node, CUSTOM, record.rest())
    return True


INSTRUMENT = Instrument(
    name="roche_cedex_hires",
    vendor="Roche",
    product="Cedex HiRes Analyzer",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(("text", "workbook"), any=(text(r"\A.*\bCedex ID\b"), cell(r"^Cedex ID$"))),
    read=read,
    device={"model number": "Cedex HiRes", "brand name": "Cedex", "product manufacturer": "Roche"},
    system={"software name": "Cedex software"},
    export="In the Cedex software select results and export them to Excel or CSV.",
    not_covered="Sheets after the first are left out with a finding.",
)
