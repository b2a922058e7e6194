"""BMG LABTECH SMART Control: end-point fluorescence, a workbook with protocol, a table with a column a well, and plate views."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from allotrope.aside import leave_out, rows_as_text, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.errors import Unsupported
from allotrope.families.phrases import COLON, Phrases
from allotrope.field import Field, apply
from allotrope.instrument import Instrument
from allotrope.labels import fold
from allotrope.record import Record, index_labels
from allotrope.signature import Signature, sheet
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.source import Source

PROTOCOL, TABLE, PLATE = "protocol information", "table end point", "microplate end point"
ROLES = {"Blank": "blank role", "Standard": "standard sample role", "Sample": "sample role"}
BLANK = "Average of all blanks used"
CONTROL = f"device control/{CUSTOM}"
SETTINGS = (
    Field("Target temperature [°C]", "compartment temperature", unit="degC"),
    Field("Focal height [mm]", "device control/detector distance setting (plate reader)", unit="mm"),
    Field("No. of flashes per well", "device control/number of averages", unit="#"),
    Field("Gain obtained by", "device control/detector gain setting"),
    Field("Microplate name", f"sample document/{CUSTOM}/container identifier"),
    Field("Settling time [s]", f"{CUSTOM}/settling time setting", unit="s"),
    Field("Reading direction", f"{CONTROL}/reading direction setting"),
    Field("Dichroic filter", f"{CONTROL}/dichroic filter setting"),
    Field("Presetname", f"{CONTROL}/optic preset name"),
    Field("Spoon type", f"{CONTROL}/spoon type"),
    Field("Well used for focus adjustment", f"{CONTROL}/well used for focus adjustment"),
    Field("Focal height obtained by", f"{CONTROL}/focal height obtained by"),
    Field("Target concentration O2 [%]", CONTROL),
    Field("Target concentration CO2 [%]", CONTROL),
    Field("Injection needle holder type", CONTROL),
)
WELL = (
    Field("Content", "sample document/sample identifier"),
    Field("Well", "sample document/location identifier"),
)


def read(source: Source) -> Document:
    """Protocol, then a group for every well of the table; the plate views repeat it, one of them names the blank."""
    sheets = {fold(name): grid for name, grid in source.sheets().items()}
    missing = [name for name in (PROTOCOL, TABLE) if name not in sheets]
    if missing:
        raise source.damaged("the sheets", ", ".join(sheets), " and ".join(missing))
    table = sheets[TABLE]
    first = next((row for row in range(len(table.rows)) if table.text(row) == "Well"), None)
    if first is None:
        raise source.damaged(table.name, "no row 'Well'", "the table of wells")
    document = source.document()
    protocol = Protocol(document, sheets[PROTOCOL])
    blank = average_of_blanks(sheets.get(PLATE))
    wells: list[tuple[Node, Record]] = []
    for record in records(table, first):
        if record.peek("Well"):
            measure(document, protocol, record, wells)
    if not wells:
        raise source.empty(table.name, "a table without values", "at least one well")
    calculate(document, wells, blank)
    for node, record in wells:
        put(node, CUSTOM, record.rest())
    views = [grid for name, grid in sheets.items() if name not in (PROTOCOL, TABLE)]
    leave_out(document, views, "a view of values that the table of wells holds")
    said = {text for row in range(len(sheets[PROTOCOL].rows)) for text in sheets[PROTOCOL].texts(row)}
    for row in range(first):
        for cell in table.cells(row):
            if cell.text in said:
                cell.ignore("repeats the protocol")
    put(document.aggregate, CUSTOM, rows_as_text(table, range(first), table.name))
    return document


class Protocol:
    """The facts of the run (`label: value`) and the settings of the protocol (two columns), laid out for every measurement."""

    def __init__(self, document: Document, grid: Grid) -> None:
        self.document = document
        start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith("Basic settings")), len(grid.rows))
        facts = Phrases((cell for row in range(start) for cell in grid.cells(row)), COLON)
        self.settings = grid.pairs([row for row in range(start, len(grid.rows)) if grid.text(row, 1)])
        put(document.system, CUSTOM, facts.keep("Path"))
        self.analyst = facts.text("User")
        self.group = {
            "measurement time": facts.joined_time("Date", "Time"),
            "experimental data identifier": facts.text("ID1"),
            "experiment type": facts.text("Test Name"),
            CUSTOM: facts.keep("Test ID"),
        }
        self.plate = facts.text("ID3")
        self.node: Node = {}
        self._settings(grid)
        put(document.aggregate, CUSTOM, facts.rest())
        titles = [cell for row in range(start, len(grid.rows)) for cell in grid.cells(row) if not grid.text(row, 1)]
        flags = {cell.text: True for cell in titles if not cell.text.endswith("settings")}
        for cell in [*titles, *facts.others]:
            cell.mapped()
        put(self.node, CONTROL, flags)

    def _settings(self, grid: Grid) -> None:
        settings, node = self.settings, self.node
        mode = settings.text("Measurement type") or ""
        self.excitation, self.emission = settings.text("Excitation") or "", settings.text("Emission") or ""
        if not mode.startswith("Fluorescence"):
            file, where = self.document.source.name, f"{grid.name} 'Measurement type'"
            raise Unsupported(file=file, where=where, found=repr(mode), expected="Fluorescence (FI)")
        count = number(settings.peek("Microplate name").rpartition(" ")[2])
        self.group |= {"plate well count": quantity(count, "#"), "container type": "well plate"}
        put(node, "device control/device type", "fluorescence detector")
        put(node, "device control/detection type", "fluorescence")
        optic = "bottom" if grid.find("Top optic used") is None else "top"
        put(node, "device control/scan position setting (plate reader)", f"{optic} scan position (plate reader)")
        for text, side in ((self.emission, "detector"), (self.excitation, "excitation")):
            parts = re.fullmatch(r"(\d+(?:[.,]\d+)?)(?:-(\d+(?:[.,]\d+)?))?", text.strip())
            for value, what in zip(parts.groups() if parts else (), ("wavelength", "bandwidth"), strict=False):
                nanometres = None if value is None else float(value.replace(",", "."))
                put(node, f"device control/{side} {what} setting", nanometres, "nm")
        apply(SETTINGS, settings, node)
        self.settle = node.pop(CUSTOM, {})
        put(node, CONTROL, self.settle)
        put(node, CUSTOM, settings.rest())


def records(grid: Grid, first: int) -> list[Record]:
    """One record a column: labels stand in the first column."""
    labels = [(grid.text(row), row * grid.width) for row in range(first, len(grid.rows)) if grid.text(row)]
    index = index_labels(labels)
    for offset, _ in index.values():
        grid.cell(offset).mapped()
    return [Record(grid, index, column) for column in range(1, grid.width)]


def average_of_blanks(grid: Grid | None) -> float | None:
    """The unrounded average, which a plate view states as `Blank     32880.333`."""
    for row in range(len(grid.rows)) if grid else ():
        for cell in grid.cells(row) if grid else ():
            found = re.match(r"^Blank\s+([\d.,]+)$", cell.text)
            value = number(found[1], cell.store.locale.decimal) if found else None
            if value is not None:
                cell.mapped()
                return value
    return None


def measure(document: Document, protocol: Protocol, record: Record, wells: list[tuple[Node, Record]]) -> None:
    """One well."""
    value = record.number(f"Raw Data ({protocol.excitation}/{protocol.emission})")
    if value is None:
        set_aside(document, record, "no fluorescence")
        return
    group: Group = document.group()
    put(group.document, "analyst", protocol.analyst)
    for key, fact in protocol.group.items():
        put(group.node, key, fact)
    node = group.measurement()
    node |= deepcopy(protocol.node)
    apply(WELL, record, node)
    sample = node["sample document"]
    put(node, "sample document/sample role type", ROLES.get(str(sample.get("sample identifier", "")).partition(" ")[0]))
    put(node, "sample document/well plate identifier", protocol.plate)
    concentration = record.number("Standard Concentrations [ng/mL]")
    put(node, "sample document/mass concentration", None if concentration is None else concentration * 1000, "pg/mL")
    dilution = quantity(record.number("Dilutions"), "(unitless)")
    put(node, f"sample document/{CUSTOM}", {"dilution factor setting": dilution} if dilution else {})
    put(node, "fluorescence", value, "RFU")
    wells.append((node, record))


def calculate(document: Document, wells: list[tuple[Node, Record]], blank: float | None) -> None:
    """The average of the blanks, and every corrected value, which stands on it where the table has blanks."""
    blanks = [(node, "fluorescence") for node, _ in wells if node["sample document"].get("sample role type") == ROLES["Blank"]]
    average = document.calculated.add(BLANK, blank, "RFU", blanks)
    for node, record in wells:
        for cell in record:
            if cell and cell.label.startswith("Blank corrected based on"):
                sources: list[tuple[Node | str, str]] = [(node, "fluorescence")]
                if average:
                    sources.append((average, BLANK))
                document.calculated.add(cell.label, cell.as_number(), "RFU", sources)


INSTRUMENT = Instrument(
    name="bmg_labtech_smart_control",
    vendor="BMG LABTECH",
    product="SMART Control",
    manifest="plate-reader/REC/2024/06/plate-reader",
    signature=Signature(("workbook",), all=(sheet("^Protocol Information$"), sheet("^(Microplate|Table) End ?point$"))),
    read=read,
    device={"product manufacturer": "BMG LABTECH"},
    system={"software name": "SMART Control"},
    export="In the data analysis of SMART Control export an end-point run to Excel with protocol, table and plate view.",
    not_covered="Absorbance, luminescence and kinetic runs.",
)
