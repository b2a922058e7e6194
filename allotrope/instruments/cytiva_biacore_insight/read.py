"""Biacore Insight: the sheets of an export to a document, channel by channel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, put, quantity
from allotrope.instruments.cytiva_biacore_insight.evaluation import concentrations, key, models, processed, processing
from allotrope.instruments.cytiva_biacore_insight.properties import Properties, read_properties
from allotrope.record import MAPPED, UNREAD

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.record import Cell, Record
    from allotrope.source import Source

SOLUTION = re.compile(r"((?:Analyte|Regeneration|Capture) \d+) (Solution|Plate id|Position|Control type)$")
SETTING = re.compile(r"((?:Analyte|Regeneration|Capture) \d+ (?:Contact time|Dissociation time|Flow rate)) \((.+)\)$")
AMOUNT = re.compile(r"(Analyte \d+ (?:Concentration|Molecular weight)) \((.+)\)$")
UNITS = {
    "s": "s",
    "µl/min": "µL/min",
    "μl/min": "µL/min",
    "nM": "nM",
    "µM": "μM",
    "μM": "μM",
    "µg/ml": "ug/mL",
    "μg/ml": "ug/mL",
    "Da": "Da",
}
CALCULATED = (
    ("LRSD", "LRSD", "(unitless)"),
    ("Slope (RU/s)", "Slope", "RU/s"),
    ("Standard deviation", "Standard deviation", "(unitless)"),
)


def read(source: Source) -> Document:
    """The properties, then the report points by cycle and by channel (or flow cell, where channels are not told apart)."""
    sheets = source.sheets()
    if "Properties" not in sheets or "Report point table" not in sheets:
        raise source.damaged("the workbook", f"the sheets {', '.join(sheets)}", "the sheets Properties and Report point table")
    facts = read_properties(source, sheets["Properties"])
    grid = sheets["Report point table"]
    header = grid.find("Run")
    if header is None:
        raise source.damaged(grid.name, "no header that starts with Run", "a table of report points")
    table = grid.table(header)
    by = "Channel" if "Channel" in table else "Flow cell"
    cycles: dict[float, dict[str, list[Record]]] = {}
    for record in table.records(lambda row: bool(row.peek("Cycle") and row.peek(by))):
        cycle = record.number("Cycle")
        if cycle is not None:
            cycles.setdefault(cycle, {}).setdefault(record.peek(by), []).append(record)
    if not cycles:
        raise source.empty(f"{grid.name}!A{header + 1}", "a header without rows", "at least one report point")
    document = source.document()
    describe(document, facts)
    known = {"models": models(sheets), "concentrations": concentrations(sheets), "processing": processing(sheets)}
    for cycle in sorted(cycles):
        group = document.group()
        describe_run(group, facts)
        for place in sorted(
            cycles[cycle], key=lambda name: (0, float(name), "") if by == "Channel" and name.isdigit() else (1, 0.0, name)
        ):
            measure(group, facts, known, cycles[cycle][place], by)
    for other in sheets.values():
        put(document.aggregate, CUSTOM, other.keep_rows())
    return document


def describe(document: Document, facts: Properties) -> None:
    """Device, data system and file, as the properties name them."""
    document.system["software name"] = facts.software.text("Name")
    document.system["software version"] = facts.software.text("Version")
    name, path = facts.evaluation.text("Name"), facts.evaluation.text("Path")
    document.system |= {key: value for key, value in (("file name", name), ("UNC path", path)) if value}
    document.device["model number"] = facts.run.text("Instrument type")
    document.device["equipment serial number"] = facts.run.text("Instrument id")


def describe_run(group: Group, facts: Properties) -> None:
    """Who ran which method when."""
    put(group.document, "analyst", facts.evaluation.text("Modified by"))
    node = group.node
    put(node, "measurement time", facts.run.time("Start"))
    put(node, "analytical method identifier", facts.evaluation.text("Name"))
    put(node, "compartment temperature", facts.compartment_temperature, "degC")
    put(node, f"{CUSTOM}/number of cycles", facts.run.number("Cycles"), "#")
    put(node, f"{CUSTOM}/data collection rate", facts.run.number("Data collection rate"), "Hz")
    for label, name in (("Running buffer", "running buffer"), ("End", "measurement end time")):
        cell = facts.run.cell(label)
        put(node, f"{CUSTOM}/{name}", cell.keep() if cell else None)


def measure(group: Group, facts: Properties, known: dict[str, Any], records: list[Record], by: str) -> None:
    """One measurement: the report points of a channel (or flow cell) in one cycle."""
    first = records[0]
    node = group.measurement()
    place = first.peek(by)
    node["sample document"] = {"sample identifier": f"Run{first.text('Run')}_Cycle{first.text('Cycle')}"}
    cells: dict[str, list[Record]] = {}
    for record in records:
        cells.setdefault(record.peek("Flow cell"), []).append(record)
    controls = [control(facts, name, place if by == "Channel" else None, cells[name]) for name in sorted(cells)]
    node["device control aggregate document"] = {"device control document": controls}
    node["detection type"] = "Surface Plasmon Resonance"
    last = facts.flow_cell(max(cells), place if by == "Channel" else None)
    put(node, "ligand identifier", last["Ligand"].as_text() if "Ligand" in last else None)
    put(node, "method name", facts.run.text("Method"))
    chip = {"sensor chip identifier": "Chip id", "sensor chip type": "Chip type", "lot number": "Lot number"}
    node["sensor chip document"] = {"product manufacturer": "Cytiva"} | {
        key: text for key, label in chip.items() if (text := facts.chip.text(label))
    }
    custom = sample_facts(records, by)
    analyte = first.peek("Single cycle kinetics 1 Solution", "Analyte 1 Solution")
    calculated = known["concentrations"].get((first.peek("Cycle"), first.peek("Flow cell"), analyte))
    amount = calculated.number("Calculated conc. (µg/ml)") if calculated is not None else None
    put(node, f"sample document/{CUSTOM}", custom)
    put(node, f"sample document/{CUSTOM}/Analyte 1 Calculated Concentration", amount, "ug/mL")
    capture = next((text for record in records if (text := record.peek("Capture 1 Solution"))), "")
    fitted = known["models"].get(key(place, capture, analyte), []) if analyte else []
    documents = [found for record in fitted for found in processed(record, known["processing"])]
    documents = documents or [{"data processing document": dict(known["processing"])} if known["processing"] else {}]
    points = [report_point(group.owner, record) for record in records]
    for found in documents:
        found["report point aggregate document"] = {"report point document": points}
    node["processed data aggregate document"] = {"processed data document": documents}
    repeated(records)


def control(facts: Properties, name: str, channel: str | None, records: list[Record]) -> Node:
    """The device control document of one flow cell."""
    first, row = records[0], facts.flow_cell(name, channel)
    for label in ("Flow cell", "Channel"):
        if label in row:
            row[label].mapped()
    node: Node = {"device type": "Binding Affinity Analyzer", "flow cell identifier": first.text("Flow cell")}
    put(node, "sample temperature setting", first.number("Temperature (°C)"), "degC")
    custom: dict[str, Any] = {}
    for cell in first:
        setting = SETTING.match(cell.label)
        if setting and cell:
            custom[setting[1]] = quantity(cell.as_number(), UNITS.get(setting[2], setting[2]))
    custom["Included"] = row["Included"].as_text() if "Included" in row else None
    custom["Sensorgram type"] = first.text("Sensorgram type") or (
        row["Sensorgram type"].as_text() if "Sensorgram type" in row else None
    )
    custom["Level"] = quantity(row["Level (RU)"].as_number(), "RU") if "Level (RU)" in row else None
    put(node, CUSTOM, {label: value for label, value in custom.items() if value is not None})
    return node


def sample_facts(records: list[Record], by: str) -> dict[str, Any]:
    """Solutions, positions and amounts of a channel: of a capture the first that is named, else those of the first row."""
    first = records[0]
    custom: dict[str, Any] = {
        "Run": first.number("Run"),
        "Cycle": first.number("Cycle"),
        "Channel": first.number(by) if by == "Channel" else first.text(by),
    }
    for cell in sorted(first, key=_gives_way):
        solution, amount = SOLUTION.match(cell.label), AMOUNT.match(cell.label)
        if solution and cell.label.startswith("Capture"):
            text = next((found for record in records if (found := record.text(cell.label))), None)
            custom[cell.label] = text
        elif solution:
            custom[cell.label] = cell.as_text()
        elif amount and cell:
            stated = quantity(cell.as_number(), UNITS.get(amount[2], amount[2]))
            custom[cell.label if custom.get(amount[1]) else amount[1]] = stated
    return {label: value for label, value in custom.items() if value is not None}


def _gives_way(cell: Cell) -> bool:
    """Whether an amount is in µM or another molar unit but nM: of two amounts the other has the plain label."""
    return cell.label.endswith("M)") and not cell.label.endswith("(nM)")


def report_point(document: Document, record: Record) -> Node:
    """One report point, with the statistics of its window as calculated data."""
    identifier = document.identifier("report point")
    node: Node = {"report point identifier": identifier}
    put(node, "identifier role", record.text("Name"))
    put(node, "absolute resonance", record.number("Absolute response (RU)"), "RU")
    put(node, "relative resonance", record.number("Relative response (RU)"), "RU")
    put(node, "time setting", record.number("Time (s)"), "s")
    custom = {
        "Step purpose": record.text("Step purpose"),
        "Window": quantity(record.number("Window (s)"), "s"),
        "Baseline": record.text("Baseline"),
    }
    put(node, CUSTOM, {label: value for label, value in custom.items() if value is not None})
    for label, name, unit in CALCULATED:
        document.calculated.add(name, record.number(label), unit, [(identifier, "Absolute Response")])
    return node


def repeated(records: list[Record]) -> None:
    """Cells that repeat, row by row, what the first row (of the channel or of its flow cell) says are mapped with it."""
    store = records[0].store
    said: dict[tuple[str, Any], bool] = {}
    for record in records:
        for cell in record:
            if store.fates[cell.handle] == MAPPED:
                said[cell.label, cell.value] = True
            elif store.fates[cell.handle] == UNREAD and (cell.label, cell.value) in said:
                cell.mapped()
