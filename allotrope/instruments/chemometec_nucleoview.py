"""ChemoMetec NucleoView (NucleoCounter NC-200) and the reports of newer models: `label; value` lines, a column a sample."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.aside import repeats, set_aside
from allotrope.calculated import Calculated
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.families.cells import DENSITY, millions
from allotrope.field import Field, apply
from allotrope.instrument import Instrument
from allotrope.required import measured
from allotrope.signature import Signature, text
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.record import Record
    from allotrope.source import Source

VIABILITY = "Viability (%)"
LIVE = "Live (cells/ml)"
GROUP = f"@group/{CUSTOM}"
INSTRUMENT_FACTS = (
    Field("PC", "@system/data system instance identifier"),
    Field("Application SW version", "@system/software version"),
    Field("csv file version", f"@system/{CUSTOM}"),
    Field("21 CFR Part 11", f"@system/{CUSTOM}"),
    Field("Instrument type", "@device/model number"),
    Field("Instrument s/n", "@device/equipment serial number"),
)
"""Facts of instrument and software: those of the first sample; a sample that says otherwise keeps its own."""
FIELDS = (
    Field("Operator", "@document/analyst"),
    Field(VIABILITY, "processed data/viability (cell counter)", unit="%"),
    Field("Total (cells/ml)", "processed data/total cell density (cell counter)", unit=DENSITY, read=millions),
    Field("Dead (cells/ml)", "processed data/dead cell density (cell counter)", unit=DENSITY, read=millions),
    Field(
        ("Estimated cell diameter (um)", "Estimated cell diameter [um]"), "processed data/average total cell diameter", unit="µm"
    ),
    Field("Multiplication factor", "processed data/data processing document/cell density dilution factor", unit="(unitless)"),
    Field("Sample Volume (ul)", "device control/sample volume setting", unit="μL"),
    Field("Dilution Volume (ul)", f"sample document/{CUSTOM}/dilution volume", unit="μL"),
    Field("cm filename", "image/experimental data identifier"),
    *(
        Field(f"Protocol {kind} {fact}", GROUP)
        for kind in ("template", "adaptation")
        for fact in ("title", "purpose", "filename")
    ),
    Field("Login ID", GROUP),
    Field("Event log format", GROUP),
)
DEVIATION = "Cell diameter standard deviation (um)"
AGGREGATES = "(%) of cells in aggregates with five or more cells"
CALCULATED = (
    (DEVIATION, DEVIATION, "µm", "Average Total Cell Diameter"),
    (AGGREGATES, "Percentage of cells with five or more", "%", "Cell count"),
)
"""Label, name, unit and feature of the values that the software calculates."""
CONSTANTS = {"device control/device type": "dark field imager (cell counter)", "device control/detection type": "dark field"}

_MARK = re.compile(rf"^{re.escape(VIABILITY)}:? *([;,\t])", re.MULTILINE | re.IGNORECASE)
"""The delimiter, behind a label that every export has."""


def read(source: Source) -> Document:
    """One measurement for each column of values that holds a viability."""
    mark = _MARK.search(source.probe.text)
    grid = source.grid(mark[1] if mark else ";")
    document = source.document()
    document.device["model number"] = "NucleoCounter NC-200"
    row = next((row for label in (VIABILITY, f"{VIABILITY}:") if (row := grid.find(label)) is not None), None)
    lines = [line for line in range(len(grid.rows)) if any(grid.texts(line)[1:])]
    first: Record | None = None
    for column in range(1, grid.width):
        record = grid.pairs(lines, value=column)
        if row is not None and grid.at(row, column).number is not None:
            first = first or record
            _sample(document, first, record)
        else:
            set_aside(document, record, f"the column has no {VIABILITY}")
    if not document.groups:
        raise source.damaged("the values", f"no line '{VIABILITY}' with a number", "the viability of at least one sample")
    _titles(document.groups[0], grid, set(lines))
    return document


def _titles(group: Group, grid: Grid, lines: set[int]) -> None:
    """Lines without a value: the title, the rest of a value that was broken into two lines, and a checksum."""
    for line in set(range(len(grid.rows))) - lines:
        for cell in grid.cells(line):
            if cell.text.startswith("//"):
                cell.ignore("checksum of the file")
            elif cell.text.endswith(":"):
                cell.ignore("label without a value")
            else:
                put(group.node, CUSTOM, {cell.where: cell.keep()})


def _sample(document: Document, first: Record, record: Record) -> None:
    group = document.group()
    node = group.measurement(CONSTANTS)
    document.analyst(group, "NC-200")
    put(node, "measurement time", _time(record))
    name = record.text("Sample ID")
    if name is None and record.peek("Image").count("-") >= 3:
        name = record.peek("Image").split("-", 3)[3]
    put(node, "sample document/sample identifier", name)
    _live(document, record, node)
    if record is first:
        apply(INSTRUMENT_FACTS, record, node, document, group)
    else:
        repeats(first, record, [label for field in INSTRUMENT_FACTS for label in field.names])
    apply(FIELDS, record, node, document, group)
    calculated = Calculated(document.identifier)
    for label, title, unit, feature in CALCULATED:
        if record.peek_number(label):
            calculated.add(title, record.number(label), unit, [(node, feature)])
    put(group.node, "calculated data aggregate document", calculated.finish())
    put(node, CUSTOM, record.rest())


def _live(document: Document, record: Record, node: Node) -> None:
    """The density of viable cells, which the schema requires; its lack is an error of the measurement."""
    cell = record.cell(LIVE)
    value = millions(cell.value, record.store.locale) if cell else None
    measured(document, node, "processed data/viable cell density (cell counter)", value, DENSITY)
    if cell and value is not None:
        cell.mapped()
    else:
        add_error(node, record.peek(LIVE) or f"no value for {LIVE}", "viable cell density")


def _time(record: Record) -> str | None:
    """Date and time with the offset (hours, or hours and minutes) from its own line; `Time (UTC)` is kept as written too."""
    locale = record.store.locale
    universal = record.peek("Time (UTC)")
    if universal:
        return moment(f"{universal}+00:00", locale)
    stamp = re.sub(r"^(\d{4})(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)$", r"\1-\2-\3 \4:\5:\6", record.peek("Date time"))
    offset = re.fullmatch(r"([+-]?)(\d{1,2})(?::?(\d\d))?", record.peek("Time zone offset"))
    zone = f"{offset[1] or '+'}{offset[2]:0>2}:{offset[3] or '00'}" if offset else ""
    found = moment(f"{stamp}{zone}", locale)
    if found is not None:
        record.text("Date time")
        if offset:
            record.text("Time zone offset")
    return found


INSTRUMENT = Instrument(
    name="chemometec_nucleoview",
    vendor="ChemoMetec",
    product="NucleoView (NucleoCounter NC-200)",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(
        ("text",),
        all=(text(r"^Viability \(%\)\s*[;,:\t]"), text(r"^(Live|Dead|Total) \(cells/ml\)\s*[;,:\t]")),
    ),
    read=read,
    system={"software name": "NucleoView"},
    export="In NucleoView choose File > Export to CSV, or save the report of a count as text.",
    not_covered="Of the reports of newer models diameter, dilution, instrument and media are kept as custom information.",
)
