"""BD FACSDiva: the XML of an exported experiment; each tube is a measurement with its gates, populations and compensation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, put, quantity
from allotrope.instrument import Instrument
from allotrope.signature import Signature, root

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.envelope import Document, Group
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.source import Source

UNCOMPENSATED = frozenset({"FSC-A", "FSC-H", "FSC-W", "SSC-A", "SSC-H", "SSC-W", "Time"})
REGIONS = frozenset({"POLYGON", "RECTANGLE", "BINNER"})
STATISTICS = {
    "Median": ("median role", "RFU"),
    "CV": ("coefficient of variation role", "%"),
    "Mean": ("arithmetic mean role", "RFU"),
    "Geometric Mean": ("geometric mean role", "RFU"),
    "SD": ("standard deviation role", "(unitless)"),
    "sum of squares": ("sum of squares role", "RFU"),
}
"""Formula of a calculation → role of the statistic and its unit."""
CONTROL = (
    "CST SETUP STATUS",
    "CST BEADS LOT ID",
    "CYTOMETER CONFIG NAME",
    "CYTOMETER CONFIG CREATE DATE",
    "CST SETUP DATE",
    "CST BASELINE DATE",
    "CST BEADS EXPIRED",
)
"""Keywords that describe the cytometer."""
ON_SCREEN = "how it looks or is edited on screen"
LOOKS = frozenset(
    {"color", "visible", "dotsize", "suffix", "description", "edit_name", "edit_name_only", "edit_value", "edit_limit", "length"}
)


def read(source: Source) -> Document:
    """The experiment of the file: one technique document a tube."""
    top = source.xml()
    experiment = top.child("experiment")
    if experiment is None:
        raise source.damaged(top.name, "no experiment", "an exported FACSDiva experiment")
    document = source.document()
    document.system["software version"] = top.record.text("version")
    shared = {"analyst": experiment.record.text("owner_name"), "experiment identifier": experiment.record.text("name")}
    exported = experiment.record.time("export_time")
    for specimen in experiment.all("specimen"):
        for tube in specimen.all("tube"):
            group = document.group()
            group.node |= {key: value for key, value in shared.items() if value}
            read_tube(group, specimen, tube, exported)
    if not document.groups:
        raise source.empty("experiment", "no specimen with a tube", "at least one tube")
    for node in top.walk():
        if node.name == "worksheet_config":
            node.ignore("layout of the plots on screen")
        elif node.name in LOOKS:
            node.ignore(ON_SCREEN)
    put(document.aggregate, CUSTOM, top.rest())
    return document


def read_tube(group: Group, specimen: Node, tube: Node, exported: str | None) -> None:
    """One tube: sample, populations, data regions, compensation, keywords."""
    record = tube.record
    document = group.owner
    document.device["equipment serial number"] = document.device.get("equipment serial number") or record.text(
        "data_instrument_serial_number"
    )
    document.device["model number"] = document.device.get("model number") or record.text("data_instrument_name")
    put(group.node, "measurement time", record.time("date"))
    put(group.node, "experimental data identifier", record.text("data_filename"))
    node = group.measurement(
        {"device control/device type": "Flow Cytometer", "sample document/sample identifier": record.text("name")}
    )
    put(node, "sample document/batch identifier", specimen.record.text("name"))
    put(node, "processed data/data processing document/data processing time", exported)
    put(node, "processed data/processed data identifier", document.identifier("processed data"))
    keywords(group, node, tube)
    gates = tube.child("gates")
    if gates is not None:
        found = {gate.record.peek("fullname"): gate for gate in gates.all("gate")}
        regions = [region for region in (data_region(gate, found) for gate in found.values()) if region]
        if regions:
            put(node, "processed data/data region aggregate document", {"data region document": regions})
        first = next((name for name, gate in found.items() if gate.record.text("type") == "EventSource_Classifier"), None)
        if first is not None:
            tree = population(document.identifier, found, first, None, statistics(tube))
            put(node, "processed data/population aggregate document", [{"population document": [tree]}])
    settings = tube.child("instrument_settings")
    matrices = compensation(settings) if settings is not None else []
    if matrices:
        group.document["compensation matrix aggregate document"] = {"compensation matrix document": matrices}
    for part in tube.walk():
        if part.name in LOOKS or part.name == "worksheet_config":
            part.ignore(ON_SCREEN)
    put(node, CUSTOM, tube.rest())


def keywords(group: Group, node: Asm, tube: Node) -> None:
    """Keywords are custom information: of the cytometer, of the run, or of the measurement."""
    parent = tube.child("keywords")
    for keyword in parent.all("keyword") if parent is not None else ():
        name, cell = keyword.record.text("name"), keyword.record.cell("value")
        value = cell.keep() if cell else None
        if name and value is not None:
            path = f"device control/{CUSTOM}" if name in CONTROL else CUSTOM
            put(group.node if name == "$BTIM" else node, path, {name: value})
        keyword.record.ignore("type", because=ON_SCREEN)


def data_region(gate: Node, gates: dict[str, Node]) -> Asm | None:
    """The region a gate draws, with its vertices; None for the gate of all events."""
    region = gate.child("region")
    full_name = gate.record.text("fullname")
    if region is None or not full_name or gate.record.text("type") == "EventSource_Classifier":
        return None
    record = region.record
    kind = (record.text("type") or "").removesuffix("_REGION")
    parent = gates.get(full_name.rpartition("\\")[0])
    above = parent.child("region") if parent is not None else None
    names = {"x": record.text("xparm"), "y": record.text("yparm")}
    points = region.child("points")
    vertices = []
    for point in points.all("point") if points is not None else ():
        place = {axis: point.record.number(axis) for axis in ("x", "y")}
        if None not in place.values():
            vertices.append(
                {
                    f"{axis}-coordinate": quantity(place[axis], "s" if "Time" in (names[axis] or "") else "RFU")
                    for axis in ("x", "y")
                }
            )
    found: Asm = {
        "data region identifier": record.text("name"),
        "region type": kind if kind in REGIONS else None,
        "parent data region identifier": above.record.text("name") if above is not None else None,
        "x-coordinate dimension identifier": names["x"],
        "y-coordinate dimension identifier": names["y"],
        "vertex aggregate document": {"vertex document": vertices} if vertices else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def population(
    identify: Callable[[str], str], gates: dict[str, Node], name: str, parent: str | None, found: dict[str, list[Asm]]
) -> Asm:
    """The population of a gate with those of the gates below it."""
    gate = gates[name]
    region = gate.child("region")
    identifier = identify("population")
    count = gate.record.number("num_events")
    node: Asm = {
        "population identifier": identifier,
        "written name": gate.record.text("name"),
        "count": quantity(count, "Counts"),
        "data region identifier": region.record.text("name") if region is not None else None,
        "parent population identifier": parent,
    }
    if name in found:
        dimensions = {"statistic dimension document": found[name]}
        feature = {"statistical feature": "fluorescence", "statistic dimension aggregate document": dimensions}
        node["statistics aggregate document"] = {"statistics document": [feature]}
    below = [full for full, child in gates.items() if full.rpartition("\\")[0] == name and child.record.text("parent")]
    if below:
        inner = [population(identify, gates, full, identifier, found) for full in below]
        node["population aggregate document"] = [{"population document": inner}]
    return {key: value for key, value in node.items() if value is not None}


def statistics(tube: Node) -> dict[str, list[Asm]]:
    """Full name of a gate → its statistic dimensions."""
    found: dict[str, list[Asm]] = {}
    parent = tube.child("statistics_calculations")
    for schedule in parent.all("calculation_schedule") if parent is not None else ():
        gate, parameter = schedule.record.text("gate"), schedule.record.text("parameter")
        for calculation in schedule.all("calculation"):
            known = STATISTICS.get(calculation.record.peek("formula"))
            value = calculation.record.number("value") if known else None
            if known and gate and value is not None:
                calculation.record.text("formula")
                dimension: dict[str, Any] = {"dimension identifier": parameter} if parameter else {}
                dimension["statistical value"] = {"value": value, "unit": known[1], "has statistic datum role": known[0]}
                found.setdefault(gate, []).append(dimension)
    return found


def compensation(settings: Node) -> list[Asm]:
    """For each fluorescence parameter the spill-over of every other, by the order of the parameters."""
    parameters = [
        node for node in settings.all("parameter") if node.record.peek("name") and node.record.peek("name") not in UNCOMPENSATED
    ]
    names = [node.record.peek("name") for node in parameters]
    matrices = []
    for parameter in parameters:
        values = parameter.child("compensation")
        if values is None:
            continue
        entries = []
        for name, coefficient in zip(names, values.all("compensation_coefficient"), strict=False):
            value = coefficient.text.as_number() if coefficient.text else None
            if value is not None:
                entries.append({"dimension identifier": name, "compensation value": quantity(value, "(unitless)")})
        matrix: Asm = {"dimension identifier": parameter.record.text("name")}
        matrices.append(matrix | ({"matrix aggregate document": {"matrix document": entries}} if entries else {}))
    return matrices


INSTRUMENT = Instrument(
    name="bd_biosciences_facsdiva",
    vendor="BD Biosciences",
    product="FACSDiva",
    manifest="flow-cytometry/BENCHLING/2025/03/flow-cytometry",
    signature=Signature(("xml",), all=(root(r"^<(\w+:)?bdfacs\b"),)),
    read=read,
    device={"device identifier": "cytometer"},
    system={"software name": "BD FACSDiva"},
    export="In FACSDiva choose File > Export > Experiments… and the XML format.",
    not_covered="Events (they are in the FCS files); acquisition templates and plots, which are layout.",
)
