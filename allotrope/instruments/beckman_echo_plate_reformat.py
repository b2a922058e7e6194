"""Beckman Coulter Echo Plate Reformat: the report of an acoustic transfer run, one row a transfer, volumes in nL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.families import echo
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source

RUN_FACTS = ("Run Date/Time",)
CONTROL_FACTS = ("Survey Fluid Volume",)


def read(source: Source) -> Document:
    """Sections of transfers between the facts of the run and of the instrument."""
    return echo.report(source, RUN_FACTS, CONTROL_FACTS)


INSTRUMENT = Instrument(
    name="beckman_echo_plate_reformat",
    vendor="Beckman Coulter",
    product="Echo Plate Reformat",
    manifest="liquid-handler/BENCHLING/2024/11/liquid-handler",
    signature=Signature(("text",), all=(text(r"^\W*Application Name\b.*\bPlate Reformat"), text(r"^\W*\[[A-Z ]+\]"))),
    read=read,
    device=echo.DEVICE,
    export="Echo Plate Reformat writes the report after each run; switch it on under Options > Reports and choose CSV.",
    not_covered="Survey-only reports without transfers.",
)
