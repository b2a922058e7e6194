"""Kinetic curves and spectra of Gen5: tables with a column a well, each well a measurement with a data cube."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.cube import cube
from allotrope.envelope import Node, add_error, put
from allotrope.families.plate import seconds, split_well, well_count_of
from allotrope.instruments.agilent_gen5.matrices import UNITS
from allotrope.instruments.agilent_gen5.plate import Plate, interleaved
from allotrope.instruments.agilent_gen5.procedure import EMISSIONS, EXCITATIONS, Optics, Read
from allotrope.required import calculated

if TYPE_CHECKING:
    from allotrope.families.gen5 import Block
    from allotrope.record import Cell

PROFILES = {
    "Absorbance": "absorption profile data cube",
    "Fluorescence": "fluorescence emission profile data cube",
    "Luminescence": "luminescence profile data cube",
}
LAMP = {"excitation wavelength setting": 480, "excitation bandwidth setting": 20}
"""In nm; what documents of luminescence spectra state by convention, since the export holds no excitation."""


def kinetics(plate: Plate, read: Read) -> None:
    """The curves of a read; the lines of the results are calculated from the curve they name, else from each of them."""
    results = interleaved(plate.own_matrices(read) or plate.result_blocks())
    curves = plate.curves(read)
    for label, block in curves:
        nodes = _curve(plate, read, label, block)
        for _, line, cells in results:
            found = plate.read_of(line)
            named = [name for name, _ in curves if name in line]
            if (found and not plate.curves(found[0])) or (named and label not in named):
                continue
            for well, cell in cells:
                if well in nodes and plate.value(cell):
                    sources = [(nodes[well], PROFILES[read.mode])]
                    plate.document.calculated.add(line, cell.as_number(), "(unitless)", sources)


def _curve(plate: Plate, read: Read, label: str, block: Block) -> dict[str, Node]:
    """One table of times: wells and their measurements."""
    rows, wells = _table(plate, block)
    times = [_seconds(plate.grid.at(row, 0)) for row in rows]
    optics = read.labels[label]
    count = well_count_of(wells)
    nodes: dict[str, Node] = {}
    for well, column in wells.items():
        node = nodes[well] = plate.measurement(read, optics, well, count)
        plate.wavelengths(node, label, optics)
        control = node["device control aggregate document"]["device control document"][0]
        if plate.kinetic:
            put(control, "total measurement time setting", plate.kinetic.runtime, "s")
            put(control, "read interval setting", plate.kinetic.interval, "s")
            put(control, "number of scans setting", plate.kinetic.reads, "#")
        values = _values(node, [plate.grid.at(row, column) for row in rows], [f"{time}s" for time in times])
        wavelength = control.get("detector wavelength setting")
        name = str(float(wavelength["value"])) if wavelength else "None"
        measures = [(read.mode.lower(), UNITS[read.mode], values)]
        node[PROFILES[read.mode]] = cube(name, [("elapsed time", "s", times)], measures)
    return nodes


def spectrum(plate: Plate, read: Read, block: Block) -> None:
    """One table of wavelengths, and the results as calculated from its spectra."""
    rows, wells = _table(plate, block)
    count = well_count_of(cell.text for cell in plate.grid.cells(block.first) if split_well(cell.text))
    waves = [plate.grid.at(row, 0).as_number() for row in rows]
    features = [f"{None if wave is None else float(wave)}nm" for wave in waves]
    optics = read.optics[0] if read.optics else None
    excitation = _scans_excitation(read)
    kind = "absorption" if read.mode == "Absorbance" else f"fluorescence {'excitation' if excitation else 'emission'}"
    nodes: dict[str, Node] = {}
    for well, column in wells.items():
        node = nodes[well] = plate.measurement(read, optics, well, count)
        _fixed_wavelength(plate, node, read, optics)
        values = _values(node, [plate.grid.at(row, column) for row in rows], features)
        # The concept is the same for every mode in published documents of this format.
        measures = [("absorbance", "mAU", values)]
        node[f"{kind} spectrum data cube"] = cube(f"{read.mode.lower()}-spectrum", [("wavelength", "nm", waves)], measures)
    for _, label, cells in interleaved(plate.result_blocks()):
        for well, cell in cells:
            if well in nodes and plate.unread(cell) and not plate.read_of(label):
                value = cell.as_number()
                if value is None:
                    add_error(nodes[well], cell.as_text(), label)
                calculated(plate.document, label, value, "(unitless)", [(nodes[well], read.mode.lower())])


def _scans_excitation(read: Read) -> bool:
    """Whether a spectrum scans the excitation at a fixed emission."""
    emission = any("Fixed Emission" in part.settings for part in read.optics)
    return read.mode != "Absorbance" and emission and not any("Fixed Excitation" in part.settings for part in read.optics)


def _fixed_wavelength(plate: Plate, node: Node, read: Read, optics: Optics | None) -> None:
    """The wavelength that a spectrum keeps fixed."""
    if read.mode == "Luminescence":
        for key, value in LAMP.items():
            put(node, f"device control/{key}", value, "nm")
    elif optics and _scans_excitation(read):
        put(node, "device control/detector wavelength setting", optics.wavelength(EMISSIONS, plate.locale), "nm")
    elif optics and "Fixed Excitation" in optics.settings:
        put(node, "device control/excitation wavelength setting", optics.wavelength(EXCITATIONS, plate.locale), "nm")


def _table(plate: Plate, block: Block) -> tuple[list[int], dict[str, int]]:
    """The rows of a curve table that hold values, and the wells that do, each with its column."""
    grid = plate.grid
    rows = [row for row in range(block.first + 1, block.last) if len(grid.cells(row)) > 1]
    for row in set(range(block.first + 1, block.last)) - set(rows):
        grid.at(row, 0).ignore("a point without values")
    grid.at(block.first, 0).mapped()
    wells = {}
    for column in range(1, len(grid.rows[block.first])):
        well = grid.text(block.first, column)
        if split_well(well) and any(grid.text(row, column) for row in rows):
            grid.at(block.first, column).mapped()
            wells[well] = column
        elif split_well(well):
            grid.at(block.first, column).ignore("well without values")
    return rows, wells


def _seconds(cell: Cell) -> float | None:
    """A time of a kinetic table in s."""
    found = seconds(cell.text)
    if found is not None:
        cell.mapped()
    return found


def _values(node: Node, cells: list[Cell], features: list[str]) -> list[int | float | None]:
    """The numbers of a curve, None where there is none; what is no number is an error at that place."""
    values: list[int | float | None] = []
    for cell, feature in zip(cells, features, strict=True):
        values.append(cell.as_number())
        if cell and values[-1] is None:
            add_error(node, cell.as_text(), feature)
    return values
