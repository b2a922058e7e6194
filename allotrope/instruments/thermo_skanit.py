"""Thermo Scientific SkanIt (Varioskan, Multiskan, Fluoroskan, Luminoskan): the Excel report of a session."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.families.matrix import Matrix, matrix
from allotrope.families.plate import plate_columns
from allotrope.instrument import Instrument
from allotrope.record import UNREAD, Record
from allotrope.signature import Signature, cell, sheet
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source
    from allotrope.values import Scalar

MODES = {"Absorbance": "mAU", "Fluorescence": "RFU", "Luminescence": "RLU"}
"""Detection modes, as the names of sheets begin, and their units; the last of them that the report has is converted."""
SIGNALS = ("Abs", "RFU", "RLU")
"""What stands in the corner of a table of measured values."""
ROLES = {
    "Un": "unknown sample role",
    "Std": "standard sample role",
    "Blank": "blank role",
    "Ctrl": "control sample role",
}
CONTROL = ("Optical response compensation", "Plate adapter number", "Plate adapter name")
MODULES = re.compile(
    r"(Instrument modules|Module's (name|serial number)|Incubator|Gas control|(Top|Bottom) optics|Dispenser \d"
    r"|Date and time of definition|Wavelength|Bandwidth|Filter|Position)(\.\d+)?"
)
"""Lines about modules, filters and optics, which are kept beside the other sheets; what else is said of instrument and report
is said of the system."""
_PLATE = re.compile(r"\b(?:\w+\s+)?plate(?:\s+\d+)?\b", re.IGNORECASE)
_WAVELENGTH = re.compile(r"Wavelength:\s*(\d{1,4})\s*nm\b")


@dataclass(slots=True)
class Plate:
    """One plate of a measurement: a table of values for each wavelength, and the samples."""

    tables: list[tuple[int | float | None, str, Matrix]] = field(default_factory=list)
    """Wavelength in nm, what stands in the corner, table."""
    samples: dict[str, Cell] = field(default_factory=dict)


def facts(grid: Grid | None) -> Record:
    """The lines `label … value` of a sheet; labels stand in the second or third column, values in the last."""
    found: list[Cell] = []
    for row in range(len(grid.rows) if grid else 0):
        cells = grid.cells(row) if grid else []
        if grid and len(cells) == 1 and cells[0].handle % grid.width == 0:
            cells[0].ignore("title of a sheet")
        elif grid and len(cells) == 2:
            found.append(grid.cell(cells[1].handle, cells[0].text))
    return Record.of(found)


def plates(grid: Grid, *, measured: bool) -> dict[str, Plate]:
    """The plates of a sheet by name, in order, with tables of measured values and samples, or of calculated values."""
    found: dict[str, Plate] = {}
    wavelength: int | float | None = None
    name = "Plate 1"
    row = 3
    while row < len(grid.rows):
        label = grid.text(row)
        named = _PLATE.search(label) if len(grid.cells(row)) == 1 else None
        wave = _WAVELENGTH.search(label)
        wanted = label in (*SIGNALS, "Sample") if measured else label not in (*SIGNALS, "Sample", "")
        table = matrix(grid, row) if wanted and plate_columns(grid, row) else None
        if wave or named:
            grid.at(row, 0).mapped()
        if wave:
            wavelength = number(wave[1]) or None
        elif named:
            name = named[0]
        elif table:
            if measured:
                grid.at(row, 0).mapped()
                table.structure()
            table.unused()
            plate = found.setdefault(name, Plate())
            if label == "Sample":
                plate.samples |= {well: part for well, part in table.wells() if part}
            else:
                plate.tables.append((wavelength, label, table))
            row = table.end - 1
        row += 1
    return found


class Session:
    """What holds for all measurements of a report."""

    def __init__(self, document: Document, sheets: dict[str, Grid], name: str) -> None:
        self.document = document
        self.mode = next(mode for mode in MODES if mode in name)
        grid = sheets[name]
        instrument, general, session = (
            facts(sheets.get(f"{title} information")) for title in ("Instrument", "General", "Session")
        )
        document.device["model number"] = instrument.text("Name")
        document.device["device identifier"] = document.device["model number"]
        document.device["equipment serial number"] = instrument.text("Serial number")
        software = general.text("Report generated with SW version") or ""
        version = re.search(r"\d+(?:\.\d+)*", software.partition(",")[2])
        document.system["software name"] = software.partition(",")[0] or None
        document.system["software version"] = version[0] if version else None
        self.control = instrument.keep(*CONTROL)
        for said in (instrument, general):
            put(document.system, CUSTOM, said.keep(*(part.label for part in said if not MODULES.fullmatch(part.label))))
        self.time = session.time("Execution time") or grid.at(2, 0).as_time()
        self.name = (session.text("Session name") or grid.at(1, 0).as_text() or "").replace(".skax", "") or None
        if session.peek("Executed with") == software:
            session.ignore("Executed with", because="repeats the software of the report")
        self.custom = session.rest()
        self.groups: dict[tuple[str, str], Group] = {}
        self.nodes: dict[tuple[str, int | float | None, str], Node] = {}

    def group(self, plate: str, well: str, count: int) -> Group:
        """The technique document of a well of a plate."""
        if (plate, well) not in self.groups:
            group = self.groups[plate, well] = self.document.group()
            put(group.node, "measurement time", self.time)
            put(group.node, "plate well count", count, "#")
            group.node["container type"] = "well plate"
            put(group.document, CUSTOM, self.custom)
        return self.groups[plate, well]

    def convert(self, name: str, plate: Plate) -> None:
        """The measurements of one plate, wavelength by wavelength; a text instead of a number is an error."""
        for wavelength, _, table in plate.tables:
            count = len(table.lines) * len(table.columns)
            for well, value in table.wells():
                if not value or value.text.casefold() == "nan":
                    value.ignore("stands for no value")
                    continue
                node = self.group(name, well, count).measurement({"device control/device type": "plate reader"})
                put(node, "device control/detection type", self.mode)
                if wavelength is not None:
                    put(node, "device control/detector wavelength setting", wavelength, "nm")
                put(node, f"device control/{CUSTOM}", self.control)
                node["sample document"] = self.sample(name, plate, well)
                put(node, "experimental data identifier", self.name)
                self.nodes[name, wavelength, well] = node
                put(node, self.mode.lower(), value.as_number(), MODES[self.mode])
                if self.mode.lower() not in node:
                    add_error(node, value.as_text(), self.mode)

    def calculate(self, grid: Grid) -> None:
        """The tables of a calculation step that name plate and wavelength of what was measured; each well stands on its own."""
        step = grid.text(4)
        for name, plate in plates(grid, measured=False).items():
            for wavelength, label, table in plate.tables:
                for well, value in table.wells():
                    node = self.nodes.get((name, wavelength, well))
                    if node and number(value.value, grid.locale.decimal) is not None:
                        found, sources = value.as_number(), [(node, self.mode.lower())]
                        grid.at(table.header, 0).mapped()
                        table.structure()
                        self.document.calculated.add(f"{step}: {label}", found, "(unitless)", sources)

    def sample(self, name: str, plate: Plate, well: str) -> Node:
        """The sample document: the sample's name, whose letters tell its role, or plate and well."""
        part = plate.samples.get(well)
        text = part.as_text() if part else None
        sample: Node = {"location identifier": well, "sample identifier": text or f"{name}_{well}", "well plate identifier": name}
        put(sample, "sample role type", ROLES.get(re.sub(r"\d+", "", text or "")))
        return sample


