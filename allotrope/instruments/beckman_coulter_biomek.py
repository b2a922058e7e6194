"""Beckman Coulter Biomek: transfer and pipetting logs, with or without a header row, one row a transfer or a step of one."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.phrases import Phrases
from allotrope.field import Field, apply, as_time
from allotrope.instrument import Instrument
from allotrope.record import Record, index_labels
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.source import Source

CONTROL = "device control/custom information document"
MAKER = "Beckman Coulter"
FACT = r"^\s*(.+?)\s*=\s*(.*?)\s*$|^\s*(\D+?)\s+(\d.*?)\s*$"
"""`Logged in user = robolab`, `Started 08/15/2025 10:59:31`."""
STAMP = re.compile(r"^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[ T]+\d{1,2}:\d{2}")
PIPETTING = "Time Stamp|Pod|Transfer Step|Position|Labware Name|Labware Barcode|Well Index|Amount|Liquid Handling Technique"
UNIFIED_PIPETTING = (
    "Time Stamp|Pod|Transfer Step|Deck Position|Labware Name|Labware Barcode|Well Index|Sample Name|Probe|Amount|"
    "Liquid Handling Technique"
)
UNIFIED_TRANSFER = (
    "Time Stamp|Pod|Source Position|Source Labware Name|Source Labware Barcode|Source Well Index|Sample Name|"
    "Destination Position|Destination Labware Name|Destination Labware Barcode|Destination Well Index|Destination Sample Name|"
    "Probe|Amount"
)
HEAD = r"\A\W*(Method\s*=.*\n(.*\n){0,12}?.*Logged in user\s*=|Logged in user\s*=.*\n(.*\n){0,12}?.*head serial number\s*=)"
"""The facts above a log, which may begin without a method."""
TIME = Field("Time Stamp", "measurement time", read=as_time)
TRANSFER = (
    TIME,
    Field("Destination Sample Name", "sample document/sample identifier"),
    Field("Source Position", "sample document/source location identifier"),
    Field("Source Well Index", "sample document/source well location identifier"),
    Field("Source Labware Barcode", "sample document/source well plate identifier"),
    Field("Destination Position", "sample document/destination location identifier"),
    Field("Destination Well Index", "sample document/destination well location identifier"),
    Field("Destination Labware Barcode", "sample document/destination well plate identifier"),
    Field("Amount", "transfer volume", unit="μL"),
    Field("Source Labware Name", f"{CONTROL}/source labware name"),
    Field("Destination Labware Name", f"{CONTROL}/destination labware name"),
    Field("Probe", f"{CONTROL}/probe"),
    Field("Pod", f"{CONTROL}/pod"),
)
DISPENSE = (TIME, Field("Amount", "transfer volume", unit="μL"), Field("Probe", f"{CONTROL}/probe"))
ASPIRATE = (Field("Amount", "aspiration volume", unit="μL"), Field("Time Stamp", f"{CONTROL}/aspiration time"))


def side(name: str) -> tuple[Field, ...]:
    """Where the row of a step says which well of what labware it was, as source or as destination."""
    return (
        Field(("Deck Position", "Position"), f"sample document/{name} location identifier"),
        Field("Well Index", f"sample document/{name} well location identifier"),
        Field("Labware Barcode", f"sample document/{name} well plate identifier"),
        Field("Labware Name", f"{CONTROL}/{name} labware name"),
        Field("Liquid Handling Technique", f"{CONTROL}/{name} liquid handling technique"),
    )


def read(source: Source) -> Document:
    """Facts of the run, then transfers; without a header row the columns are known by their number."""
    grid = source.grid()
    header = next((row for row in range(len(grid.rows)) if any("Well Index" in label for label in grid.texts(row))), None)
    if header is None:
        rows = [row for row in range(len(grid.rows)) if STAMP.match(grid.text(row))]
        facts = [row for row in range(len(grid.rows)) if not STAMP.match(grid.text(row))]
        index = index_labels((label, column) for column, label in enumerate(columns(grid, rows)) if column < grid.width)
    else:
        rows, facts = [row for row in range(header + 1, len(grid.rows)) if not grid.blank(row)], list(range(header))
        index = grid.table(header).index
    if not rows:
        raise source.empty("the log", "no row that starts with a time", "at least one transfer")
    document = source.document()
    group = document.group()
    records = (Record(grid, index, row * grid.width) for row in rows)
    if "transfer step" in index:
        steps(source, group, records)
    else:
        for record in records:
            transfer(group.measurement({"device control/device type": "liquid handler"}), record)
    place(document, group, Phrases((cell for row in facts for cell in grid.cells(row)), FACT))
    return document


def columns(grid: Grid, rows: list[int]) -> list[str]:
    """The labels of a log without a header row: with steps in the third column a pipetting log, else a transfer log."""
    if not rows or grid.text(rows[0], 2) not in ("Aspirate", "Dispense"):
        return UNIFIED_TRANSFER.split("|")
    return (PIPETTING if len(grid.rows[rows[0]]) <= 9 else UNIFIED_PIPETTING).split("|")


def transfer(node: Node, record: Record) -> None:
    """One row that holds a whole transfer."""
    apply(TRANSFER, record, node)
    if "transfer volume" in node:
        node["aspiration volume"] = dict(node["transfer volume"])
    put(node, CONTROL, record.rest())


def steps(source: Source, group: Group, records: Iterator[Record]) -> None:
    """Rows that are single steps: a dispense belongs to the oldest open aspiration of its probe (of all, if none is named)."""
    open_steps: dict[str, deque[Record]] = {}
    odd: list[str] = []
    for record in records:
        step, cell = record.peek("Transfer Step").casefold(), record.cell("Transfer Step")
        if step not in ("aspirate", "dispense") or cell is None:
            odd.append(next(iter(record)).where)
            put(group.node, CUSTOM, record.rest())
            continue
        waiting = open_steps.setdefault(record.peek("Probe"), deque())
        cell.mapped()
        if step == "aspirate":
            waiting.append(record)
            continue
        node = group.measurement({"device control/device type": "liquid handler"})
        if waiting:
            aspirated(node, waiting.popleft())
        else:
            odd.append(cell.where)
        apply((*DISPENSE, *side("destination")), record, node)
        finish(node, record)
    for record in sorted((record for waiting in open_steps.values() for record in waiting), key=lambda record: record.base):
        odd.append(next(iter(record)).where)
        put(group.node, CUSTOM, record.rest())
    if odd:
        message = f"{len(odd)} steps have no counterpart; such a dispense stands alone, the cells of such an aspiration are kept"
        source.find("unpaired-step", message, odd[0], "warning")


def aspirated(node: Node, record: Record) -> None:
    """The source's part of a transfer."""
    apply((*ASPIRATE, *side("source"), Field("Pod", f"{CONTROL}/pod")), record, node)
    for label in ("Probe", "Time Stamp"):
        cell = record.cell(label)
        if cell:
            cell.mapped()


