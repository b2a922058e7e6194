"""The document made of a Luminex export: a group a well, an analyte document a bead region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.families.luminex.run import Run, Well
from allotrope.required import calculated, measured

if TYPE_CHECKING:
    from allotrope.envelope import Document, Node

STATISTICS = {
    "Median": ("median role", "RFU"),
    "Mean": ("arithmetic mean role", "RFU"),
    "%CV": ("coefficient of variation role", "(unitless)"),
    "Standard Deviation": ("standard deviation role", "(unitless)"),
    "Peak": ("mode value role", "RFU"),
    "Trimmed Peak": ("trimmed mode value role", "RFU"),
    "Trimmed Count": ("trimmed count role", "RFU"),
    "Trimmed Standard Deviation": ("trimmed standard deviation role", "(unitless)"),
    "Trimmed Mean": ("trimmed arithmetic mean role", "RFU"),
}
"""Section, role of the statistic, unit."""
CALCULATED = {
    "Net MFI": "RFU",
    "Avg Net MFI": "RFU",
    "Test Result": "(unitless)",
    "% Recovery": "(unitless)",
    "%CV of Replicates": "(unitless)",
    "Background": "RFU",
    "Net Normalized Median": "RFU",
}
NO_NUMBER = ("", "nan", "-nan", "none", "null")


def build(document: Document, run: Run) -> None:
    """One group with one measurement for every well."""
    for well in run.wells:
        group = document.group()
        put(group.document, "analyst", run.analyst)
        for key, value in run.group.items():
            put(group.node, key, value)
        group.node["container type"] = "well plate"
        put(group.node, "plate well count", run.plate_wells, "#")
        measure(document, run, well, group.measurement({"device control/device type": "multi analyte profiling analyzer"}))


def measure(document: Document, run: Run, well: Well, node: Node) -> None:
    """The settings, the errors and the analytes of a well."""
    put(node, "device control/detector gain setting", run.gain)
    put(node, "device control/sample volume setting", run.sample_volume, "μL")
    put(node, "device control/dilution factor setting", well.dilution, "(unitless)")
    put(node, "device control/minimum assay bead count threshold setting", run.minimum_count, "#")
    put(node, f"device control/{CUSTOM}", run.control)
    put(node, "measurement time", run.time)
    node["sample document"] = {"location identifier": well.location} | ({"sample identifier": well.sample} if well.sample else {})
    document.fill(node["sample document"], "sample identifier", "")
    put(node, f"sample document/{CUSTOM}", run.sample)
    for message in well.errors:
        add_error(node, message)
    if well.dilution is None:
        add_error(node, "Not reported in file", "dilution factor setting")
    put(node, "assay bead count", well.total, "#")
    analytes = [analyte(document, node, well, name, region) for name, region in run.analytes.items()]
    node["analyte aggregate document"] = {"analyte document": analytes}
    put(node, CUSTOM, run.custom)
    put(node, CUSTOM, well.custom)


def analyte(document: Document, node: Node, well: Well, name: str, region: str | None) -> Node:
    """One analyte document; its calculated values go to the document, what is no number to the errors of the measurement."""
    identifier = document.identifier("analyte")
    found: Node = {"analyte identifier": identifier, "analyte name": name}
    put(found, "assay bead identifier", region)
    document.fill(found, "assay bead identifier")
    count = number_of(node, well, "Count", name, "assay bead count")
    measured(document, found, "assay bead count", count, "#")
    dimensions = []
    for section, (role, unit) in STATISTICS.items():
        if well.has(section):
            dimension: Node = {}
            value = number_of(node, well, section, name, role)
            measured(document, dimension, "statistical value", value, unit, **{"has statistic datum role": role})
            dimensions.append(dimension)
    statistics: Node = {"statistical feature": "fluorescence"}
    if dimensions:
        statistics["statistic dimension aggregate document"] = {"statistic dimension document": dimensions}
        found["statistics aggregate document"] = {"statistics document": [statistics]}
    for section, unit in CALCULATED.items():
        if well.has(section):
            value = number_of(node, well, section, name, section)
            calculated(document, section, value, unit, [(identifier, "fluorescence")])
    return found


def number_of(node: Node, well: Well, section: str, name: str, feature: str) -> float | None:
    """The number in a cell; where there is none, an error of the measurement says so."""
    cell = well.value(section, name)
    value = cell.as_number() if cell else None
    if value is None:
        add_error(node, "Not reported" if cell is None else "NaN" if cell else well.empty, f"{name} <{feature}>")
        if cell is not None and cell.text.casefold() in NO_NUMBER:
            cell.mapped()
        elif cell is not None:
            well.custom[f"{section} {name}"] = cell.keep()
    return value


__all__ = ["CALCULATED", "NO_NUMBER", "STATISTICS", "Run", "Well", "build"]
