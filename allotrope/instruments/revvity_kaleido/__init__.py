"""Revvity Kaleido (EnSight, EnVision Nexus): the CSV report of a plate, version 2 or 3: one detection and its image analysis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.instrument import Instrument
from allotrope.instruments.revvity_kaleido.report import TITLES, Report, titled
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source


def read(source: Source) -> Document:
    """The result table with the facts of measurement, plate map and settings."""
    grid = source.grid()
    titles = next((names for names in TITLES if titled(grid, names.information) is not None), None)
    start = next((row for row in range(len(grid.rows)) if re.match(r"Results? for\b", grid.text(row))), None)
    if titles is None or start is None:
        place, found = "the text", "no line 'Results for …', or no measurement information"
        raise source.damaged(place, found, "a report of Kaleido 2 or 3 with all its sections")
    further = [row for row in range(start + 1, len(grid.rows)) if re.match(r"Results? for\b", grid.text(row))]
    if further:
        message = f"{len(further)} further results, first {grid.text(further[0])[:60]!r}, are kept, not converted"
        source.find("more-results", message, f"line {grid.line(further[0])}", "warning")
    report = Report(source, grid, titles, start)
    report.convert()
    return report.document


INSTRUMENT = Instrument(
    name="revvity_kaleido",
    vendor="Revvity",
    product="Kaleido",
    manifest="plate-reader/BENCHLING/2023/09/plate-reader",
    signature=Signature(
        ("text",),
        any=(text(r"^\W*Results? for\s.+\r?\n\W*Barcode\b"), text(r"^\W*(EnSight|EnVision Nexus) Results from\b")),
    ),
    read=read,
    device={"device identifier": "EnSight", "model number": "EnSight", "product manufacturer": "Revvity"},
    system={"software name": "Kaleido"},
    export="In Kaleido export the results of a plate as CSV in plate format with all measurement and protocol information.",
    not_covered="Reports of several measurements: the first is converted, the others are kept; label-free and scan results.",
)
