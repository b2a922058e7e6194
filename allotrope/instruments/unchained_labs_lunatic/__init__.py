"""Unchained Labs Lunatic and Stunner: absorbance and light scattering, one row a well, below the facts of the run or alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import leave_out, set_aside
from allotrope.cube import cube
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put, quantity
from allotrope.field import Field, apply, as_number, as_text
from allotrope.instrument import Instrument
from allotrope.instruments.unchained_labs_lunatic.values import BY_WAVELENGTH, FITS, NAMES, PEAK, SCATTERING
from allotrope.required import calculated
from allotrope.signature import Signature, cell, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid, Table
    from allotrope.record import Cell, Record
    from allotrope.source import Source

WAVELENGTH = re.compile(r"^A(\d{3})(?:\s\((\d+)?mm\))?$", re.IGNORECASE)
PEAKS = re.compile(r"^(peak |pk)(\d+) ", re.IGNORECASE)
ABSENT = ("N/A", "NA")
SAMPLE = f"sample document/{CUSTOM}"
CONTROL = f"device control/{CUSTOM}"
FIELDS = (
    Field("Sample name", "sample document/sample identifier"),
    Field(("Plate Position",), "sample document/location identifier"),
    Field("Plate ID", "sample document/well plate identifier"),
    Field("Sample group", "sample document/batch identifier"),
    Field("Application", "analytical method identifier"),
    Field("Background wvl. (nm)", "device control/electronic absorbance reference wavelength setting", unit="nm"),
    Field(("Number of acquisitions", "Number of acquisitions (total)"), "device control/number of averages", unit="#"),
    Field("Acquisition time (s)", "device control/integration time", unit="s"),
    Field("Temperature (°C)", "compartment temperature", unit="degC"),
    Field("Plate type", f"{SAMPLE}/plate type"),
    Field("E1%", f"{SAMPLE}/molar attenuation coefficient setting", read=as_number),
    Field("Analyte", SAMPLE),
    Field("Buffer", SAMPLE),
    Field("Molecular weight (kDa)", f"{SAMPLE}/molecular weight (kda)", read=as_number),
    Field("B/S/F/R", f"{SAMPLE}/sample role type"),
    Field("Path length mode", CONTROL),
    Field("Pump", CONTROL),
    Field("Column", CONTROL),
    Field(
        ("Number of acquisitions used", "Number of acquisitions used (total)"),
        f"{CONTROL}/Number of acquisitions used",
        read=as_text,
    ),
    Field("Acquisition filtering", CONTROL),
)
OF_RUN = {
    "Plate type": f"{SAMPLE}/plate type",
    "Nr of plates": f"{SAMPLE}/nr of plates",
    "Blanks": f"{SAMPLE}/blanks",
    "Column": f"{CONTROL}/column",
    "Client version": "device control/firmware version",
    "Experiment name": "experimental data identifier",
}
"""Facts of the run that every measurement gets."""


class Run:
    """The facts above the table; where there are none, the first row of the table speaks for all."""

    def __init__(self, grid: Grid, header: int, first: Record) -> None:
        cells = [found for row in range(header) for found in grid.cells(row)]
        self.first = first
        self.shared: dict[str, Any] = {}
        self.facts: Record | None = None
        self.custom: dict[str, Any] = {}
        if len(cells) > 1:
            rows = [row for row in range(header) if grid.text(row) and grid.text(row, 1) not in ABSENT]
            self.facts = grid.pairs(rows)
            bare = [row for row in range(header) if not grid.text(row) and grid.text(row, 1)]
            description = grid.at(bare[-1], 1).keep() if bare else None
            self.shared[f"{SAMPLE}/plate description"] = description
            for label, path in OF_RUN.items():
                value = self.facts.text(label)
                if value is not None:
                    self.shared[path] = value
        for title in cells if len(cells) == 1 else ():
            title.mapped()
        for found in cells:
            if found.text in ABSENT:
                found.ignore("stands for no value")

        self.application = (self.facts or self.first).peek("Application")

    def time(self, records: list[Record]) -> str | None:
        """When the run was made, if some row of the table does not say it."""
        said = all(record.peek("Date") and record.peek("Time") for record in records)
        return self.facts.time("Date") if self.facts and not said else None

    def text(self, *labels: str) -> str | None:
        """A fact of the run, mapped; from the first row of the table where there is no block of facts."""
        return (self.facts or self.first).text(*labels)


class Columns:
    """The columns of absorbances with their wavelengths, and of peaks: number to (label, columns, unit)."""

    def __init__(self, table: Table) -> None:
        self.waves = [(label, hit[1]) for label in table.labels() if (hit := WAVELENGTH.match(label))]
        found = [hit for label in table.labels() if (hit := PEAKS.match(label))]
        prefix = "pk" if any(hit[1].casefold() == "pk" for hit in found) else "peak "
        self.peaks = {
            str(number): [(key, tuple(f"{prefix}{number} {ending}" for ending in endings), unit) for key, endings, unit in PEAK]
            for number in sorted({int(hit[2]) for hit in found})
        }


def read(source: Source) -> Document:
    """The table under the row that has `Sample name`."""
    grids = list(source.sheets().values()) if source.probe.kind == "workbook" else [source.grid()]
    found = [(grid, row) for grid in grids if (row := grid.find_row("Sample name")) is not None]
    if not found:
        raise source.damaged("the table", "no row with 'Sample name'", "the header of a Lunatic or Stunner table")
    grid, header = found[0]
    table = grid.table(header)
    columns = Columns(table)
    if not columns.waves:
        raise source.damaged(f"line {grid.line(header)}", "no column such as A260", "at least one absorbance")
    records = list(table.records())
    if not records:
        raise source.empty(f"line {grid.line(header)}", "a header without rows", "at least one well")
    document = source.document()
    leave_out(document, (other for other in grids if other is not grid), "a sheet beside the table")
    run = Run(grid, header, records[0])
    document.device["device identifier"] = run.text("Instrument ID", "Instrument")
    document.system["software version"] = run.text("Software version")
    analyst, time = run.text("Test performed by"), run.time(records)
    rests: list[Node] = []
    for record in records:
        if not record.peek("Plate Position") and all(record.peek_number(label) is None for label, _ in columns.waves):
            set_aside(document, record, "a row without a plate position and without an absorbance")
            continue
        group = document.group()
        put(group.document, "analyst", analyst)
        own = record.peek("Date") and (record.peek("Time") or time is None)
        put(group.node, "measurement time", (record.joined_time("Date", "Time") if own else None) or time)
        group.node |= {"plate well count": quantity(96, "#"), "container type": "well plate"}
        rests.append(measure(document, group.measurement(), record, run, columns))
    put(document.system, CUSTOM, run.facts.rest() if run.facts else shared(rests))
    for row in range(header):
        further = [found for found in grid.cells(row) if found.handle % grid.width and not grid.fates[found.handle]]
        put(document.aggregate, CUSTOM, {found.where: found.keep() for found in further})
    return document


def shared(rests: list[Node]) -> Node:
    """What every row says alike: without facts above the table it speaks for the run."""
    return {label: value for label, value in rests[0].items() if all(rest.get(label) == value for rest in rests)} if rests else {}


def measure(document: Document, node: Node, record: Record, run: Run, columns: Columns) -> Node:
    """One row: absorbance or spectrum, settings, calculated values, peaks; returns what is kept of it in custom information."""
    scattering = "B22 & kD" in run.application
    put(node, "device control/device type", "plate reader")
    put(node, "device control/detection type", "Dynamic Light Scattering" if scattering else "Absorbance")
    put(node, "analytical method identifier", record.text("Application") or run.text("Application"))
    apply(FIELDS, record, node)
    for path, value in run.shared.items():
        put(node, path, value)
    document.fill(node.setdefault("sample document", {}), "sample identifier", "")
    for name in calculate(document, node, record, columns):
        add_error(node, "N/A", name)
    absorbance(node, record, columns)
    background = record.peek("Background wvl. (nm)").partition(".")[0]
    reference = record.number(f"Background (A{background})") if background else None
    put(node, CUSTOM, {} if reference is None else {"electronic absorbance reference absorbance": reference})
    processed(document, node, record, columns)
    for found in record:
        if found and found.text in ABSENT and not record.store.fates[found.handle]:
            found.ignore("stands for no value")
    device = record.cell("Instrument ID")
    if device and device.text == document.device["device identifier"]:
        device.ignore("the same in every row")
    rest = record.rest()
    put(node, CUSTOM, rest)
    return rest


def calculate(document: Document, node: Node, record: Record, columns: Columns) -> list[str]:
    """The values that the software calculated; returns the names of those that it gives as N/A."""
    absent: list[str] = []
    done: set[str] = set()
    for label, wavelength in columns.waves:
        for labels, name, unit in BY_WAVELENGTH.get(wavelength, ()) if label.casefold() == f"a{wavelength}" else ():
            found = next((found for found in map(record.cell, labels) if found), None)
            missing = found is not None and found.text.upper() in ABSENT
            if found and missing:
                absent.append(name)
                found.mapped()
            value = found.as_number() if found and labels[0] not in done else None
            if labels[0] in done or (value is None and not missing):
                continue
            done.add(labels[0])
            feature = "dynamic light scattering" if (labels, name, unit) in SCATTERING else "absorbance"
            description = record.text(FITS[name]) if name in FITS else None
            name = NAMES.get(name, name)
            calculated(document, name, value, unit, [(node, feature)], calculation_description=description)
    return absent


def absorbance(node: Node, record: Record, columns: Columns) -> None:
    """One absorbance with its wavelength, or a spectrum where there are several; N/A is an error of the measurement."""
    cells: dict[int, list[Cell]] = {}
    for label, wavelength in columns.waves:
        found = record.cell(label)
        if found and found.text.upper() in ABSENT:
            add_error(node, "N/A", "absorbance")
            found.mapped()
        elif found:
            cells.setdefault(int(wavelength), []).append(found)
    spectrum = {wave: value for wave, found in cells.items() if (value := finest(found)) is not None}
    if len(columns.waves) == 1:
        put(node, "device control/detector wavelength setting", float(columns.waves[0][1]), "nm")
        put(node, "absorbance", next(iter(spectrum.values()), None), "mAU")
        return
    waves = sorted({int(wavelength) for _, wavelength in columns.waves})
    values = [spectrum.get(wave) for wave in waves]
    axis = [("wavelength", "nm", [*map(float, waves)])]
    put(node, "absorption spectrum data cube", cube("absorbance-spectrum", axis, [("absorbance", "mAU", values)]))


def finest(cells: list[Cell]) -> float | None:
    """Of several columns of one wavelength the number with the most digits; the others stay unread and are kept."""
    numbers = [found for found in cells if found.number is not None]
    best = max(numbers, key=lambda found: len(found.text.partition(".")[2]), default=None)
    return best.as_number() if best else None


def processed(document: Document, node: Node, record: Record, columns: Columns) -> None:
    """The concentration factor and the peaks of the size distribution."""
    factor = record.number("Concentration factor (ng/ul)")
    peaks = []
    for index, parts in columns.peaks.items():
        peak: Node = {}
        for key, labels, unit in parts:
            value = next((value for label in labels if (value := record.number(label)) is not None), None)
            if value is not None:
                peak[key] = quantity(value, unit) if unit else value
        if peak:
            peaks.append({CUSTOM: peak | {"peak index": index}})
    if factor is None and not peaks:
        return
    part: Node = {"processed data identifier": document.identifier("processed data")}
    put(part, "data processing document/concentration factor", factor, "ng/µL")
    if peaks:
        part["peak list"] = {"peak": peaks}
    node["processed data aggregate document"] = {"processed data document": [part]}


INSTRUMENT = Instrument(
    name="unchained_labs_lunatic",
    vendor="Unchained Labs",
    product="Lunatic and Stunner (Lunatic & Stunner Analysis)",
    manifest="plate-reader/REC/2025/03/plate-reader",
    signature=Signature(
        ("text", "workbook"),
        any=(
            text(r"\bPlate\s+Position\b[\s\S]{0,400}\bSample\s+name\b|\bSample\s+name\b[\s\S]{0,400}\bPlate\s+Position\b"),
            cell(r"^Plate\s+Position$"),
        ),
    ),
    read=read,
    device={"model number": "Lunatic", "product manufacturer": "Unchained Labs"},
    system={"software name": "Lunatic and Stunner Analysis"},
    export="In Lunatic & Stunner Analysis open the experiment and export the report as Excel or CSV, all columns.",
    not_covered="Correlation functions and size distributions; pictures in the workbook.",
)
