"""What VISIONlite and the on-board software of Genesys spectrophotometers write: fixed wavelengths, quantities and scans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.aside import set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.errors import Unsupported
from allotrope.families.concentration import mass_concentration_unit
from allotrope.families.nanodrop import spectrum
from allotrope.field import Field, apply
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid, Table
    from allotrope.record import Record
    from allotrope.source import Source

LAYOUT = (
    r"\A(\W*+(Sample Name|Well Position)(?=[ \"]*+[,;\t]).*(\[A\]|\bAbsorbance\b|\bA\d{2,4}\b)"
    r"|\s*+[^,;\t\n]*+([,;\t][^,;\t\n]*+){3,}+\n[^\w\n]*+(nm|s|sec|min|time[^,;\t\n]*+)[ \"]*+[,;\t][^\w\n]*+A\b)"
)
"""A table under sample names, or a line of facts above a table of two columns."""
ON_BOARD = r"\A\W*+((Sample Name|Well Position)\"?\t|Well Position|Sample Name.*[,;\t][ \"]*+(Absorbance|A\d{2,4})\b)"
"""How the on-board software writes the first of these: with tabs, by wells, or with columns named Absorbance or A500."""
WAVELENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*nm\s*\[A\]|A(\d+)", re.IGNORECASE)
DEVICE = {"device control/device type": "spectrophotometer", "device control/detection type": "absorbance"}
SAMPLE = Field(("Sample Name", "Well Position"), "sample document/sample identifier")
DILUTION = Field("Dilution factor", "device control/custom information document/dilution factor", unit="(unitless)")
ORDINATE = "Ordinate [A]"
PARTS = {"ppm": "ppm", "ppb": "ppb"}
"""Parts, which the schema counts among the units of a mass concentration."""
NAMED = r"_(\d{1,2})_(\d{1,2})_(\d{4})_(\d{1,2})_(\d\d)_(\d\d)_([AP]M)"
"""The time that the on-board software writes into the name of a file."""
STAMP = re.compile(NAMED, re.IGNORECASE)


def read(source: Source) -> Document:
    """A table of samples, or one scan; kinetics are not supported."""
    grid = source.grid()
    document = source.document()
    first = grid.first_filled() or 0
    labels = {label.casefold().strip("\ufeff ") for label in grid.texts(first)} if grid.rows else set()
    if labels & {"sample name", "well position"}:
        _samples(document, grid.table(first), _named_time(source))
    else:
        _scan(source, document, grid, first)
    if not any(group.measurements for group in document.groups):
        raise source.empty("the table", "no row with an absorbance", "at least one measurement")
    return document


def _named_time(source: Source) -> str | None:
    """The time that the instrument wrote into the file's name, as in `…_10_2_2024_1_57_42_PM.csv`; the table holds none."""
    found = STAMP.search(source.name)
    if found is None:
        return None
    source.find("time-from-name", f"the table names no time; the file's name does: {found[0].strip('_')}", source.name)
    return moment("{}/{}/{} {}:{}:{} {}".format(*found.groups()), source.locale)


def _samples(document: Document, table: Table, time: str | None) -> None:
    """One group a row: a measurement for each wavelength, or the one absorbance of a row."""
    experiment = "Quant" if "Dilution factor" in table else "Fixed"
    columns: list[tuple[str, float | None]] = []
    for label in table.labels():
        found = WAVELENGTH.fullmatch(label)
        if found and experiment == "Fixed":
            columns.append((label, float(found[1] or found[2])))
    for record in table.records():
        _sample(document, record, columns or [(ORDINATE if experiment == "Quant" else "Absorbance", None)], experiment)
    for group in document.groups:
        put(group.node, "measurement time", time)


def _sample(document: Document, record: Record, columns: list[tuple[str, float | None]], experiment: str) -> None:
    group = document.group()
    for label, wavelength in columns:
        cell = record.cell(label)
        if cell is None or cell.number is None:
            continue
        node = group.measurement(DEVICE)
        put(node, "absorbance", cell.as_number(), "mAU")
        if wavelength is not None:
            put(node, "device control/detector wavelength setting", wavelength, "nm")
        apply((SAMPLE, DILUTION), record, node)
        _concentration(document, record, node)
    if not group.measurements:
        set_aside(document, record, "the row holds no absorbance")
        return
    put(group.node, "experiment type", experiment)
    if record.peek_number("Result"):
        sources = [(node, "Absorbance") for node in group.measurements]
        document.calculated.add("Result", record.number("Result"), "(unitless)", sources)
    put(group.measurements[0], CUSTOM, record.rest())


def _concentration(document: Document, record: Record, node: Node) -> None:
    """The column `Concentration [unit]` of a quantification."""
    for cell in record:
        found = re.fullmatch(r"Concentration \[(.*)\]", cell.label)
        unit = mass_concentration_unit(found[1]) or PARTS.get(found[1].casefold()) if found else None
        value = cell.as_number() if unit else None
        if value is not None:
            put(node, "processed data/processed data identifier", document.identifier("processed data"))
            put(node, "processed data/mass concentration", value, unit)


def _scan(source: Source, document: Document, grid: Grid, first: int) -> None:
    """File, sample, analyst, time and instrument on the first line, then wavelength and absorbance."""
    header = grid.find_row("nm", "A")
    if header is None:
        found = f"a table of {', '.join(grid.texts(first + 1)) if len(grid.rows) > first + 1 else 'nothing'}"
        raise Unsupported(file=source.name, where=f"line {grid.line(first) + 1}", found=found, expected="nm, A")
    facts = [grid.at(first, column) for column in range(grid.width)]
    if len(facts) < 4 or header == first:
        raise source.damaged(f"line {grid.line(first)}", f"{len(facts)} fields", "file, sample, analyst and time")
    group = document.group()
    node = group.measurement(DEVICE)
    if facts[0].text == source.name:
        facts[0].ignore("repeats the name of the file")
    elif facts[0]:
        put(group.node, CUSTOM, {"file name": facts[0].keep()})
    put(node, "sample document/sample identifier", facts[1].as_text())
    put(group.document, "analyst", facts[2].as_text())
    put(group.node, "measurement time", facts[3].as_time() if moment(facts[3].value, grid.locale) else None)
    put(group.node, "experiment type", "Scan")
    for key, cell in zip(("model number", "equipment serial number", "firmware version"), facts[4:], strict=False):
        document.device[key] = cell.as_text()
    put(group.node, CUSTOM, {cell.where: cell.keep() for cell in [facts[3], *facts[7:]] if cell and not grid.fates[cell.handle]})
    rows = list(grid.table(header, last=grid.until_blank(header)).records())
    kept = [(record, record.number("nm")) for record in rows]
    points = [(record.number("A"), wavelength) for record, wavelength in kept if wavelength is not None]
    spectrum(node, [wavelength for _, wavelength in points], [value for value, _ in points])
    for record in rows:
        set_aside(document, record, "the cell is no wavelength or absorbance")


__all__ = ["LAYOUT", "NAMED", "ON_BOARD", "read"]