def rest(sheets: dict[str, Grid]) -> dict[str, Scalar]:
    """What nothing has read, row by row under sheet and label: calculations, layouts, the run log."""
    found: Node = {}
    for name, grid in sheets.items():
        for row in range(len(grid.rows)):
            cells = grid.cells(row)
            if len(cells) == 2 and grid.fates[cells[1].handle] != UNREAD:
                cells[0].mapped()
            left = [part for part in cells if grid.fates[part.handle] == UNREAD]
            texts = [part.text for part in left if part.keep() is not None]
            if texts:
                label = f"{name} {texts[0]}" if len(texts) > 1 else name
                put(found, CUSTOM, {label: "\t".join(texts[1:] if len(texts) > 1 else texts)})
    return dict(found.get(CUSTOM, {}))


def read(source: Source) -> Document:
    """The first sheet of the last mode that the report holds; what is calculated from it is kept with the other sheets."""
    sheets = source.sheets()
    measured = [name for mode in reversed(MODES) for name in sheets if mode in name and len(sheets[name].rows) > 3]
    found = plates(sheets[measured[0]], measured=True) if measured else {}
    if not any(plate.tables for plate in found.values()):
        place, what = "the workbook", f"no sheet of a measurement with a table of wells, but {', '.join(sheets) or 'no sheets'}"
        raise source.damaged(place, what, "a sheet such as 'Absorbance 1_01'")
    if len(measured) > 1:
        message = f"{measured[0]} is converted; {', '.join(measured[1:])} are kept in custom information"
        source.find("more-measurements", message, measured[1], "warning")
    document = source.document()
    session = Session(document, sheets, measured[0])
    for name, plate in found.items():
        session.convert(name, plate)
    for name, grid in sheets.items():
        if grid.text(0) == "Measurement results" and name not in measured:
            session.calculate(grid)
    put(document.aggregate, CUSTOM, rest(sheets))
    return document


INSTRUMENT = Instrument(
    name="thermo_skanit",
    vendor="Thermo Fisher Scientific",
    product="SkanIt",
    manifest="plate-reader/REC/2025/03/plate-reader",
    signature=Signature(("workbook",), any=(cell(r"^Measurement results$"), sheet(r"^Session information$"))),
    read=read,
    export="In SkanIt export the session's report to Excel with measurements, session, instrument and general information.",
    not_covered="Further measurements of a session, kinetics, spectra; curves and statistics of calculations are kept as text.",
)
