"""Meso Scale Discovery Workbench: results one row a spot, as CSV or workbook; and the plate texts of its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.aside import leave_out, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put, quantity
from allotrope.families import meso_scale
from allotrope.families.plate import well_count_of
from allotrope.field import Field, as_number, measurements
from allotrope.instrument import Instrument
from allotrope.required import calculated, missed
from allotrope.signature import Signature, cell, sheet, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.source import Source

RAW = "MSD Data"
"""The sheet in which a workbook may carry the text of the reader."""
OF_SPOT = ("Adjusted Signal", "% Recovery", "Calc. Concentration")
"""Calculated values of single spots."""
ROLES = {"c": "control sample role", "s": "standard sample role", "b": "blank role", "u": "unknown sample role"}
FIELDS = (
    Field("Signal", "luminescence", unit="RLU"),
    Field("Sample", "sample document/sample identifier"),
    Field("Well", "sample document/well location identifier"),
    Field("Spot", "sample document/location identifier"),
    Field("Concentration", "sample document/mass concentration", unit="pg/mL"),
    Field(("Dilution Factor", "Dilution"), f"sample document/{CUSTOM}/dilution factor setting", read=as_number),
    Field("Detection Range", f"{CUSTOM}/detection range"),
    Field("Assay", f"{CUSTOM}/assay identifier"),
    *(Field(label, label, read=as_number) for label in OF_SPOT),
)
OF_ASSAY = (
    ("Mean", "Mean", "luminescence"),
    ("Adj. Sig. Mean", "Adj. Sig. Mean", "Mean"),
    ("Fit Statistic: RSquared", "R-Squared", "luminescence"),
    ("CV", "CV", "luminescence"),
    ("% Recovery Mean", "% Recovery Mean", "% Recovery"),
    ("Calc. Conc. Mean", "Calc. Concentration Mean", "Calc. Concentration"),
    ("Calc. Conc. CV", "Calc. Conc. CV", "Calc. Concentration"),
)
"""Column, name of the calculated value, and what it stands on, for values that are stated once an assay."""
CONSTANTS = {"device control/device type": "luminescence detector", "device control/detection type": "luminescence"}


def read(source: Source) -> Document:
    """A text of a reader, or tables under a row with `Plate`, each with the columns Sample, Well, Spot and Signal."""
    if source.probe.kind == "text" and "=Data=" in source.probe.text:
        return meso_scale.read(source)
    document = source.document()
    if source.probe.kind == "workbook":
        sheets = source.sheets()
        tables = [grid for grid in sheets.values() if grid.find_row("Sample", "Well", "Signal") is not None]
        if RAW in sheets:
            raw(document, sheets[RAW])
        because = "a sheet beside the results, not part of the export"
        leave_out(document, (grid for name, grid in sheets.items() if grid not in tables and name != RAW), because)
    else:
        tables = [source.grid()]
    for grid in tables:
        header = grid.find_row("Sample", "Well", "Signal")
        while header is not None:
            following = grid.find_row("Sample", "Well", "Signal", start=header + 1)
            results(document, grid, header, following)
            header = following
    if not any(group.measurements for group in document.groups):
        raise source.damaged("the results", "no row under a header with Sample, Well, Spot and Signal", "at least one spot")
    for group in document.groups:
        put(group.node, "measurement time", document.aggregate.get("measurement time"))
    document.aggregate.pop("measurement time", None)
    return document


def raw(document: Document, grid: Grid) -> None:
    """Facts of the reader beside the results; its raw values stand in the results already."""
    facts = grid.pairs(range(len(grid.rows)))
    document.aggregate["measurement time"] = facts.time("Read Time")
    document.device["equipment serial number"] = facts.text("Machine ID", "Serial #")
    put(document.aggregate, CUSTOM, facts.rest())
    for row in range(len(grid.rows)):
        for value in grid.cells(row):
            if value.handle % grid.width > 1 or not grid.text(row):
                value.ignore("raw data of the reader, which the results hold")


def results(document: Document, grid: Grid, header: int, following: int | None) -> None:
    """One table: spots of one sample in one well form a group."""
    title = next((row for row in range(header - 1, -1, -1) if "Plate" in grid.text(row)), None)
    plate = grid.text(title).rpartition("_")[2] if title is not None else None
    if title is not None:
        grid.structure(title, 0, 0)
        for filler in grid.cells(title)[1:]:
            filler.ignore("a spreadsheet's name for a column without heading")
    last = grid.until_blank(header) if following is None else following
    while following is not None and last > header + 1 and (grid.blank(last - 1) or grid.text(last - 1).startswith("Plate")):
        last -= 1
    table = grid.table(header, last=last)
    for record in table.records():
        if not record.peek("Well") or not record.peek("Sample"):
            set_aside(document, record, "the row names no sample or no well")
    found = measurements(document, table, FIELDS, constants=CONSTANTS)
    wells = [node.get("sample document", {}).get("well location identifier", "") for _, node in found]
    count = well_count_of(wells)
    kept: dict[str, Group] = {}
    nodes = []
    # In the form whose title stands alone in its line a blank is a value without a result, as in the reference implementation.
    bare = title is not None and len(grid.rows[title]) == 1
    stated = {column for column in (*OF_SPOT, *(column for column, *_ in OF_ASSAY)) if bare and column in table}
    for (group, node), well in zip(found, wells, strict=True):
        group.measurements.clear()
        if well:
            if "luminescence" not in node:
                missed(document, node, "luminescence", "RLU", str(node.get(CUSTOM, {}).pop("Signal", "no signal")))
            sample = node.setdefault("sample document", {})
            name = sample.get("sample identifier", "")
            put(node, "sample document/sample role type", ROLES.get(name[:1].casefold()))
            put(node, "sample document/well plate identifier", plate)
            sample["sample identifier"] = f"{name}_{well}"
            kept.setdefault(sample["sample identifier"], group).measurements.append(node)
            nodes.append(node)
            group.node |= {"container type": "well plate"} | ({"plate well count": quantity(count, "#")} if count else {})
    calculate(document, nodes, stated)


def calculate(document: Document, nodes: list[Node], stated: set[str]) -> None:
    """Values of single spots, and values that the software states for all spots of an assay (taken from its first row).

    A blank in a column that is `stated` has no result, and an error of its spot says so; in any other it is nothing.
    """

    def add(name: str, column: str, value: Any, sources: list[tuple[Node | str, str]], spot: Node) -> str | None:
        if not isinstance(value, (int, float)) and column in stated and sources:
            add_error(spot, "Not reported", name)
            return calculated(document, name, None, "(unitless)", sources)
        return document.calculated.add(name, value if isinstance(value, (int, float)) else None, "(unitless)", sources)

    assays: dict[str, list[Node]] = {}
    identifiers: dict[tuple[str, str], list[str]] = {}
    for node in nodes:
        assay = str(node.get(CUSTOM, {}).get("assay identifier", ""))
        assays.setdefault(assay, []).append(node)
        for name in OF_SPOT:
            identifier = add(name, name, node.pop(name, None), [(node, "luminescence")], node)
            if identifier:
                identifiers.setdefault((assay, name), []).append(identifier)
    for assay, spots in assays.items():
        for column, name, stands_on in OF_ASSAY:
            value = spots[0].get(CUSTOM, {}).get(column)
            sources: list[tuple[Node | str, str]] = [(node, "luminescence") for node in spots]
            if stands_on != "luminescence":
                sources = [(identifier, stands_on) for identifier in identifiers.get((assay, stands_on), ())]
            identifier = add(name, column, value, sources, spots[0])
            if identifier:
                identifiers[assay, name] = [identifier]


INSTRUMENT = Instrument(
    name="msd_workbench",
    vendor="Meso Scale Discovery",
    product="Discovery Workbench",
    manifest="plate-reader/REC/2024/06/plate-reader",
    signature=Signature(
        ("text", "workbook"),
        any=(
            text(r"\A(?=.*Plate).*\n\W*Sample\b(?=.*\bWell\b).*\bSignal\b"),
            text(meso_scale.SEVERAL),
            sheet("^Workbench data$"),
            cell(r"^Fit Statistic: RSquared$"),
        ),
    ),
    read=read,
    system={"software name": "MSD Workbench"},
    export="In Discovery Workbench open the plate, show the table of data and save it as CSV or copy it into a workbook.",
    not_covered="Means are stated for an assay, as its first row has them; those of each sample are kept with its spots.",
)
