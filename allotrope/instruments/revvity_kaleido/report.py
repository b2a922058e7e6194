"""A Kaleido report: sections, tables of wells, and the document made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.families.matrix import Matrix, matrix
from allotrope.families.plate import plate_columns
from allotrope.labels import fold
from allotrope.record import UNREAD, Record
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Node
    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source
    from allotrope.values import Locale, Scalar

from allotrope.instruments.revvity_kaleido.settings import controls

UNITS = {"fluorescence": "RFU", "absorbance": "mAU", "luminescence": "RLU"}
MODES = {
    **dict.fromkeys(("fluorescence", "alpha"), "fluorescence"),
    "abs": "absorbance",
    "luminescence": "luminescence",
    "img": "imaging",
}
"""Part of an experiment type, and the mode."""
ROLES = {
    "B": "blank role",
    "S": "standard sample role",
    "U": "unknown sample role",
    **dict.fromkeys(("C", "E", "ZL", "ZH", "LB", "LC", "LH"), "control sample role"),
}
PROTOCOL = ("Protocol Owner", "Measurement Finished", "Protocol Name")


@dataclass(frozen=True, slots=True)
class Titles:
    """How a version of the report names its sections."""

    information: str
    plate_type: str
    details: str
    after: str


TITLES = (
    Titles("Measurement Basic Information", "Plate Type", "Measurements", "Analysis"),
    Titles("Measurement Information", "Plate Type Information", "Details of Measurement Sequence", "Post Processing Sequence"),
)


def titled(grid: Grid, title: str, start: int = 0) -> int | None:
    """The row of a section's title."""
    rows = range(start, len(grid.rows))
    return next((row for row in rows if fold(grid.text(row)).rstrip(":") == fold(title) and len(grid.cells(row)) == 1), None)


def table_at(grid: Grid, row: int) -> Matrix | None:
    """The table of wells whose column numbers stand in this row, right of an empty corner."""
    return matrix(grid, row) if not grid.text(row) and plate_columns(grid, row) else None


def facts(grid: Grid, first: int | None, last: int | None) -> Record:
    """Lines `label, …, value` between two titles; a label met again is numbered, labels share the fate of their values."""
    cells: list[Cell] = []
    for row in range((len(grid.rows) if first is None else first), len(grid.rows) if last is None else last):
        found = grid.cells(row)
        if row == first:
            found[0].mapped()
        elif len(found) > 1 and found[0].handle % grid.width == 0:
            cells.append(grid.cell(found[1].handle, found[0].text.rstrip(":")))
            found[0].mapped()
    return Record.of(cells)


