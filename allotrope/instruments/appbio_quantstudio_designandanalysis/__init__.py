"""Applied Biosystems Design & Analysis and Diomni software: a qPCR run's workbook of results, curves and calculated values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.families.quantstudio import Export, document_of
from allotrope.families.sections import classic_workbook
from allotrope.instrument import Instrument
from allotrope.instruments.appbio_quantstudio_designandanalysis.read import Reader
from allotrope.signature import Signature, cell

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source

DROPPED = {"Raw Data": "signals of the filters, before dyes are told apart, and the heading of their sheet"}


def read(source: Source) -> Document:
    """The sheets of version 2 and later; a sheet 'Sample Setup' makes it an export of version 1, in the classic form."""
    if "Sample Setup" not in source.probe.sheets:
        return Reader(source, source.sheets(DROPPED)).read()
    grids = source.sheets()
    export = Export()
    classic_workbook(grids, export)
    document = document_of(source, export)
    document.system |= {
        "data system instance identifier": None,
        "software name": "Design & Analysis Software",
        "software version": "1.x",
    }
    return document


INSTRUMENT = Instrument(
    name="appbio_quantstudio_designandanalysis",
    vendor="Thermo Fisher Scientific (Applied Biosystems)",
    product="QuantStudio Design & Analysis Software, Diomni",
    manifest="pcr/REC/2024/09/qpcr",
    signature=Signature(
        ("workbook",),
        any=(
            cell(r"^(Software Name and Version|PCR Stage/Step Number|Plugin Name and Version)$"),
            cell(r"^Stage/ ?Cycle where C\w+ Analysis is performed$"),
            cell(r"^Pre-read Stage/Step$"),
        ),
    ),
    read=read,
    device={"product manufacturer": "ThermoFisher Scientific"},
    system={"data system instance identifier": "localhost"},
    export="In Design & Analysis software open the run, choose Actions > Export and select all contents as one Excel workbook.",
    not_covered="Raw filter signals and dyes that no target of a well uses are ignored; summary sheets are kept, not mapped.",
)
