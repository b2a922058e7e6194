"""Reports of Beckman Coulter (Labcyte) Echo software: run facts, sections of transfers under `[TITLE]` rows, instrument facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.field import Field, as_time, measurements
from allotrope.record import Record, index_labels
from allotrope.values import moment, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.source import Source
    from allotrope.values import Locale

DEVICE = {"product manufacturer": "Beckman Coulter"}
CONSTANTS = {"device control/device type": "liquid handler"}
CONTROL = "device control/custom information document"
SECTION = re.compile(r"^\[.+\]$")
MINUTES = re.compile(r"^(\d{1,2}):(\d{1,2}[.,]\d+)$")
"""An hour and minutes with decimals, which is what a spreadsheet leaves of a time of day when it rewrites the report."""


def microlitres(value: Any, locale: Locale) -> float | None:
    """Nanolitres, in which Echo reports transfers, as microlitres."""
    found = number(value, locale.decimal)
    return None if found is None else found / 1000


FIELDS = (
    Field("Sample ID", "sample document/sample identifier"),
    Field("Source Plate Barcode", "sample document/source well plate identifier"),
    Field("Source Well", "sample document/source well location identifier", required=True),
    Field("Source Plate Name", "sample document/source location identifier"),
    Field("Destination Plate Barcode", "sample document/destination well plate identifier"),
    Field("Destination Well", "sample document/destination well location identifier"),
    Field("Destination Plate Name", "sample document/destination location identifier"),
    Field("Actual Volume", "transfer volume", unit="μL", read=microlitres),
    Field("Transfer Volume", "device control/injection volume setting", unit="μL", read=microlitres),
    Field("Source Plate Type", f"{CONTROL}/source labware name"),
    Field("Destination Plate Type", f"{CONTROL}/destination labware name"),
    Field("Transfer Status", f"{CONTROL}/transfer status"),
    *(
        Field(label, CONTROL)
        for label in ("Sample Name", "Current Fluid Volume", "Fluid Composition", "Fluid Units", "Fluid Type")
    ),
)


def report(source: Source, run_facts: Sequence[str], control_facts: Sequence[str]) -> Document:
    """The document of a report; the facts named in `run_facts` stand with the run, the other unread ones with the document.

    The columns named in `control_facts` say how a transfer was done; the others that no field names stand with the measurement.
    """
    grid = source.grid()
    titles = [row for row in range(len(grid.rows)) if SECTION.match(grid.text(row))]
    if not titles:
        raise source.damaged("the sections", "no row such as [DETAILS]", "a report with at least one section of transfers")
    following = [*titles[1:], len(grid.rows)]
    ends = [_end(grid, title, last) for title, last in zip(titles, following, strict=True)]
    facts = _facts(grid, [*range(titles[0]), *range(ends[-1], len(grid.rows))])
    document = source.document()
    group = document.group()
    clock = Clock(source, facts.peek("Run Date/Time"))
    controls = (Field(label, CONTROL) for label in control_facts)
    rules = (Field("Date Time Point", "measurement time", read=clock.read), *FIELDS, *controls)
    for title, end in zip(titles, ends, strict=True):
        grid.structure(title)
        header = next((row for row in range(title + 1, end) if not grid.blank(row)), None)
        if header is not None:
            table = grid.table(header, last=end)
            for _, node in measurements(document, table, rules, constants=CONSTANTS, within=group):
                _finish(node)
    if not group.measurements:
        raise source.empty(f"line {grid.line(titles[0])}", "sections without rows", "at least one transfer")
    clock.warn()
    _place(facts, document, group, run_facts)
    return document


def _end(grid: Grid, title: int, last: int) -> int:
    """The row after a section: after its last row of more than a label and a value, before the facts of the instrument."""
    facts = (row for row in range(title + 1, last) if grid.blank(row - 1) and grid.text(row).startswith("Instrument "))
    last = next(facts, last)
    return max(
        (row + 1 for row in range(title + 1, last) if len(grid.cells(row)) > 2), default=min(grid.until_blank(title), last)
    )


class Clock:
    """Reads times of transfers; one without a date gets the date of the run."""

    def __init__(self, source: Source, run: str) -> None:
        self.source = source
        self.run = run
        self.odd = ""

    def read(self, value: Any, locale: Locale) -> str | None:
        """The time in ISO 8601."""
        found = as_time(value, locale)
        day = moment(self.run, locale)
        if found is not None or day is None or not isinstance(value, str):
            return found
        minutes = MINUTES.match(value.strip())
        if not minutes:
            return moment(f"{day[:10]} {value.strip()}", locale) if re.match(r"\d{1,2}:\d{2}", value.strip()) else None
        seconds = round(float(minutes[2].replace(",", ".")) * 60)
        self.odd = min(self.odd or value.strip(), value.strip())
        return moment(f"{day[:10]} {int(minutes[1]):02}:{seconds // 60:02}:{seconds % 60:02}", locale)

    def warn(self) -> None:
        """Say that times were rewritten by a spreadsheet."""
        if self.odd:
            message = f"times such as {self.odd!r} were cut by a spreadsheet: read as hour and decimal minutes of the run's date"
            self.source.find("time-cut", message, "column 'Date Time Point'", "warning")


def _facts(grid: Grid, rows: list[int]) -> Record:
    record = grid.pairs(rows)
    labels = ((label.strip(" *"), handle) for handle, label in record.index.values())
    return Record(grid, index_labels(labels))


def _finish(node: Node) -> None:
    """What follows from the cells of a row: the aspirated volume, the intended one, the error that a status states."""
    if "transfer volume" in node:
        node["aspiration volume"] = dict(node["transfer volume"])
    control = node["device control aggregate document"]["device control document"][0]
    custom = control.get(CUSTOM, {})
    if "injection volume setting" in control:
        put(control, CUSTOM, {"intended transfer volume": control["injection volume setting"]["value"]})
    status = custom.get("transfer status")
    if status:
        add_error(node, status, status.partition(": ")[0])


def _place(facts: Record, document: Document, group: Group, run_facts: Sequence[str]) -> None:
    document.system["software name"] = facts.text("Application Name")
    document.system["software version"] = facts.text("Application Version")
    document.device["model number"] = facts.text("Instrument Model")
    document.device["equipment serial number"] = facts.text("Instrument Serial Number")
    put(document.device, CUSTOM, facts.keep("Instrument Software Version", "Instrument Name"))
    put(group.document, "analyst", facts.text("User Name"))
    put(group.node, "analytical method identifier", facts.text("Protocol Name"))
    put(group.node, "experimental data identifier", facts.text("Run ID"))
    put(group.node, CUSTOM, facts.keep(*run_facts))
    put(document.aggregate, CUSTOM, facts.rest())
