"""What the exports of NanoDrop spectrophotometers share: absorbance columns, and the ratios and formulas calculated from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.cube import cube
from allotrope.envelope import put
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from allotrope.envelope import Document, Node
    from allotrope.record import Cell, Record

DEVICE_TYPE = "absorbance detector"
CONCENTRATIONS = ("conc.", "conc", "concentration")
RATIOS = ((260, 280), (260, 230))
SINGLE = {230: ("a230",), 260: ("a260",), 280: ("a280", "a280 10mm")}
"""Wavelengths (nm) with a column of their own."""


def absorbances(record: Record) -> dict[float, Cell]:
    """Wavelength (nm) to the cell with its absorbance: the pairs `nm 1`, `abs 1` …, then columns named after wavelengths.

    Such a column counts where its cell is blank too, if the row holds a number at all: nothing was read there.
    """
    some = any(number(cell.value, record.store.locale.decimal) is not None for cell in record)
    found: dict[float, Cell] = {}
    at = 1
    while f"nm {at}" in record:
        cell = record.cell(f"abs {at}")
        wavelength = record.peek_number(f"nm {at}")
        if cell is not None and wavelength is not None and cell.number is not None:
            record.number(f"nm {at}")
            found[wavelength] = cell
        at += 1
    for wavelength, labels in SINGLE.items():
        for label in labels:
            cell = record.cell(label)
            if cell is not None and (cell.number is not None or (some and not cell)):
                found[wavelength] = cell
                break
    return found


def concentration_wavelength(record: Record, experiment: str | None, wavelengths: Iterable[float]) -> float:
    """The wavelength (nm) the concentration stands on: the cursor's, else 260 for nucleic acids, else 280 where it was read."""
    cursor = record.number("cursor nm")
    if cursor is not None:
        return cursor
    return 260 if (experiment and "NA" in experiment) or 280 not in set(wavelengths) else 280


def calculate(document: Document, record: Record, nodes: Mapping[float, Node]) -> None:
    """Add the ratios (a zero is what the software writes where it computed none) and the named formulas of a row."""
    for pair in RATIOS:
        top, bottom = pair
        for label in (f"{top}/{bottom}", f"a{top}/a{bottom}"):
            if record.peek_number(label):
                ratio(document, record, label, f"A{top}/{bottom}", nodes, pair)
                break
    at = 1
    while f"formula {at}" in record or f"formula name {at}" in record:
        formula, name = record.peek(f"formula {at}"), record.peek(f"formula name {at}")
        used = [wavelength for wavelength in nodes if f"{wavelength:g}" in formula]
        if name and ratio(document, record, f"formula value {at}", name, nodes, used):
            record.text(f"formula {at}")
            record.text(f"formula name {at}")
        at += 1


def ratio(
    document: Document, record: Record, label: str, name: str, nodes: Mapping[float, Node], wavelengths: Iterable[float]
) -> bool:
    """Add the value under a label as calculated from those of its absorbances that the file holds; returns whether it has one."""
    sources = [(nodes[wavelength], "absorbance") for wavelength in wavelengths if wavelength in nodes]
    return document.calculated.add(name, record.number(label), "(unitless)", sources, alone=True) is not None


def spectrum(node: Node, wavelengths: list[float], values: list[Any]) -> None:
    """Put an absorption spectrum (nm, mAU) into a measurement; None stands for a wavelength without a value."""
    found = cube("absorption spectrum", [("wavelength", "nm", wavelengths)], [("absorbance", "mAU", values)])
    put(node, "absorption spectrum data cube", found)


def no_spectrum(node: Node) -> None:
    """Put a spectrum without a single column into a measurement that the source gives no absorbance for."""
    spectrum(node, [], [])
    node["absorption spectrum data cube"]["data"] = {"dimensions": [], "measures": []}
