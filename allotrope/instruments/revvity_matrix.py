"""Revvity Cellaca / Matrix software: cell counts one row a well, as CSV, or as a workbook with a block of run facts above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.envelope import add_error
from allotrope.families.cells import DENSITY, millions
from allotrope.field import Field, as_percent, measurements
from allotrope.instrument import Instrument
from allotrope.signature import Signature, cell, text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source
    from allotrope.values import Locale


def share(value: Any, locale: Locale) -> int | float | None:
    """A percentage; a workbook stores it as a fraction of one."""
    return as_percent(value, locale) if isinstance(value, str) else round(value * 100, 10)


def densities(state: str, path: str) -> tuple[Field, Field]:
    """The two spellings of a density: in millions, or in cells."""
    return (
        Field(f"{state} Concentration (E6)", path, unit=DENSITY),
        Field(f"{state} Cells/mL", path, unit=DENSITY, read=millions),
    )


FIELDS = (
    Field("Well Name", "sample document/sample identifier"),
    Field("Viability", "processed data/viability (cell counter)", unit="%", read=share, required=True),
    *densities("Live", "processed data/viable cell density (cell counter)"),
    *densities("Total", "processed data/total cell density (cell counter)"),
    *densities("Dead", "processed data/dead cell density (cell counter)"),
    Field(("Total Mean Size", "Total Mean Size (microns)"), "processed data/average total cell diameter", unit="µm"),
    Field(("Live Mean Size", "Live Mean Size (microns)"), "processed data/average live cell diameter (cell counter)", unit="µm"),
    Field(("Dead Mean Size", "Dead Mean Size (microns)"), "processed data/average dead cell diameter (cell counter)", unit="µm"),
    Field("Total Count", "processed data/total cell count", unit="cell"),
    Field("Live Count", "processed data/viable cell count", unit="cell"),
    Field("Dead Count", "processed data/dead cell count", unit="cell"),
    Field(("Errors:", "Errors"), "error"),
)


def read(source: Source) -> Document:
    """The table under the row with `Well Name` and `Live Count`, and the facts above it."""
    grids = source.sheets().values() if source.probe.kind == "workbook" else [source.grid()]
    document = source.document()
    for grid in grids:
        header = next((row for row in range(len(grid.rows)) if "Well Name" in grid.texts(row)), None)
        if header is None:
            continue
        facts = grid.pairs(range(header))
        document.system["software version"] = facts.text("Version")
        document.device["equipment serial number"] = facts.text("Instrument SN")
        analyst = facts.text("Operator")
        custom = facts.rest()
        for group, node in measurements(
            document, grid.table(header), FIELDS, constants={"device control/device type": "cell counter"}
        ):
            if analyst:
                group.document["analyst"] = analyst
            node["processed data aggregate document"]["processed data document"][0]["processed data identifier"] = (
                document.identifier("processed data")
            )
            for message in str(node.pop("error", "")).split(","):
                add_error(node, message, "Cell Counting")
            if custom:
                group.node["custom information document"] = dict(custom)
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
            cell(r"^Live (Count|Concentration \(E6\))$"),
        ),
    ),
    read=read,
    system={"software name": "Revvity Matrix"},
    export="In the Matrix software export the results of a plate as CSV or Excel.",
)
