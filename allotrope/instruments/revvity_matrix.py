"""Revvity Cellaca / Matrix software: cell counts one row a well, as CSV, or as a workbook with a block of run facts above."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, add_error, put
from allotrope.families.cells import DENSITY, millions
from allotrope.field import Field, as_percent, measurements
from allotrope.instrument import Instrument
from allotrope.required import missed
from allotrope.signature import Signature, cell, text
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group
    from allotrope.grid import Table
    from allotrope.record import Cell, Record
    from allotrope.source import Source
    from allotrope.values import Locale


def fraction(value: Any, locale: Locale) -> int | float | None:
    """A percentage that a workbook stores as a fraction of one."""
    return as_percent(value, locale) if isinstance(value, str) else round(value * 100, 10)


def densities(state: str, path: str) -> tuple[Field, Field]:
    """The two spellings of a density: in millions, or in cells."""
    return (
        Field(f"{state} Concentration (E6)", path, unit=DENSITY),
        Field(f"{state} Cells/mL", path, unit=DENSITY, read=millions),
    )


def sizes(state: str) -> tuple[str, ...]:
    """The spellings of a diameter."""
    return (f"{state} Mean Size", f"{state} Mean Size (microns)", f"{state} Diameter")


def fields(table: Table) -> tuple[Field, ...]:
    """The fields for a table; numbers of viability of which none is above one are fractions, as workbooks store percentages.

    A row is a well if it has a viability, or the first other result that the table has a column for. Of two filled
    columns of a density the one in millions counts; the other is custom information beside it.
    """
    records = list(table.records())
    cells = [cell for record in records if (cell := record.cell(*VIABILITY))]
    numbers = [cell.value for cell in cells if isinstance(cell.value, (int, float))]
    read = fraction if numbers and max(numbers) <= 1 else as_percent
    needed = table.label(*RESULTS)
    viability = Field(VIABILITY, "processed data/viability (cell counter)", unit="%", read=read)
    twice = {
        f"{state} Cells/mL"
        for state in ("Live", "Total", "Dead")
        if all(record.peek(f"{state} Concentration (E6)") for record in records)
    }
    rules = (rule for rule in (*FIELDS, viability) if twice.isdisjoint(rule.names))
    return tuple(replace(rule, required=needed in rule.names) for rule in rules)


VIABLE = "viable cell density (cell counter)"
VIABILITY = ("Viability", "Viability (%)")
RESULTS = (
    *(*VIABILITY, "Live Concentration (E6)", "Live Cells/mL", "Live Count"),
    *("Total Concentration (E6)", "Total Cells/mL", "Total Count", "Dead Count"),
)
FIELDS = (
    Field("Well Name", "sample document/sample identifier"),
    *densities("Live", f"processed data/{VIABLE}"),
    *densities("Total", "processed data/total cell density (cell counter)"),
    *densities("Dead", "processed data/dead cell density (cell counter)"),
    Field(sizes("Total"), "processed data/average total cell diameter", unit="µm"),
    Field(sizes("Live"), "processed data/average live cell diameter (cell counter)", unit="µm"),
    Field(sizes("Dead"), "processed data/average dead cell diameter (cell counter)", unit="µm"),
    Field("Total Count", "processed data/total cell count", unit="cell"),
    Field("Live Count", "processed data/viable cell count", unit="cell"),
    Field("Dead Count", "processed data/dead cell count", unit="cell"),
    *(
        Field(label, f"processed data/{CUSTOM}/{name}", read=as_percent)
        for label, name in (
            ("Aggregates (%)", "cell aggregation percentage"),
            ("Aggregate Count", "aggregate count"),
            ("Aggregate Size", "aggregate size"),
        )
    ),
    *(Field(label, "sample document/custom information document") for label in ("Row", "Column")),
    Field(("Errors:", "Errors"), "error"),
)


class Run:
    """What the facts above the table say of all wells."""

    def __init__(self, document: Document, facts: Record) -> None:
        document.system["software version"] = facts.text("Version")
        document.device["equipment serial number"] = facts.text("Instrument SN")
        self.analyst = facts.text("Operator")
        plate, assay, dilution = (facts.cell(label) for label in ("Plate Name", "Assay Name", "Dilution"))
        self.assay = after_colon(assay) if assay and assay.keep_text() else None
        factor = number(after_colon(dilution), document.source.locale.decimal) if dilution else None
        if dilution and factor is not None:
            dilution.mapped()
        self.constants: dict[str, Any] = {
            "measurement time": facts.time("Results Timestamp"),
            f"sample document/{CUSTOM}/Well Plate Identifier": after_colon(plate) if plate and plate.keep_text() else None,
        }
        self.constants = {path: value for path, value in self.constants.items() if value is not None}
        if factor is not None:
            self.constants["processed data/data processing document/cell density dilution factor"] = {
                "value": factor,
                "unit": "(unitless)",
            }
        self.custom = facts.rest()

    def describe(self, group: Group) -> None:
        """Put what is true of a group there."""
        put(group.document, "analyst", self.analyst)
        put(group.node, f"{CUSTOM}/assay identifier", self.assay)


def after_colon(cell: Cell) -> str:
    """The text behind the last colon: a value may repeat its label."""
    return cell.text.rpartition(":")[2].strip()


def read(source: Source) -> Document:
    """The table under the row with `Well Name` and `Live Count`, and the facts above it."""
    grids = source.sheets().values() if source.probe.kind == "workbook" else [source.grid()]
    document = source.document()
    for grid in grids:
        header = next((row for row in range(len(grid.rows)) if "Well Name" in grid.texts(row)), None)
        if header is None:
            continue
        facts = grid.pairs(range(header))
        table = grid.table(header)
        run = Run(document, facts)
        constants = {"device control/device type": "cell counter", **run.constants}
        for group, node in measurements(document, table, fields(table), constants=constants):
            run.describe(group)
            node["processed data aggregate document"]["processed data document"][0]["processed data identifier"] = (
                document.identifier("processed data")
            )
            for key, unit in ((VIABLE, DENSITY), ("viability (cell counter)", "%")):
                if key not in node["processed data aggregate document"]["processed data document"][0]:
                    missed(document, node, f"processed data/{key}", unit, "Not reported in file")
            for message in str(node.pop("error", "")).split(","):
                add_error(node, message, "Cell Counting")
            put(node, CUSTOM, dict(run.custom))
    if not document.groups:
        raise source.damaged("the table", "no row with 'Well Name', or no well under it", "a table of wells")
    return document


INSTRUMENT = Instrument(
    name="revvity_matrix",
    vendor="Revvity",
    product="Cellaca MX and PLX (Matrix software)",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(
        ("text", "workbook"),
        any=(
            text(r"^Plate Name,"),
            text(r"^(?=.*Well Name\b).*Live (Count|Cells/mL|Concentration)"),
            cell(r"^Live (Count|Cells/mL|Concentration \(E6\))$"),
        ),
    ),
    read=read,
    system={"software name": "Revvity Matrix"},
    export="In the Matrix software export the results of a plate as CSV or Excel.",
)
