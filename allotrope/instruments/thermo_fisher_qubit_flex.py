"""Thermo Fisher Qubit Flex: one row a tube, as CSV or as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.envelope import put
from allotrope.families.qubit import CONTROL, SAMPLE, SHARED, concentration, read_tubes
from allotrope.field import Field, as_number, as_time
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.record import Record
    from allotrope.source import Source

FIELDS = (
    *SHARED,
    Field(("Sample ID", "Sample Name"), "sample document/sample identifier"),
    Field("Well", "sample document/location identifier"),
    Field("Plate Barcode", "sample document/well plate identifier"),
    Field("Last Read Standards", f"{SAMPLE}/last read standards", read=as_time),
    Field("Selected Samples", f"{SAMPLE}/selected samples", read=as_number),
    Field("Extended Low Range", f"{CONTROL}/operating minimum"),
    Field("Extended High Range", f"{CONTROL}/operating maximum"),
    Field("Core Range", f"{CONTROL}/operating range"),
    Field("Software Version", "@system/software version"),
)


def finish(record: Record, node: Node) -> None:
    """The fluorescence, and the two concentrations with their units."""
    put(node, "fluorescence", record.number("Sample RFU"), "RFU")
    if "fluorescence" not in node:
        return
    concentration(record, node, "qubit tube concentration", "Qubit Tube Conc.", "Qubit tube conc. units")
    concentration(record, node, "original sample concentration", "Original Sample Conc.", "Original sample conc. units")


def read(source: Source) -> Document:
    """The table of tubes."""
    return read_tubes(source, FIELDS, finish)


INSTRUMENT = Instrument(
    name="thermo_fisher_qubit_flex",
    vendor="Thermo Fisher Scientific",
    product="Qubit Flex",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(
        ("text", "workbook"),
        any=(
            text(r"^(?=.*Test Date)(?=.*(Sample RFU|Run ID))(?!.*(Green|Far Red) RFU)"),
            cell(r"^(Sample RFU|Qubit Tube Conc\.|Extended Low Range)$"),
        ),
    ),
    read=read,
    device={"model number": "Qubit Flex", "brand name": "Qubit", "product manufacturer": "Thermo Fisher Scientific"},
    system={"software name": "Qubit Flex software"},
    export="On the instrument choose Export data and take the CSV, or its workbook, from the USB drive or the Connect account.",
    not_covered="Sheets after the first are left out with a finding.",
)
