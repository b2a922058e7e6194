"""Thermo Fisher Qubit 4: one row a tube, read in the green or the far-red channel, as CSV or as a workbook."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from allotrope.envelope import put
from allotrope.families.qubit import SHARED, concentration, read_tubes
from allotrope.field import Field
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.record import Record
    from allotrope.source import Source

FIELDS = (*SHARED, Field("Test Name", "sample document/sample identifier"))
CONCENTRATIONS = {"qubit tube concentration": "Qubit® tube conc.", "original sample concentration": "Original sample conc."}
CHANNELS = {"green": "Green RFU", "far red": "Far Red RFU"}
"""The column that holds the fluorescence, by emission; the other column is kept."""
UNITS = re.compile(r"Units(\.\d+)?", re.IGNORECASE)
"""The heading of a column of units; of several the later ones are counted."""


def finish(record: Record, node: Node) -> None:
    """The fluorescence of the emission's channel, and the concentrations; each has its unit in the column `Units` after it."""
    channel = CHANNELS.get(record.peek("Emission").lower())
    if channel:
        put(node, "fluorescence", record.number(channel), "RFU")
    if "fluorescence" not in node:
        return
    units = _units(record)
    for name, label in CONCENTRATIONS.items():
        concentration(record, node, name, label, units.get(label, ""))


def _units(record: Record) -> dict[str, str]:
    """The label of the units column that directly follows a column."""
    labels = [cell.label for cell in record]
    return {label: after for label, after in pairwise(labels) if UNITS.fullmatch(after)}


def read(source: Source) -> Document:
    """The table of tubes."""
    return read_tubes(source, FIELDS, finish)


INSTRUMENT = Instrument(
    name="thermo_fisher_qubit4",
    vendor="Thermo Fisher Scientific",
    product="Qubit 4",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(
        ("text", "workbook"),
        any=(text(r"^(?=.*Test Date).*\b(Green|Far Red) RFU"), cell(r"^(Green|Far Red) RFU$")),
    ),
    read=read,
    device={"model number": "Qubit 4", "brand name": "Qubit", "product manufacturer": "Thermo Fisher Scientific"},
    system={"software name": "Qubit 4 software"},
    export="On the instrument choose Export and take the CSV from the USB drive; a copy saved as a workbook is read too.",
    not_covered="Sheets after the first are left out with a finding.",
)
