"""Applied Biosystems QuantStudio and ViiA 7 real-time PCR: the classic results export, as text with sections or as a workbook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.families.quantstudio import Export, document_of
from allotrope.families.sections import assigned, classic_workbook
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, sheet, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.source import Source

_SECTION = re.compile(r"\[(.+)\]\s*")


def read(source: Source) -> Document:
    """Sections of a text, or sheets of a workbook."""
    export = Export()
    if source.probe.kind == "workbook":
        classic_workbook(source.sheets(), export)
    else:
        text_sections(source.grid("\t"), export)
    return document_of(source, export)


def text_sections(grid: Grid, export: Export) -> None:
    """Facts (`* label = value`) up to the first `[section]`; in each a table up to a blank line, then facts about it."""
    titles = [(row, found[1]) for row in range(len(grid.rows)) if (found := _SECTION.fullmatch(grid.text(row)))]
    first = titles[0][0] if titles else len(grid.rows)
    for row in range(first):
        for one in grid.cells(row):
            assigned(export.facts, one)
    ends = [row for row, _ in titles[1:]] + [len(grid.rows)]
    for (row, title), end in zip(titles, ends, strict=False):
        grid.structure(row)
        last = min(grid.until_blank(row + 1), end)
        if last > row + 1:
            export.tables.setdefault(title.strip(), grid.table(row + 1, last=last))
        for below in range(last, end):
            for one in grid.cells(below):
                assigned(export.results, one)


INSTRUMENT = Instrument(
    name="appbio_quantstudio",
    vendor="Thermo Fisher Scientific (Applied Biosystems)",
    product="QuantStudio real-time PCR software, ViiA 7",
    manifest="pcr/REC/2024/09/qpcr",
    signature=Signature(
        ("text", "workbook"),
        any=(
            text(r"^\*? ?Experiment Type\s*="),
            text(r"^\* (Block Type|Barcode|Experiment \w+|Instrument Type) ?="),
            cell(r"^Stage/ ?Cycle where Analysis is performed$"),
            sheet(r"^\[(Results|Sample Setup)\]$"),
        ),
    ),
    read=read,
    system={"data system instance identifier": "localhost", "software name": "Thermo QuantStudio", "software version": "1.0"},
    export="In QuantStudio Real-Time PCR Software choose Export, select the contents and save as .txt or .xlsx.",
    not_covered="Raw filter signals are ignored; high-resolution melt and the summary of presets are kept, not mapped.",
)
