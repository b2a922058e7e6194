"""Biacore T200: streams of a run file to a document, cycle by cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.cube import cube
from allotrope.envelope import CUSTOM, put, quantity
from allotrope.instruments.cytiva_biacore_t200_control.run import Curve, Facts, Template, curves, read_template, report_points
from allotrope.instruments.cytiva_biacore_t200_control.samples import Sample, samples

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.record import Record
    from allotrope.source import Source

CALCULATED = (
    ("Min", "Min Resonance", "RU"),
    ("Max", "Max Resonance", "RU"),
    ("LRSD", "LRSD", "(unitless)"),
    ("Slope", "Slope", "RU/s"),
    ("SD", "SD", "(unitless)"),
)
POINT = (
    *(("DiodeRow", "diode row"), ("Quality", "quality"), ("Baseline", "baseline")),
    *(("AssayStep", "assay step"), ("AssayStepPurpose", "assay step purpose"), ("Buffer", "buffer")),
)
IN_FLOW_CELL = frozenset(("MethodName", "Ligand", "DetectionText", "Flow", "ContactTime", "DilutePercent"))
"""Values of a flow cell that have a place of their own in a measurement."""
SYSTEM = ("IFCType", "OSType", "OSVersion")
DEVICE = (
    "SystemControllerId",
    "DegasserWorkingTime",
    "DegasserErrors",
    "VacuumUnitWorkingTime",
    "VacuumUnitIdleTime",
    "VacuumUnitErrors",
)
CHIP = (
    ("IFC", "ifc identifier"),
    ("LastModTime", "last modified time"),
    ("LastUseTime", "last use time"),
    ("FirstDockDate", "first dock date"),
)


def read(source: Source) -> Document:
    """Facts of system and chip, then the sensorgrams cycle by cycle, each flow cell with its report points."""
    streams = source.streams()
    environment, chip = Facts(streams.get("Environment")), Facts(streams.get("Chip"))
    if not environment.cells:
        raise source.damaged("the stream Environment", "no facts", "the facts of a Biacore run")
    template = read_template(source, streams.get("AppData/ApplicationTemplate"))
    points = report_points(streams.get("RPoint Table"))
    procedure = next((name for record in reversed(points) if (name := record.peek("Procedure"))), "")
    document = source.document()
    describe(document, environment, template)
    sensor = sensor_chip(chip)
    injected = samples(template)
    groups: dict[tuple[str, str], Group] = {}
    cycles = curves(streams)
    number = {"number of flow cells": chip.text("NoFcs"), "number of spots": chip.text("NoSpots")}
    for cycle, cells in cycles.items():
        sample = injected.get(cycle, Sample())
        group = groups.get((sample.rack, sample.name)) or document.group()
        if (sample.rack, sample.name) not in groups:
            groups[sample.rack, sample.name] = group
            describe_run(group, environment, template, procedure)
        for cell in sorted(cells):
            node = group.measurement({"detection type": "surface plasmon resonance", "sensor chip document": dict(sensor)})
            control(node, template, cycle, cell, {key: int(value) for key, value in number.items() if value and value.isdigit()})
            sensorgram(node, template, cycle, cell, cells[cell])
            mine = [record for record in points if record.peek("Cycle") == str(cycle) and record.peek("Fc") == cell]
            report(group, node, template, mine)
            sample.describe(node)
    if not groups:
        raise source.empty("the cycles", "no sensorgram", "at least one curve")
    put(document.aggregate, CUSTOM, environment.keep())
    for path, stream in streams.items():
        if path.startswith("AppData/"):
            text = {
                f"{path}/line {number}": "\t".join(cell.keep_text() for cell in line)
                for number, line in enumerate(stream.lines, start=1)
                if any(line)
            }
            put(document.aggregate, CUSTOM, text)
        stream.ignore("how the software files, labels and draws the curves")
    return document


def describe(document: Document, environment: Facts, template: Template) -> None:
    """Device and data system."""
    document.device["device identifier"] = environment.text("InstrumentId")
    document.device["model number"] = environment.text("ProcessingUnit")
    document.system["software name"] = environment.text("Application")
    document.system["software version"] = environment.text("Version")
    put(document.system, CUSTOM, environment.keep(*SYSTEM))
    put(document.device, CUSTOM, environment.keep(*DEVICE))
    cells = []
    for name, values in template.bags.items():
        if name.startswith("Flowcell") and values.get("UseFlowcell"):
            custom = {key: value for key, value in values.items() if key not in IN_FLOW_CELL and value != ""}
            cells.append({"device type": "Flowcell", "device identifier": name.split()[-1], CUSTOM: custom})
    if cells:
        document.device["device document"] = cells


def sensor_chip(chip: Facts) -> Node:
    """The sensor chip with its history."""
    found: Node = {"product manufacturer": "Cytiva"}
    for key, name in (("Id", "sensor chip identifier"), ("Name", "sensor chip type"), ("LotNo", "lot number")):
        put(found, name, chip.text(key))
    custom = {name: value for key, name in CHIP if (value := chip.text(key)) is not None}
    chip.text("NoFcs")
    chip.text("NoSpots")
    put(found, CUSTOM, custom | chip.keep())
    return found


def describe_run(group: Group, environment: Facts, template: Template, procedure: str) -> None:
    """Time, method, procedure, analyst, temperatures and rates of the run."""
    node = group.node
    put(node, "measurement time", environment.text("Timestamp"))
    put(node, "experiment type", environment.text("RunTypeId"))
    put(node, "analytical method identifier", environment.text("TemplateFile"))
    put(group.document, "analyst", template.properties.get("User"))
    rack = (
        template.setting("RackTemperature")
        if "sample_data" in template.bags
        else template.number("_SystemPreparations", "RackTemp")
    )
    put(node, "compartment temperature", rack, "degC")
    put(node, f"{CUSTOM}/baseline flow", template.setting("BaselineFlow"), "µL/min")
    put(node, f"{CUSTOM}/data collection rate", template.setting("DataCollectionRate"), "Hz")
    put(node, f"{CUSTOM}/Run Type", template.properties.get("TypeName") or None)
    put(node, CUSTOM, {"Procedure": procedure} if procedure else {})
    put(node, CUSTOM, environment.keep("EndTime", "RunGUID"))


def control(node: Node, template: Template, cycle: int, cell: str, chip: dict[str, int]) -> None:
    """Settings of the flow cell in this cycle: of an immobilisation those of the wizard."""
    found: Node = {"device type": "binding affinity analyzer", "flow cell identifier": cell}
    name = f"Flowcell {cycle}"
    values = template.bags.get(name, {})
    if values.get("UseFlowcell"):
        put(found, "flow rate", template.number(name, "Flow"), "µL/min")
        put(found, "contact time", template.number(name, "ContactTime"), "s")
        put(found, "dilution factor", template.number(name, "DilutePercent"), "%")
        put(found, "flow path", values.get("DetectionText") or None)
        put(node, "method name", values.get("MethodName") or None)
        put(node, "ligand identifier", values.get("Ligand") or None)
    custom: dict[str, Any] = dict(chip)
    volumes = [value for key, value in template.bags.get("_PrepareRun", {}).items() if "Buffer" in key and value != -1]
    if volumes and isinstance(volumes[0], int):
        custom["buffer volume"] = quantity(volumes[0], "mL")
    chosen = template.detection.get("Detection")
    if chosen and f"Detection{chosen}" in template.detection:
        custom[f"detection{chosen}".lower()] = template.detection[f"Detection{chosen}"]
    custom |= {
        key: value for key, value in template.detection.items() if key in ("FlowCellSingle", "FlowCellDual", "FlowCellMulti")
    }
    for part, label in (("min", "minimum operating temperature"), ("max", "maximum operating temperature")):
        custom[label] = template.setting("RackTemperature", part)
    preparations = template.bags.get("_SystemPreparations", {})
    custom |= {
        "analysis temperature": template.number("_SystemPreparations", "AnalTemp"),
        "prime": preparations.get("Prime"),
        "normalize": preparations.get("Normalize"),
    }
    put(found, CUSTOM, {key: value for key, value in custom.items() if value is not None})
    node["device control aggregate document"] = {"device control document": [found]}


def sensorgram(node: Node, template: Template, cycle: int, cell: str, curve: Curve) -> None:
    """The curve as a data cube; where no times are stored they follow from the data collection rate, else they count points."""
    times: list[float] = curve.times
    if len(times) != len(curve.responses):
        rate = template.setting("DataCollectionRate")
        times = [at / rate if rate else at + 1.0 for at in range(len(curve.responses))]
    dimension, measure = ("elapsed time", "s", times), ("resonance", "RU", curve.responses)
    node["sensorgram data cube"] = cube(f"Cycle{cycle}_FlowCell{cell}", [dimension], [measure])


def report(group: Group, node: Node, template: Template, records: list[Record]) -> None:
    """Report points of a flow cell in a cycle, with the statistics of their windows as calculated data."""
    racks = template.bags.get("_Racks", {})
    places = {
        "Rack1": racks.get("_Rack1") or None,
        "Rack2": racks.get("_Rack2") or None,
        "Lock Positions": racks.get("_LockPositions"),
    }
    custom = {key: value for key, value in places.items() if value is not None}
    found = []
    for record in records:
        cycle = record.number("Cycle")
        record.text("Fc")
        custom |= {} if cycle is None else {"Cycle": cycle}
        if record.peek("Procedure") == group.node.get(CUSTOM, {}).get("Procedure"):
            record.text("Procedure")
        identifier = group.owner.identifier("report point")
        point: Node = {"report point identifier": identifier}
        put(point, "identifier role", record.text("Id"))
        put(point, "absolute resonance", record.number("AbsResp"), "RU")
        put(point, "relative resonance", record.number("RelResp"), "RU")
        put(point, "time setting", record.number("Time"), "s")
        put(point, f"{CUSTOM}/window", record.number("Window"), "s")
        put(point, CUSTOM, {name: value for label, name in POINT if (value := record.text(label))})
        for label, name, unit in CALCULATED:
            group.owner.calculated.add(name, record.number(label), unit, [(identifier, "Absolute Resonance")])
        put(point, CUSTOM, record.rest())
        found.append(point)
    put(node, f"sample document/{CUSTOM}", custom)
    if found:
        put(node, "processed data/report point aggregate document", {"report point document": found})
