"""CTL ImmunoSpot: spot counts of ELISpot plates, a text with the facts of a count, plate tables side by side, and histograms."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from allotrope.aside import rows_as_text
from allotrope.cube import cube
from allotrope.custom import AGGREGATE, CUSTOM
from allotrope.envelope import put, quantity
from allotrope.families.phrase_facts import Facts
from allotrope.families.plate import well_count
from allotrope.instrument import Instrument
from allotrope.instruments.ctl_immunospot.tables import Table, heads, histogram, plates
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid
    from allotrope.instruments.ctl_immunospot.tables import Histogram
    from allotrope.record import Cell
    from allotrope.source import Source

PATH = re.compile(r"^(?:[A-Za-z]:\\|\\\\).*\.\w{2,4}$")
REVIEW = re.compile(r"^QC review last updated.*?\bon (.+?) by\b")
STATE = re.compile(r"^(.+? (?:was|were)) (\S.*)$")
PROCESSING = {"Min. SpotSize": "mm^2", "Max. SpotSize": "mm^2", "Spot Separation": "(unitless)"}
HISTOGRAM = "spot count histogram"


class CountFacts(Facts):
    """The lines above the tables: several `label: value` in a line, states such as `Fill Holes was Off`, and a bare path."""

    def __init__(self, grid: Grid, last: int) -> None:
        super().__init__()
        self.used: set[int] = set()
        for row in range(last):
            for cell, following in pairwise([*grid.cells(row), None]):
                if cell is not None and cell.handle not in self.used:
                    self._read(cell, following)

    def _read(self, cell: Cell, following: Cell | None) -> None:
        line = cell.text.strip(' "')
        if PATH.match(line):
            self.add("File path", line, [cell])
        elif ":" in line or REVIEW.match(line):
            for part in re.split("," if line.startswith("(") and line.endswith(")") else ";", line.strip("()")):
                self._part(part.strip(), cell, following)
        elif state := STATE.match(line):
            self.add(state[1], state[2], [cell])
        else:
            self.add(cell.where, line, [cell])

    def _part(self, part: str, cell: Cell, following: Cell | None) -> None:
        """One `label: value` of a line; the value may stand in the next cell. A review names its time and who did it."""
        label, _, value = part.partition(":")
        if review := REVIEW.match(part):
            self.add("Review Date", review[1], [cell])
        elif value.strip():
            self.add(label.strip(), value.strip(), [cell])
        elif following is not None and ":" not in following.text:
            self.add(label.strip(), following.text, [cell, following])
            self.used.add(following.handle)
        else:
            cell.ignore("label without a value")


def read(source: Source) -> Document:
    """Facts, then tables until the end; what stands between the tables explains them."""
    source.settle(re.sub(r"[ \t]+", "\t", source.probe.text), "\t")  # numbers stand between blanks
    grid = source.grid("\t", quoted=False)
    found = [row for row in range(len(grid.rows)) if heads(grid.cells(row))]
    if not found:
        raise source.damaged("the tables", "no row of column numbers 1, 2, 3 …", "at least one plate of counts")
    filled = [0, *(row for row in range(1, len(grid.rows)) if not grid.blank(row))]
    titles = [filled[max(bisect_left(filled, header) - 1, 0)] for header in found]
    first = next((row for row in range(found[0]) if "Unprocessed Data" in grid.texts(row)), titles[0])
    facts = CountFacts(grid, first)
    tables: list[Table] = []
    for header, title in zip(found, titles, strict=True):
        tables += plates(source, grid, header, grid.cells(title))
    spread = histogram(grid, found[0])
    odd = rows_as_text(grid, spread.rows, "Histogram")
    for row in range(first, len(grid.rows)):
        for cell in grid.cells(row):
            if not grid.fates[cell.handle]:
                cell.ignore("legend or rule of a table")
    if not tables or not tables[0].wells:
        raise source.empty(f"line {found[0] + 1}", "a table without values", "at least one well")
    document = place(source, facts, tables, plate_code(grid, titles[0]), spread)
    known = set(tables[0].places())
    for table in tables[1:]:
        beside = (table.wells | table.odd).items()
        put(document.aggregate, CUSTOM, {f"{table.name} {well}": value for well, value in beside if well not in known})
    put(document.aggregate, CUSTOM, odd)
    return document


def plate_code(grid: Grid, title: int) -> str | None:
    """The plate code that a title line states."""
    found = re.search(r"Plate Code = ([\w ]+)", " ".join(grid.texts(title)))
    return found[1].strip() or None if found else None


def place(source: Source, facts: Facts, tables: list[Table], code: str | None, spread: Histogram) -> Document:
    """One group with one measurement a well of the first table."""
    document, locale = source.document(), source.locale
    path = facts.text("File path") or ""
    device(document, facts, path)
    time = facts.time("Counted", locale) or facts.time("Review Date", locale)
    analyst, assay = facts.text("Authenticated user"), facts.keep("Assay")
    plate = code or path.rpartition("\\")[2].rpartition(".")[0]
    settings = {label: quantity(facts.number(label, locale, "Sq.mm"), unit) for label, unit in PROCESSING.items()}
    settings = {label: value for label, value in settings.items() if value is not None}
    custom = facts.keep()
    count = well_count(len(tables[0].rows) * len(tables[0].columns))
    for well in tables[0].places():
        group = document.group()
        put(group.document, "analyst", analyst)
        put(group.node, "measurement time", time)
        group.node |= {"plate well count": quantity(count, "#"), "container type": "well plate"}
        put(group.node, CUSTOM, assay)
        node = group.measurement({"device control/device type": "imager", "device control/detection type": "optical-imaging"})
        put(node, f"device control/{CUSTOM}", custom)
        node["sample document"] = {"sample identifier": f"{plate}_{well}" if plate else well, "location identifier": well}
        put(node, "sample document/well plate identifier", plate or None)
        processed(document, node, tables, well, settings)
        if well in spread.wells:
            distribution(node, spread.bins, *spread.wells[well])
    return document


def device(document: Document, facts: Facts, path: str) -> None:
    """Analyser, computer, software and file, as the facts name them."""
    serial = facts.text("Analyzer Serial number")
    version = re.sub(r"^ImmunoSpot\s+", "", facts.text("Software version") or "")
    document.system |= {"software version": version or None, "data system instance identifier": facts.text("Computer name")}
    if path:
        document.system |= {"file name": path.rpartition("\\")[2], "UNC path": path}
    document.device |= {"model number": (serial or "").partition("-")[0] or None, "equipment serial number": serial}


def processed(document: Document, node: Node, tables: list[Table], well: str, settings: Node) -> None:
    """Image features of a well: its value in every table."""
    part: Node = {"data processing document": dict(settings)} if settings else {}
    part["processed data identifier"] = document.identifier("processed data")
    features = [
        {"image feature identifier": document.identifier("image feature"), "image feature name": table.name}
        | {"image feature result": quantity(table.wells[well], "(unitless)")}
        for table in tables
        if well in table.wells
    ]
    if features:
        part["image feature aggregate document"] = {"image feature document": features}
    node["processed data aggregate document"] = {"processed data document": [part]}
    put(node, f"device control/{CUSTOM}", {table.name: table.odd[well] for table in tables if well in table.odd})


def distribution(node: Node, bins: list[int | float], total: float | None, counts: list[Any]) -> None:
    """The histogram of a well as a data cube in its custom information."""
    body = cube(HISTOGRAM, [("spot size", "(unitless)", bins)], [("spot count", "Number", counts)])
    node[AGGREGATE] = {CUSTOM: [{"datum label": HISTOGRAM, "data cube": body}]}
    if total is not None:
        put(node, f"device control/{CUSTOM}", {"spots in histogram": total})


INSTRUMENT = Instrument(
    name="ctl_immunospot",
    vendor="CTL (Cellular Technology Limited)",
    product="ImmunoSpot",
    manifest="plate-reader/BENCHLING/2023/09/plate-reader",
    signature=Signature(("text",), all=(text(r"^\W*Software version: ImmunoSpot\b"),)),
    read=read,
    device={"product manufacturer": "CTL"},
    system={"software name": "ImmunoSpot"},
    export="ImmunoSpot saves the counts of a plate as text beside its images; or save the Excel report as tab-delimited text.",
    not_covered="Codes such as -1 (not counted) stay the numbers they are; more than one histogram.",
)
