"""Tecan Magellan: a workbook with one row a well, one column a measurement, and the facts of the run under the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.aside import leave_out
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put, quantity
from allotrope.families.phrases import Phrases
from allotrope.families.plate import split_well
from allotrope.instrument import Instrument
from allotrope.required import MEANING, NO_RESULT
from allotrope.signature import Signature, cell
from allotrope.values import moment, number

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid, Table
    from allotrope.record import Cell, Record
    from allotrope.source import Source

WHEN = re.compile(r"Date of measurement: *([^/]+)/ *Time of measurement: *(.+)", re.IGNORECASE)
TEMPERATURE = re.compile(r"Meas\. temperature: *(?:(.+): *)?([\d.,]+) *°C", re.IGNORECASE)
UNITS = {"absorbance": "mAU", "fluorescence": "RFU", "luminescence": "RLU"}
"""Measured quantities and the unit they get; Magellan's own, such as OD, is kept as custom information."""


@dataclass
class Settings:
    """One measurement of the method: its column, its mode as written, plate file, temperature, paths with units, custom facts."""

    label: str
    mode: str
    kind: str
    plate: str
    temperature: float | None
    numbers: dict[str, tuple[float, str]] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)


class Run:
    """The lines under the table, in the order in which Magellan writes them."""

    def __init__(self, source: Source, grid: Grid, first: int) -> None:
        self.source = source
        self.files: dict[str, str] = {}
        self.kept: dict[str, Any] = {}
        self.temperatures: list[tuple[str, float | None]] = []
        self.blocks: list[list[Cell]] = [[]]
        plain: list[Cell] = []
        lines = [cell for row in range(first, len(grid.rows)) for cell in grid.cells(row)]
        when = WHEN.match(lines[0].text)
        self.time = moment(f"{when[1]} {when[2]}", grid.locale) if when else None
        if self.time:
            lines.pop(0).mapped()
        for line in lines:
            self._sort(line, plain)
        self.analyst, self.device = ([line.as_text() for line in plain[:2]] + [None, None])[:2]
        self.kept |= {f"line {line.where}": line.keep() for line in plain[2:]}
        self.serial: str | None = None

    def _sort(self, line: Cell, plain: list[Cell]) -> None:
        text = line.text
        temperature = TEMPERATURE.match(text)
        if text.lower().endswith((".mth", ".wsp")):
            self._file(line, text.lower()[-3:])
        elif temperature:
            self.temperatures.append((temperature[1] or "", number(temperature[2], line.store.locale.decimal)))
            line.mapped()
        elif re.match(r"\d+ ?nm\W*$", text) or re.match(r"Measurement \d+\W*$", text):
            line.ignore("title of settings, which say what it says")
        elif text.startswith(("Date: ", "Time: ")):
            self.kept["exported"] = line.keep()
        elif ":" not in text or (len(plain) < 2 and self.blocks == [[]] and not text.startswith("Instrument serial number")):
            plain.append(line)
        else:
            self.blocks[-1].append(line)
            if text.startswith("Unit:"):
                self.blocks.append([])

    def _file(self, line: Cell, kind: str) -> None:
        """Method and workspace, each as a bare name and with its folder; the last one is the identifier."""
        names = {"mth": "method file", "wsp": "workspace file"}
        if kind in self.files:
            self.kept[names[kind]] = self.files[kind]
        self.files[kind] = line.as_text() or ""

    def settings(self, columns: list[str]) -> list[Settings]:
        """Blocks of settings in order, joined with the columns that temperatures name, else with the table's first ones."""
        blocks = [block for block in self.blocks if any(line.text.startswith("Measurement mode") for line in block)]
        leftover = [line for block in self.blocks if block not in blocks for line in block]
        self.kept |= {f"line {line.where}": line.keep() for line in leftover}
        labels = [label for label, _ in self.temperatures if label] or columns
        if not blocks or len(labels) < len(blocks):
            found = f"{len(blocks)} measurements, {len(labels)} labels"
            raise self.source.damaged("the settings under the table", found, "a label for every measurement")
        temperatures = [value for _, value in self.temperatures] + [None] * len(blocks)
        triples = zip(blocks, labels, temperatures, strict=False)
        return [self._block(block, label, temperature) for block, label, temperature in triples]

    def _block(self, lines: list[Cell], label: str, temperature: float | None) -> Settings:
        facts = Phrases(lines)
        self.serial = self.serial or facts.text("Instrument serial number")
        mode = facts.text("Measurement mode") or ""
        kind = next((kind for kind in UNITS if mode.casefold().startswith(kind)), "")
        if not kind:
            raise self.source.damaged(lines[0].where, f"measurement mode {mode!r}", f"one of {', '.join(UNITS)}")
        plate = facts.peek("Plate definition file").partition(".")[0]
        settings = Settings(label, mode, kind, plate, temperature)
        wanted = (
            (("Measurement wavelength", "Emission wavelength"), "detector wavelength setting", "nm"),
            (("Excitation wavelength",), "excitation wavelength setting", "nm"),
            (("Number of flashes", "Number of reads"), "number of averages", "#"),
        )
        for labels, path, unit in wanted:
            value = number(facts.peek(*labels).partition(" ")[0], facts.store.locale.decimal)
            if value is not None and facts.text(*labels):
                settings.numbers[f"device control/{path}"] = (value, unit)
        settings.custom = facts.rest()
        return settings