class Report:
    """One report on its way into a document."""

    def __init__(self, source: Source, grid: Grid, titles: Titles, start: int) -> None:
        self.source = source
        self.grid = grid
        self.locale: Locale = grid.locale
        self.document = source.document()
        self.kind = re.sub(r"\s\d+$", "", re.sub(r"^Results? for\W", "", grid.text(start)).strip())
        grid.structure(start)
        self.mode = next((mode for part, mode in MODES.items() if part in self.kind.lower()), "")
        information = titled(grid, titles.information) or len(grid.rows)
        self.barcode, table = self._table(start, information)
        if table is None or not self.mode:
            place, found = f"line {grid.line(start)}", f"{self.kind!r} without a table of wells, or of an unknown kind"
            raise source.damaged(place, found, "a table of absorbance, fluorescence, luminescence, Alpha or imaging")
        self.table = table
        table.structure()
        table.tell(source)
        self.features = list(self._features(table.end, information))
        self.information = facts(grid, information, titled(grid, titles.plate_type))
        details = titled(grid, titles.details, information)
        self.settings = facts(grid, details, titled(grid, titles.after, details or 0))
        self.map = self._map()

    def _table(self, start: int, end: int) -> tuple[str, Matrix | None]:
        """The barcode above the first table of wells, and the table."""
        barcode = ""
        for row in range(start + 1, end):
            label = self.grid.text(row)
            if label.startswith("Barcode:"):
                barcode = label.removeprefix("Barcode:").strip()
                self.grid.at(row, 0).mapped()
            elif fold(label) == "barcode":
                barcode = self.grid.text(row + 1)
                self.grid.at(row, 0).mapped()
                for cell in self.grid.cells(row)[1:]:
                    if not self.grid.text(row + 1, cell.handle % self.grid.width):
                        cell.ignore("heading without a value")
                if row + 1 < end and barcode:
                    self.grid.at(row + 1, 0).mapped()
            elif table := table_at(self.grid, row):
                return barcode, table
        return barcode, None

    def _features(self, start: int, end: int) -> list[tuple[str, dict[str, Cell]]]:
        """The tables of image analysis whose first well holds a number, or NaN, by parameter."""
        found: list[tuple[str, dict[str, Cell]]] = []
        name: Cell | None = None
        for row in range(start, end):
            for cell in self.grid.cells(row):
                if cell.text.startswith("AnalysisParameter"):
                    name = cell
            table = table_at(self.grid, row) if name else None
            if table and name:
                wells = dict(table.wells())
                first = next(iter(wells.values()))
                if first.number is not None or first.text.lower() == "nan":
                    table.structure()
                    name.mapped()
                    found.append((name.text.partition(":")[2].strip(), wells))
                name = None
        return found

    def _map(self) -> dict[str, Cell]:
        """The plate map."""
        start = titled(self.grid, "Platemap")
        for row in range(len(self.grid.rows) if start is None else start, len(self.grid.rows)):
            table = table_at(self.grid, row)
            if table:
                table.structure()
                return dict(table.wells())
        return {}

    def convert(self) -> None:
        """One technique document a well."""
        information, device, system = self.information, self.document.device, self.document.system
        device["equipment serial number"] = information.text("Instrument Serial Number")
        version = re.search(r"[\d.]+$", information.text("Software Version") or "")
        system["software version"] = version[0] if version else None
        time = information.time("Measurement Started")
        method, experiment = information.text("Protocol Signature"), information.text("Measurement Signature")
        if information.peek("Barcode") == self.barcode:
            information.ignore("Barcode", because="repeats the barcode of the results")
        protocol = {label.lower(): value for label, value in information.keep(*PROTOCOL).items()}
        documents = controls(self.mode, self.kind, self.settings, self.information)
        custom = self.settings.rest()
        wells = [(well, cell) for well, cell in self.table.wells() if self._usable(cell)]
        if not wells or not documents:
            place, found = f"line {self.grid.line(self.table.header)}", "a table without values, or no channel of an imager"
            raise self.source.empty(place, found, "at least one well with a value")
        count = sum(1 for _ in self.table.wells())
        for _, cell in self.table.wells():
            if cell and not self._usable(cell):
                self.source.find("unparsed-value", f"{cell.text!r} is no number and is kept", cell.where, "warning")
        for well, cell in wells:
            group = self.document.group()
            put(group.node, "measurement time", time)
            put(group.node, "plate well count", count, "#")
            put(group.node, "analytical method identifier", method)
            put(group.node, "experimental data identifier", experiment)
            group.node |= {"experiment type": self.kind, "container type": "well plate", CUSTOM: dict(protocol)}
            for control in documents:
                node = group.measurement()
                own = control | {CUSTOM: dict(control[CUSTOM])}
                node["device control aggregate document"] = {"device control document": [own]}
                node["sample document"] = self._sample(well)
                put(node, CUSTOM, custom)
                if self.mode != "imaging":
                    put(node, self.mode, cell.as_number(), UNITS[self.mode])
            if self.mode == "imaging":
                self._image(group.node, well, cell.as_text() or "")
        rest = {f"Information {label}": value for label, value in information.rest().items()}
        put(self.document.aggregate, CUSTOM, rest | self._rest())

    def _usable(self, cell: Cell) -> bool:
        """Whether a well holds a value: a number, or the name of an image."""
        return bool(cell) and (self.mode == "imaging" or number(cell.value, self.locale.decimal) is not None)

    def _sample(self, well: str) -> Node:
        """The sample document: the plate map's code, or plate and well where it has none."""
        code = self.map.get(well)
        text = code.as_text() if code else None
        named = text not in (None, "-")
        kind = re.match(r"([A-Z]+)\d+$", text or "")
        sample: Node = {"location identifier": well, "sample identifier": text if named else f"{self.barcode}_{well}"}
        put(sample, "well plate identifier", self.barcode or None)
        put(sample, "sample role type", ROLES.get(kind[1]) if kind else None)
        return sample

    def _image(self, node: Node, well: str, name: str) -> None:
        """The image of a well and its features; one that the analysis could not determine has no result."""
        node["image aggregate document"] = {"image document": [{"experimental data identifier": name}]}
        found: list[Node] = []
        for label, wells in self.features:
            feature: Node = {"image feature identifier": self.document.identifier("image feature"), "image feature name": label}
            source = {"data source identifier": name, "data source feature": "image feature"}
            feature["data source aggregate document"] = {"data source document": [source]}
            cell = wells.get(well)
            put(feature, "image feature result", quantity(cell.as_number() if cell else None, "(unitless)"))
            if cell and cell.text.casefold() == "nan":
                cell.ignore("NaN: the analysis has no result")
            found.append(feature)
        if found:
            put(node, "processed data/image feature aggregate document/image feature document", found)

    def _rest(self) -> dict[str, Scalar]:
        """What nothing has read, line by line under its section."""
        grid = self.grid
        grid.settle()
        found: Node = {}
        section = ""
        for row in range(len(grid.rows)):
            cells = grid.cells(row)
            if len(cells) == 1 and cells[0].handle % grid.width == 0:
                section = cells[0].text.rstrip(":")
            texts = [str(cell.keep()) for cell in cells if grid.fates[cell.handle] == UNREAD]
            if texts:
                label = f"{section} {texts[0].rstrip(':')}" if len(texts) > 1 else section
                put(found, CUSTOM, {label or "line": "\t".join(texts[1:] if len(texts) > 1 else texts)})
        return dict(found.get(CUSTOM, {}))
