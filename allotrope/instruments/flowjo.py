"""FlowJo 10: the workspace (.wsp), XML with Gating-ML; each sample is a measurement with its gates and populations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, put, quantity
from allotrope.instrument import Instrument
from allotrope.signature import Signature, root

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.envelope import Document, Group
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.record import Cell
    from allotrope.source import Source

RUN = re.compile(
    r"\$(INST|(BEGIN|END)(ANALYSIS|STEXT|DATA)|FIL|SYS|TOT|PAR|MODE|BYTEORD|DATATYPE|NEXTDATA|SRC|DATE|BTIM|ETIM)|FJ_FCS_VERSION|CREATOR"
    r"|EXPERIMENT NAME|GUID|SETTINGS|WINDOW EXTENSION|EXPORT (USER NAME|TIME)"
)
"""Keywords of an FCS file that describe the run."""
PROCESSING = re.compile(r"THRESHOLD|APPLY COMPENSATION|\$TIMESTEP|FSC ASF|AUTOBS|SPILL")
CONTROL = re.compile(
    r"\$P\d+[NRBEVGS]|P\d+(DISPLAY|BS|MS)|LASER\d+(NAME|DELAY|ASF)|CST (SETUP STATUS|BEADS LOT ID|SETUP DATE|BASELINE DATE"
    r"|BEADS EXPIRED|PERFORMANCE EXPIRED|REGULATORY STATUS)|CYTOMETER CONFIG (NAME|CREATE DATE)"
)
"""Keywords that describe the cytometer and its parameters."""
SERIAL = ("CTNUM", "$CYTSN")
RUN_ATTRIBUTES = ("modDate", "name", "clientTimestamp", "homepage")
PROCESSING_ATTRIBUTES = (
    *("linFromKW", "logFromKW", "linMax", "logMax", "useFCS3", "useGain"),
    *("linearRescale", "logMin", "linMin", "extraNegs", "logRescale"),
)
STATISTICS = {
    "Median": ("median role", "RFU"),
    "CV": ("coefficient of variation role", "%"),
    "Robust CV": ("robust coefficient of variation role", "%"),
    "Mean": ("arithmetic mean role", "RFU"),
    "Geometric Mean": ("geometric mean role", "RFU"),
    "Percentile": ("percentile role", "RFU"),
    "SD": ("standard deviation role", "(unitless)"),
    "MADExact": ("median absolute deviation percentile role", "(unitless)"),
    "Robust SD": ("robust standard deviation role", "(unitless)"),
    "Median Abs Dev": ("median absolute deviation role", "(unitless)"),
    "fj.stat.freqofparent": ("frequency of parent role", "%"),
    "fj.stat.freqofgrandparent": ("frequency of grandparent role", "%"),
    "fj.stat.freqoftotal": ("frequency of total role", "%"),
}
"""Name of a statistic → its role and unit; frequencies are stored as fractions."""
LAYOUT = frozenset(
    (
        "WindowPosition",
        "TextTraits",
        "Columns",
        "Graph",
        "TableEditor",
        "LayoutEditor",
        "Scripts",
        "Exports",
        "SOPS",
        "Groups",
        "matrixDefaults",
    )
)
"""Elements that say how the workspace looks or which reports it holds."""
SHOWN = ("owningGroup", "expanded", "sortPriority")
CORNERS = (("min", "min"), ("min", "max"), ("max", "max"), ("max", "min"))


def read(source: Source) -> Document:
    """The workspace: one technique document a sample."""
    top = source.xml()
    samples = top.child("SampleList")
    if samples is None:
        raise source.damaged(top.name, "no SampleList", "a FlowJo workspace")
    for node in top.walk():
        if node.name in LAYOUT:
            node.ignore("layout of windows, tables and reports in the workspace")
    document = source.document()
    cytometer = top.find("Cytometers/Cytometer")
    document.system["software version"] = top.record.text("flowJoVersion")
    named = top.record.text("nonAutoSaveFileName")
    if named:
        document.system["file name"] = named.rpartition("/")[2]
    top.record.ignore("schemaLocation", because="names the XML schemas")
    if cytometer is not None:
        document.device["model number"] = cytometer.record.text("cyt")
    for sample in samples.all("Sample"):
        if not document.groups:
            for parent in (samples, sample):
                put(
                    document.aggregate,
                    CUSTOM,
                    kept(parent, tuple(cell.label for cell in parent.record if cell.label not in SHOWN)),
                )
        read_sample(document, (top, samples, sample), cytometer, sample)
    if not document.groups:
        raise source.empty("SampleList", "no sample", "at least one sample")
    if cytometer is not None:
        put(document.aggregate, CUSTOM, cytometer.rest())
    put(document.aggregate, CUSTOM, top.rest())
    return document


def read_sample(document: Document, parents: tuple[Node, ...], cytometer: Node | None, sample: Node) -> None:
    """One sample: keywords, gates, populations, compensation; attributes of its parents (workspace first) describe the run."""
    group, top = document.group(), parents[0]
    place = sample.child("SampleNode")
    facts = place.record if place is not None else sample.record
    put(group.node, "experimental data identifier", facts.text("name"))
    node = group.measurement({"device control/device type": "Flow Cytometer"})
    put(node, "sample document/sample identifier", facts.text("sampleID"))
    put(node, "processed data/data processing document/method version", top.record.text("version"))
    put(node, "processed data/data processing document/data processing time", modified(top))
    put(node, "processed data/processed data identifier", document.identifier("processed data"))
    matrix = sample.child("spilloverMatrix")
    if matrix is not None:
        compensation(group, matrix)
    general = keywords(group, node, sample)
    for parent in (*parents, cytometer):
        if parent is not None:
            put(node, CUSTOM, {k: v for k, v in kept(parent, RUN_ATTRIBUTES).items() if k not in node.get(CUSTOM, {})})
    for parent in (top, cytometer):
        if parent is not None:
            put(node, f"processed data/data processing document/{CUSTOM}", kept(parent, PROCESSING_ATTRIBUTES))
    put(group.document, CUSTOM, general)
    if len(document.groups) == 1:
        put(document.aggregate, CUSTOM, dict(general))
    if place is not None:
        regions = [found for found in (data_region(gate) for gate in place.walk() if gate.name == "Gate") if found]
        if regions:
            put(node, "processed data/data region aggregate document", {"data region document": regions})
        put(
            node,
            "processed data/population aggregate document",
            [{"population document": [population(document.identifier, place, None)]}],
        )
        put(group.document, CUSTOM, place.record.rest())
    sample.record.ignore(*SHOWN, because="how the workspace shows it")
    rest = sample.rest()
    put(node, CUSTOM, rest)


def modified(top: Node) -> str | None:
    """The time of the last change, `Fri Sep 12 11:12:00 EDT 2025`, with its offset: stated (`GMT+01:00`), or of a known zone."""
    cell = top.record.cell("modDate")
    found = re.fullmatch(r"\w{3} (\w{3}) (\d+) (\S+) (?:GMT(?=[-+]))?(\S+) (\d{4})", cell.text) if cell else None
    if cell is None or not found:
        return cell.as_time() if cell else None
    offsets = {"UTC": "+00:00", "GMT": "+00:00", "EDT": "-04:00", "EST": "-05:00", "CDT": "-05:00", "CST": "-06:00"}
    offsets |= {
        "MDT": "-06:00",
        "MST": "-07:00",
        "PDT": "-07:00",
        "PST": "-08:00",
        "CET": "+01:00",
        "CEST": "+02:00",
        "BST": "+01:00",
    }
    offset = found[4] if found[4][0] in "+-" else offsets.get(found[4], "")
    stamp = cell.store.parse(f"{found[2]} {found[1]} {found[5]} {found[3]}{offset}")
    if stamp:
        cell.mapped()
    return stamp


def kept(node: Node, names: tuple[str, ...]) -> dict[str, Any]:
    """Custom information from these attributes, also where they were read before."""
    found: dict[str, Any] = {}
    for name in names:
        cell = node.record.cell(name)
        value = cell.keep() if cell else None
        if value is not None:
            found[name] = value
    return found


def keywords(group: Group, node: Asm, sample: Node) -> dict[str, Any]:
    """Keywords of the FCS file: those with a place of their own go there; returned is what describes nothing in particular."""
    cells: dict[str, Cell] = {}
    parent = sample.child("Keywords")
    for keyword in parent.all("Keyword") if parent is not None else ():
        called, cell = keyword.record.cell("name"), keyword.record.cell("value")
        if called and cell:
            cells[called.as_text() or ""] = cell
        elif called:
            called.ignore("keyword without a value")
    texts = {"analyst": "$OP"}
    for key, name in texts.items():
        put(group.node, key, cells[name].as_text() if name in cells else None)
    places = {"location identifier": "WELL ID", "well plate identifier": "PLATE ID", "written name": "$SRC"}
    for key, name in places.items():
        put(node, f"sample document/{key}", cells[name].as_text() if name in cells else None)
    serial = next((cells[name] for name in reversed(cells) if name in SERIAL), None)
    if serial and "equipment serial number" not in group.owner.device:
        group.owner.device["equipment serial number"] = serial.as_text()
    if "$DATE" in cells and "$ETIM" in cells:
        put(group.node, "measurement time", cells["$DATE"].store.parse(f"{cells['$DATE'].text} {cells['$ETIM'].text}"))
    general: dict[str, Any] = {}
    for name, cell in cells.items():
        value, label = cell.keep(), name.replace("_", " ")
        if RUN.fullmatch(name):
            put(node, CUSTOM, {label: value})
        elif PROCESSING.fullmatch(name):
            put(node, f"processed data/data processing document/{CUSTOM}", {label: value})
        elif CONTROL.fullmatch(name):
            put(node, f"device control/{CUSTOM}", {label: value})
        elif name == "TUBE NAME":
            put(node, f"sample document/{CUSTOM}", {label: value})
        elif name not in ("$OP", "WELL ID", "PLATE ID", *SERIAL):
            general[label] = value
    return general


def compensation(group: Group, matrix: Node) -> None:
    """The spill-over of each parameter into every other."""
    documents = []
    for spillover in matrix.all("spillover"):
        entries = []
        for row in spillover.all("coefficient"):
            value = row.record.number("value")
            if value is not None:
                entries.append(
                    {"dimension identifier": row.record.text("parameter"), "compensation value": quantity(value, "(unitless)")}
                )
        found: Asm = {"dimension identifier": spillover.record.text("parameter")}
        if entries:
            found["matrix aggregate document"] = {"matrix document": entries}
        put(found, CUSTOM, spillover.record.rest())
        documents.append(found)
    if documents:
        group.document["compensation matrix aggregate document"] = {"compensation matrix document": documents}
    matrix.record.ignore("color", "editable", "version", because="how the workspace shows the matrix")
    put(group.document, CUSTOM, matrix.record.rest())


def data_region(gate: Node) -> Asm | None:
    """The region that a gate draws; None for a gate of an unknown kind, whose cells are kept."""
    shape = next((node for node in gate.nodes if node.name.endswith("Gate") or node.name == "CurlyQuad"), None)
    if shape is None:
        return None
    dimensions = shape.all("dimension")
    names = [node.record.text("name") for dimension in dimensions for node in dimension.all("fcs-dimension")][:2]
    units = ["s" if (name or "").lower() == "time" else "RFU" for name in (*names, "", "")]
    vertices = [
        {"x-coordinate": quantity(x, units[0]), "y-coordinate": quantity(y, units[1])} | ({"vertex role": role} if role else {})
        for x, y, role in corners(shape, dimensions)
    ]
    found: Asm = {
        "data region identifier": gate.record.text("id"),
        "region type": shape.name.removesuffix("Gate"),
        "parent data region identifier": gate.record.text("parent_id"),
        "x-coordinate dimension identifier": names[0] if names else None,
        "y-coordinate dimension identifier": names[1] if len(names) > 1 else None,
        "vertex aggregate document": {"vertex document": vertices} if vertices else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def corners(shape: Node, dimensions: list[Node]) -> list[tuple[float, float, str]]:
    """Vertices as x, y and role: of a polygon its own, of a rectangle its four corners, of an ellipse foci and edge."""
    if shape.name == "EllipsoidGate":
        groups = [(part.name, vertex) for part in shape.nodes if part.name in ("foci", "edge") for vertex in part.all("vertex")]
    elif shape.name == "PolygonGate":
        groups = [("", vertex) for vertex in shape.all("vertex")]
    else:
        if len(dimensions) < 2:
            return []
        ends = [{end: bound(dimension, end) for end in ("min", "max")} for dimension in dimensions[:2]]
        return corner([(ends[0][x], ends[1][y]) for x, y in CORNERS], "")
    found = []
    for role, vertex in sorted(groups, key=lambda pair: pair[0] != "foci"):
        values = [coordinate.record.cell("value") for coordinate in vertex.all("coordinate")[:2]]
        found += corner([(values[0], values[1])] if len(values) == 2 else [], role)
    return found


def corner(pairs: list[tuple[Cell | None, Cell | None]], role: str) -> list[tuple[float, float, str]]:
    """The pairs of which both are numbers; others stay unread."""
    found = []
    for x, y in pairs:
        if x and y and x.number is not None and y.number is not None:
            found.append((x.as_number() or 0, y.as_number() or 0, role))
    return found


def bound(dimension: Node, end: str) -> Cell | None:
    """One end of a dimension, an attribute or an element of its own."""
    node = dimension.child(end)
    return node.record.cell("value") if node is not None and node.labelled else dimension.record.cell(end)


def population(identify: Callable[[str], str], place: Node, parent: str | None) -> Asm:
    """A population (or the sample itself) with its statistics and the populations below it."""
    identifier = identify("population")
    gate, below = place.child("Gate"), place.child("Subpopulations")
    node: Asm = {"population identifier": identifier}
    count = place.record.number("count")
    put(node, "written name", place.record.text("name"))
    put(node, "count", count, "Counts")
    if parent is not None:
        put(node, "data region identifier", gate.record.text("id") if gate is not None else None)
        node["parent population identifier"] = parent
        group = place.record.cell("owningGroup")
        put(node, f"{CUSTOM}/group identifier", group.keep() if group else None)
    place.record.ignore(*SHOWN, because="how the workspace shows it")
    if parent is not None:
        put(node, CUSTOM, place.record.rest())
    if below is not None:
        found = statistics(below)
        if found:
            node["statistics aggregate document"] = {"statistics document": found}
        inner = [population(identify, child, identifier) for child in below.all("Population")]
        if inner:
            node["population aggregate document"] = [{"population document": inner}]
    return node


def statistics(below: Node) -> list[Asm]:
    """The statistics of a population by feature: fluorescence, and count (frequencies)."""
    found: dict[str, list[Asm]] = {"fluorescence": [], "count": []}
    for statistic in below.all("Statistic"):
        record = statistic.record
        record.ignore(*SHOWN, because="how the workspace shows it")
        known = STATISTICS.get(record.peek("name"))
        value = record.number("value") if known else None
        if known is None or value is None:
            continue
        record.text("name")
        frequency = record.peek("name").startswith("fj.stat")
        dimension: Asm = {}
        put(dimension, "dimension identifier", record.text("id"))
        dimension["statistical value"] = {
            "value": value * 100 if frequency else value,
            "unit": known[1],
            "has statistic datum role": known[0],
        }
        put(dimension, CUSTOM, record.rest())
        found["count" if frequency else "fluorescence"].append(dimension)
    return [
        {"statistical feature": feature, "statistic dimension aggregate document": {"statistic dimension document": dimensions}}
        for feature, dimensions in found.items()
        if dimensions
    ]


INSTRUMENT = Instrument(
    name="flowjo",
    vendor="BD Life Sciences",
    product="FlowJo 10",
    manifest="flow-cytometry/BENCHLING/2025/03/flow-cytometry",
    signature=Signature(("xml",), all=(root(r"^<Workspace\b[^<>]*flowJoVersion="),)),
    read=read,
    device={"device identifier": "cytometer"},
    system={"software name": "FlowJo"},
    export="Save the workspace in FlowJo (File > Save); the .wsp file is XML.",
    not_covered="Events (they are in the FCS files); tables, layouts and plots, which are presentation.",
)
