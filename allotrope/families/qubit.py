"""What the exports of Qubit fluorometers share: one row a tube, with its standards, and units in cells of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.aside import leave_out, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.families.concentration import mass_concentration_unit
from allotrope.field import Field, apply, as_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allotrope.envelope import Document, Node
    from allotrope.field import Rule
    from allotrope.grid import Grid, Table
    from allotrope.record import Record
    from allotrope.source import Source

SAMPLE = "sample document/custom information document"
CONTROL = "device control/custom information document"
CONSTANTS = {"device control/device type": "fluorescence detector"}
SHARED = (
    Field("Test Date", "@group/measurement time", read=as_time),
    Field("Assay Name", "@group/experiment type"),
    Field("Run ID", "sample document/batch identifier"),
    Field(("Sample Volume (uL)", "Sample Volume (µL)"), f"{CONTROL}/sample volume setting", unit="μL"),
    Field("Excitation", f"{CONTROL}/excitation setting"),
    Field("Emission", f"{CONTROL}/emission setting"),
    Field("Dilution Factor", f"{CONTROL}/dilution factor", unit="(unitless)"),
    *(Field(f"Std {number} RFU", f"{SAMPLE}/standard {number} concentration", unit="RFU") for number in (1, 2, 3)),
)


def read_tubes(source: Source, rules: Sequence[Rule], finish: Callable[[Record, Node], None]) -> Document:
    """One measurement a row of the table under `Test Date`; `finish` adds what only one product has, such as the fluorescence.

    A row without a fluorescence is set aside whole, so `finish` reads nothing of it.
    """
    document = source.document()
    workbook = source.probe.kind == "workbook"
    grids = list(source.sheets().values()) if workbook else [source.grid()]
    table = _table(source, grids[0])
    leave_out(document, grids[1:], "a sheet after the one that the instrument exports")
    for record in table.records():
        group = document.group()
        node = group.measurement(CONSTANTS)
        finish(record, node)
        if "fluorescence" not in node:
            group.measurements.clear()
            set_aside(document, record, "the row holds no fluorescence")
            continue
        put(group.node, "container type", "tube")
        apply(rules, record, node, document, group)
        put(node, CUSTOM, record.rest())
    if not any(group.measurements for group in document.groups):
        raise source.empty("the table", "no row with a fluorescence", "at least one sample")
    return document


def _table(source: Source, grid: Grid) -> Table:
    header = grid.find_row("Test Date")
    if header is None:
        raise source.damaged("the table", "no row with 'Test Date'", "the header of a Qubit export")
    return grid.table(header)


def concentration(record: Record, node: Node, name: str, label: str, unit: str) -> None:
    """A concentration in the sample's custom information, with the unit from its own cell; what is no number stays as written."""
    value = record.number(label)
    if value is not None:
        written = record.text(unit)
        put(node, SAMPLE, {name: quantity(value, mass_concentration_unit(written) or written or "(unitless)")})