def read(source: Source) -> Document:
    """The table, then the run, then a group for every well with all of its measurements."""
    sheets = list(source.sheets().values())
    grid = next((grid for grid in sheets if grid.find_row("Well positions") is not None), None)
    header = grid.find_row("Well positions") if grid else None
    if grid is None or header is None:
        raise source.damaged("the table", "no column 'Well positions'", "a sheet that Magellan exported")
    footer = next((row for row in range(header, len(grid.rows)) if WHEN.match(grid.text(row))), None)
    if footer is None:
        raise source.damaged(grid.name, "no line 'Date of measurement: …'", "the facts of the run under the table")
    document = source.document()
    leave_out(document, (other for other in sheets if other is not grid), "a sheet beside the export")
    table = grid.table(header, last=footer)
    run = Run(source, grid, footer)
    settings = run.settings([label for label in table.labels() if label not in ("Well positions", "Plate", "Layout")])
    records = wells(table, run)
    plates = {record.peek("Plate") for record in records} - {""}
    plate = plates.pop() if len(plates) == 1 else ""
    for record in records:
        measure(document, run, settings, record, plate, len(records))
    if not records:
        raise source.empty(grid.name, "a table without wells", "at least one well")
    document.device["device identifier"] = run.device
    document.device["equipment serial number"] = run.serial
    put(document.aggregate, CUSTOM, run.kept)
    return document


def wells(table: Table, run: Run) -> list[Record]:
    """The rows of wells; rows of cycle times and temperatures between header and wells are kept."""
    found = []
    for record in table.records():
        if split_well(record.peek("Well positions")) is not None:
            found.append(record)
        else:
            run.kept |= {f"{cell.label}, {cell.where}": cell.keep() for cell in record if cell}
    return found


def measure(document: Document, run: Run, settings: list[Settings], record: Record, plate: str, count: int) -> None:
    """One well: a measurement for every setting whose cell is filled; what is no number, such as OVER, is its error."""
    group = document.group()
    put(group.document, "analyst", run.analyst)
    put(group.node, "measurement time", run.time)
    put(group.node, "analytical method identifier", run.files.get("mth"))
    put(group.node, "experimental data identifier", run.files.get("wsp"))
    group.node |= {"plate well count": quantity(count, "#"), "container type": "well plate"}
    well, own = record.text("Well positions") or "", record.text("Plate")
    for setting in settings:
        measured, found = record.number(setting.label), record.cell(setting.label)
        if measured is None and not found:
            continue
        node = group.measurement({"device control/device type": "plate reader", "device control/detection type": setting.mode})
        for path, (value, unit) in setting.numbers.items():
            put(node, path, value, unit)
        put(node, f"device control/{CUSTOM}", setting.custom)
        name = own or plate or setting.plate
        node["sample document"] = {"sample identifier": f"{name}_{well}" if name else well, "location identifier": well}
        put(node, "sample document/well plate identifier", name or None)
        put(node, "compartment temperature", setting.temperature, "degC")
        if measured is None and found:
            put(node, setting.kind, NO_RESULT, UNITS[setting.kind])
            document.fill({}, setting.kind, MEANING)
            add_error(node, found.as_text(), setting.mode)
        else:
            put(node, setting.kind, measured, UNITS[setting.kind])
    if group.measurements:
        put(group.node, CUSTOM, record.rest())
    else:
        put(document.aggregate, CUSTOM, {f"{well} {label}": kept for label, kept in record.rest().items()})


INSTRUMENT = Instrument(
    name="tecan_magellan",
    vendor="Tecan",
    product="Magellan",
    manifest="plate-reader/REC/2024/06/plate-reader",
    signature=Signature(("workbook",), all=(cell("^Well positions$"),), none=(cell("^Application: Tecan i-control"),)),
    read=read,
    device={"product manufacturer": "Tecan"},
    system={"software name": "Magellan"},
    export="In Magellan choose Excel as data export of the evaluation, wells as rows, with all settings under the table.",
    not_covered="Kinetic and multi-label tables with more than one column a measurement; other languages than English.",
)