def finish(node: Node, record: Record) -> None:
    """Keep what is left of a step's row."""
    pod = record.cell("Pod")
    if pod and pod.text == node["device control aggregate document"]["device control document"][0].get(CUSTOM, {}).get("pod"):
        pod.mapped()
    put(node, CONTROL, record.rest())


def place(document: Document, group: Group, facts: Phrases) -> None:
    """The facts of the run, and one device document for every pod with a head."""
    put(group.document, "analyst", facts.text("Logged in user"))
    put(group.node, "analytical method identifier", facts.text("Method"))
    document.device["equipment serial number"] = facts.text("Unit serial number")
    put(group.node, CUSTOM, facts.keep("Started"))
    heads = []
    for cell in list(facts):
        if "head serial number" in cell.label and cell.text.casefold() != "none":
            name, serial = cell.label.split()[0], cell.as_text()
            head = {"device type": "liquid handler probe head", "device identifier": name, "equipment serial number": serial}
            heads.append(head | {"product manufacturer": MAKER})
    if heads:
        document.device["device document"] = heads
    put(document.aggregate, CUSTOM, facts.rest() | {cell.where.removesuffix(" field 1"): cell.keep() for cell in facts.others})


INSTRUMENT = Instrument(
    name="beckman_coulter_biomek",
    vendor=MAKER,
    product="Biomek i-Series (Biomek Software)",
    manifest="liquid-handler/BENCHLING/2024/11/liquid-handler",
    signature=Signature(("text",), any=(text(HEAD), text(r"\A(?=.*\bPod\b).*\bWell Index\b"))),
    read=read,
    device={"product manufacturer": MAKER},
    system={"software name": "BioMek Software"},
    export="In Biomek Software switch on the Unified Transfer, Unified Pipetting or Pipetting log; see the folder of logs.",
    not_covered="Error and gripper logs.",
)
