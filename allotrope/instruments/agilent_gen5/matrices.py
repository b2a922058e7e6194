"""Endpoint values of Gen5: plate matrices whose lines are measurements or values calculated from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.envelope import Node, add_error, put
from allotrope.instruments.agilent_gen5.plate import Line, Plate, interleaved

if TYPE_CHECKING:
    from allotrope.families.gen5 import Block
    from allotrope.instruments.agilent_gen5.procedure import Read
    from allotrope.record import Cell

UNITS = {"Absorbance": "mAU", "Fluorescence": "RFU", "Luminescence": "RLU"}
Measured = dict[str, list[tuple[str, Node]]]
"""Well → labels and measurements, in the order of the lines."""


def endpoints(plate: Plate, blocks: list[Block], reads: list[Read]) -> None:
    """Measured where a line's label is a read's; every other line is calculated from what was measured in the well."""
    table = _labelled(interleaved(blocks), plate.only_label)
    count = max((block.matrix.well_count for block in blocks if block.matrix), default=None)
    errors: dict[str, list[tuple[Cell, str]]] = {}
    measured: Measured = {}
    for _, label, cells in table:
        found = plate.read_of(label)
        feature = found[0].mode.lower() if found else label
        for well, cell in cells:
            if plate.value(cell) is None:
                errors.setdefault(well, []).append((cell, feature))
            if found:
                read, own = found
                node = plate.measurement(read, read.labels[own], well, count)
                plate.wavelengths(node, own, read.labels[own])
                put(node, read.mode.lower(), cell.as_number(), UNITS[read.mode])
                measured.setdefault(well, []).append((own, node))
    for well, nodes in measured.items():
        for cell, feature in errors.get(well, ()):
            for _, node in nodes:
                add_error(node, cell.as_text(), feature)
    _calculate(plate, table, measured, reads)


def _labelled(table: list[Line], only: str | None) -> list[Line]:
    """The lines; where none has a label and the reads give one value a well, each is labelled as that value."""
    rows = [letters for letters, _, _ in table]
    if only is None or any(label for _, label, _ in table) or len(set(rows)) < len(rows):
        return table
    return [(letters, only, cells) for letters, _, cells in table]


def _calculate(plate: Plate, table: list[Line], measured: Measured, reads: list[Read]) -> None:
    """The calculated values; a source is named for each of the reads that share its mode and the matrices."""
    for _, label, cells in table:
        if plate.read_of(label):
            continue
        for well, cell in cells:
            if well in measured and plate.value(cell) is not None:
                nodes = _sources(label, measured[well])
                features = [(node, read.mode.lower()) for node in nodes for read in reads if read.mode == mode_of(node)]
                plate.document.calculated.add(label, cell.as_number(), "(unitless)", features)


def mode_of(node: Node) -> str:
    """The detection type of a measurement."""
    return str(node["device control aggregate document"]["device control document"][0]["detection type"])


def _sources(label: str, nodes: list[tuple[str, Node]]) -> list[Node]:
    """What a value stands on: for a path length its test and reference, else what the label names, else all of the well."""
    if label.rpartition(":")[2] == "Pathlength":
        found = [node for name, node in nodes if name.endswith((" [Test]", " [Ref]"))]
    else:
        found = [node for name, node in nodes if name in label]
    return found or [node for _, node in nodes]
