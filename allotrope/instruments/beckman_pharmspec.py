"""Beckman Coulter HIAC PharmSpec: light-obscuration particle counts, runs by particle size, with their average, as a workbook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.aside import leave_out, set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.families.sections import Facts
from allotrope.instrument import Instrument
from allotrope.required import measured
from allotrope.signature import Signature, cell
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.record import Record
    from allotrope.source import Source

SIZE = "Particle Size(µm)"
QUANTITIES = {
    "particle size": (SIZE, "µm"),
    "cumulative count": ("Cumulative Count", "(unitless)"),
    "cumulative particle density": ("Cumulative Counts/mL", "Counts/mL"),
    "differential particle density": ("Differential Counts/mL", "Counts/mL"),
    "differential count": ("Differential Count", "(unitless)"),
}
"""What the schema requires of every particle size, with column and unit."""
AVERAGE = "Average"
NAMES = ("Probe", "Sample Name", "Operator Name")
"""What is called as it is written, be it a dash; elsewhere a dash stands for no entry."""

VERSION = re.compile(r"v(\d+(?:\.\d+){0,2})")
"""In a title: the version of the software."""


def read(source: Source) -> Document:
    """The facts above the table, the runs in it, and what stands below it."""
    first, *others = source.sheets().values()
    header = first.find_row(SIZE, "Cumulative Count")
    if header is None:
        raise source.damaged(f"sheet {first.name}", f"no row with {SIZE!r} and 'Cumulative Count'", "a PharmSpec summary")
    document = source.document()
    leave_out(document, others, "a sheet after the summary")
    group = document.group()
    facts = _facts(document, group, first, header)
    end = _end(first, header)
    runs = _runs(document, first, header, end)
    if not any(name != AVERAGE for name in runs):
        raise source.empty(f"row {header + 1}", "a table without runs", "at least one run")
    sizes: dict[float, list[str]] = {}
    shared = _shared(facts, first)
    shared["runs"] = shared["runs"] if shared["runs"] is not None else sum(name != AVERAGE for name in runs)
    for name in sorted(runs, key=lambda name: (number(name) is None, number(name) or 0, name)):
        if name != AVERAGE:
            _run(document, group, name, runs[name], shared, sizes)
    for record in runs.get(AVERAGE, []):
        _average(document, record, sizes)
    put(group.document, "analyst", facts.text("Operator Name"))
    put(group.node, "data processing time", shared["time"])
    put(group.node, CUSTOM, facts.rest())
    _footer(group, first, end)
    return document


def _facts(document: Document, group: Group, grid: Grid, header: int) -> Facts:
    """`label, :, value` or `label, : value`, two of them in a row; a line with one cell is a title, one with the version."""
    facts = Facts()
    lines = [grid.cells(row) for row in range(header)]
    joined = any(re.match(r":\s*[^\s:]", found.text) for cells in lines for found in cells)
    versions = [version for cells in lines if len(cells) == 1 and (version := VERSION.search(cells[0].text))]
    if versions:
        document.system["software version"] = versions[-1][1]
        put(document.system, CUSTOM, {"title": versions[-1].string})
    for cells in lines:
        if len(cells) == 1 and versions and cells[0].text == versions[-1].string:
            cells[0].mapped()
            continue
        while cells:
            label, *cells = cells
            column = label.handle % grid.width
            used = [label]
            while cells and len(used) < 3 and cells[0].handle % grid.width == column + len(used):
                if joined and not cells[0].text.startswith(":"):
                    break
                used.append(cells.pop(0))
                if used[-1].text != ":":
                    break
            if len(used) == 1 and not joined and cells and cells[0].handle % grid.width == column + 2:
                used.append(cells.pop(0))  # the colon between them is lost
            value = used[-1].value if len(used) > 1 else label.value
            text = re.sub(r"^:\s*", "", value) if isinstance(value, str) else value
            if len(used) == 1:
                put(group.node, CUSTOM, {label.where: label.keep()})
            elif text in ("", ":") or (text == "-" and label.text not in NAMES):
                for found in used:
                    found.ignore("no entry")
            else:
                facts.add(label.text, text, used)
    return facts


def _end(grid: Grid, header: int) -> int:
    """The first row below the table: the one after the last particle size with a count or a density."""
    rows = range(header + 1, len(grid.rows))
    counted = [row for row in rows if any(grid.at(row, column).number is not None for column in range(2, grid.width))]
    return max((row for row in counted if grid.at(row, 1).number is not None), default=header) + 1


def _runs(document: Document, grid: Grid, header: int, end: int) -> dict[str, list[Record]]:
    """The rows with a particle size, by run; the name of the run stands in its first row, or in a row of its own."""
    runs: dict[str, list[Record]] = {}
    name = "Run"
    for record in grid.table(header, last=end).records():
        name = record.text("Run No.") or name
        if record.peek_number(SIZE) is not None:
            runs.setdefault(name, []).append(record)
        else:
            set_aside(document, record, "the row has no particle size")
    return runs


def _shared(facts: Facts, grid: Grid) -> dict[str, Any]:
    """What holds for every run."""
    locale = grid.locale
    return {
        "time": facts.time(locale, "Sample Date"),
        "sample": facts.text("Probe", "Sample Name"),
        "batch": facts.text("Batch-Nr"),
        "model": facts.text("Sensor Model"),
        "serial": facts.text("Sensor Serial Number"),
        "view": facts.number(locale, "View Volume", "View Volume (%)"),
        "volume": facts.number(locale, "Sample Volume (mL)"),
        "runs": facts.number(locale, "No Of Runs"),
        "dilution": facts.number(locale, "Dilution Factor"),
        "custom": {
            name: facts.text(label)
            for name, label in {"Ro-Nr": "Ro-Nr", "observation 1": "Bemerkungen 1", "observation 2": "Bemerkungen 2"}.items()
        },
    }


def _run(
    document: Document, group: Group, name: str, records: list[Record], shared: dict[str, Any], sizes: dict[float, list[str]]
) -> None:
    """One run: its distribution, size by size."""
    document.device["equipment serial number"] = shared["serial"]
    node = group.measurement({"device control/device type": "solution-analyzer", "measurement identifier": name})
    put(node, "measurement time", shared["time"])
    put(node, "sample document/sample identifier", shared["sample"])
    put(node, f"sample document/{CUSTOM}", {"batch identifier": shared["batch"]} if shared["batch"] else {})
    measured(document, node, "device control/flush volume setting", None, "mL")
    measured(document, node, "device control/detector view volume", shared["view"], "mL")
    put(node, "device control/repetition setting", int(shared["runs"]))
    measured(document, node, "device control/sample volume setting", shared["volume"], "mL")
    put(node, f"device control/{CUSTOM}", {"model number": shared["model"]} if shared["model"] else {})
    measured(document, node, "processed data/data processing document/dilution factor setting", shared["dilution"], "(unitless)")
    documents = [_size(document, node, record, sizes) for record in records]
    put(node, "processed data/distribution aggregate document/distribution document", documents)
    put(node, CUSTOM, {key: value for key, value in shared["custom"].items() if value is not None})


def _size(document: Document, node: Node, record: Record, sizes: dict[float, list[str]]) -> Node:
    """The counts of one particle size; a missing one is an error of the measurement."""
    identifier = document.identifier("distribution")
    size: Node = {"distribution identifier": identifier}
    sizes.setdefault(float(record.peek_number(SIZE) or 0), []).append(identifier)
    for key, (label, unit) in QUANTITIES.items():
        value = record.number(label)
        measured(document, size, key, value, unit)
        if value is None:
            add_error(node, f"no value for {label}", f"{key} - {identifier}")
    put(size, CUSTOM, record.rest())
    return size


def _average(document: Document, record: Record, sizes: dict[float, list[str]]) -> None:
    """The average of the runs at one particle size."""
    sources = sizes.get(float(record.peek_number(SIZE) or 0), [])
    if sources:
        for key, (label, unit) in QUANTITIES.items():
            name = f"{AVERAGE}_{key}".lower().replace(" ", "_")
            document.calculated.add(name, record.number(label), unit, [(identifier, key) for identifier in sources])
    set_aside(document, record, "no run has this particle size, or the column is unknown")


def _footer(group: Group, grid: Grid, start: int) -> None:
    """Approval and pass criteria, as written; lines to sign on are left out."""
    for row in range(start, len(grid.rows)):
        for found in grid.cells(row):
            if re.fullmatch(r"(Approver)?[_\s:]*", found.text):
                found.ignore("line for a signature")
            else:
                put(group.node, CUSTOM, {found.where: found.keep()})


INSTRUMENT = Instrument(
    name="beckman_pharmspec",
    vendor="Beckman Coulter",
    product="HIAC PharmSpec",
    manifest="solution-analyzer/REC/2024/09/solution-analyzer",
    signature=Signature(("workbook",), all=(cell(r"^Particle Size\s*\("), cell(r"^Cumulative Count"))),
    read=read,
    system={"software name": "PharmSpec"},
    export="In PharmSpec open the summary report of a sample and export it to Excel.",
    not_covered="Approval and pass criteria are kept as custom information.",
)
