"""Bio-Rad CFX Maestro: the table of Cq results, one row a fluorophore in a well, as CSV or as a workbook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.columns import ABSENT, Columns, positions_by
from allotrope.envelope import CUSTOM, add_error, put
from allotrope.families.qpcr import CONTROL, UNITLESS, group_facts
from allotrope.families.sections import column_facts, keep_rows
from allotrope.field import as_number, as_text
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, text
from allotrope.template import Template

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.source import Source
    from allotrope.values import Locale

KIND = "comparative CT qPCR experiment"
CONTENTS = {"unkn": "unknown sample role", "std": "standard sample role", **dict.fromkeys(("ntc", "nrt", "pos", "neg"), CONTROL)}
MISSING = "Value not provided in instrument file"
THRESHOLD = "cycle threshold value setting (qPCR)"
SAMPLE, PROCESSED = f"sample document/{CUSTOM}", f"processed data/{CUSTOM}"


def as_role(value: Any, _: Locale) -> str | None:
    """The role of a well's content, with or without its number: `Unkn-01`, `Neg Ctrl`."""
    return CONTENTS.get(re.split(r"[-\s]", str(value).strip().lower())[0])


FIELDS = (
    ("Sample", "sample document/sample identifier", None, as_text),
    ("Target", "target DNA description", None, as_text),
    ("Content", "sample document/sample role type", None, as_role),
    ("Well", "sample document/location identifier", None, as_text),
    ("Well", "sample document/well location identifier", None, as_text),
    ("Fluor", "device control/reporter dye setting", None, as_text),
    ("Cq", "processed data/cycle threshold result (qPCR)", UNITLESS, as_number),
    ("Cycle Number", f"processed data/data processing document/{THRESHOLD}", UNITLESS, as_number),
)
KEPT = (
    *((label, SAMPLE) for label in ("Starting Quantity (SQ)", "Log Starting Quantity", "SQ Std. Dev", "SQ Mean", "Well Note")),
    ("Set Point", f"device control/{CUSTOM}"),
    ("Cq Std. Dev", PROCESSED),
    ("Cq Mean", PROCESSED),
)


def read(source: Source) -> Document:
    """The table under the row with `Well` and `Fluor`, in the text or in any sheet."""
    grids = list(source.sheets().values()) if source.probe.kind == "workbook" else [source.grid()]
    document = source.document()
    kept: dict[str, Any] = {}
    for grid in grids:
        header = grid.find_row("Well", "Fluor")
        if header is None:
            kept |= column_facts(grid, range(len(grid.rows))).rest()
            continue
        kept |= column_facts(grid, range(header)).rest()
        wells(document, grid, header, kept)
    if not document.groups:
        raise source.empty("the table", "no row with a sample or a Cq under 'Well' and 'Fluor'", "at least one well")
    put(document.aggregate, CUSTOM, kept)
    return document


def wells(document: Document, grid: Grid, header: int, kept: dict[str, Any]) -> None:
    """One group a well, one measurement a fluorophore; a row without well, or sample and Cq, is no measurement, and kept."""
    columns = Columns(grid.table(header), absent=ABSENT)
    known = list(zip(columns.rows, columns.raw("Well"), columns.raw("Sample"), columns.numbers("Cq"), strict=True))
    places = dict.fromkeys(well for _, well, *_ in known if well is not None)
    columns.rows = [row for row, well, *found in known if well is not None and found != [None, None]]
    of_well = positions_by(columns.raw("Well"))
    template = Template()
    template.add("device control/device type", ["qPCR"] * len(columns))
    for label, path, unit, reader in FIELDS:
        template.add(path, columns.take(label, read=reader), unit)
    template.add(SAMPLE, columns.take("Biological Set Name"), label="group identifier")
    for label, path in KEPT:
        if label in columns:
            template.add(path, columns.keep(label), label=label)
    limits = columns.numbers("Cycle Number")
    rows = template.rows(len(columns))
    for place in filter(of_well.__contains__, places):
        group = document.group()
        group_facts(group, "", len(places), KIND, container="well plate", unknown=MISSING)
        for at in of_well[place]:
            node = group.measurement()
            node |= rows[at]
            put(node, CUSTOM, columns.rest(at))
            if limits[at] is None:
                add_error(node, MISSING, THRESHOLD)
    keep_rows(columns.table, kept, "Well", "Fluor")


INSTRUMENT = Instrument(
    name="cfxmaestro",
    vendor="Bio-Rad",
    product="CFX Maestro Software",
    manifest="pcr/REC/2024/09/qpcr",
    signature=Signature(
        ("text", "workbook"),
        any=(text(r"^(\"?\"?[,;\t])?\"?Well\"?[,;\t]\"?Fluor\"?[,;\t]"), cell(r"^Biological Set Name$")),
        all=(),
    ),
    read=read,
    device={"product manufacturer": "Bio-Rad"},
    system={"software name": "CFX Maestro"},
    export="In CFX Maestro open the run and choose Export > Export All Data Sheets; convert 'Quantification Cq Results'.",
    not_covered="Amplification and melt curves, which CFX Maestro writes to files of their own.",
)
