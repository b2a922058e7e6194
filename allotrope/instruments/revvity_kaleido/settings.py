"""The settings of a Kaleido measurement as device control documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put, quantity
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.envelope import Node
    from allotrope.record import Record
    from allotrope.values import Scalar

LIGHTS = {"BRIGHTFIELD": "brightfield", "DARKFIELD": "darkfield", "PHASE CONTRAST": "phase contrast"}
POSITIONS = {"TOP": "top scan position (plate reader)", "BOTTOM": "bottom scan position (plate reader)"}
OBJECTIVE = 4
"""The magnification of the imager's only objective."""
CHANNEL = ("Channel", "Excitation wavelength [nm]", "Excitation Power [%]", "Exposure Time [ms]", "Additional Focus offset [mm]")
SETTINGS = {
    "Number of flashes integrated": "number of flashes integrated",
    "Flash power": "flash power",
    "Measurement mode": "measurement mode setting",
    "Filter Set": "filter set",
}
REPEATS = ("Start plate repeat each [s]", "Number of plate repeats", "Sequence Executed By")
BRIGHT = ("Generate Bright Field", "Digital phase contrast", "Generate DPC")


def controls(mode: str, kind: str, settings: Record, information: Record) -> list[Node]:
    """The device control documents: one, or for images one a channel."""
    custom: dict[str, Scalar] = {}
    for label, name in SETTINGS.items():
        value = next(iter(settings.keep(label).values()), None)
        if value is not None:
            custom[name] = value
    custom |= {label.lower(): value for label, value in information.keep(*REPEATS).items()}
    if mode == "imaging":
        return channels(settings, custom)
    excitation = settings.text("Excitation Wavelength [nm]") or ""
    wavelength = number(excitation.removesuffix("nm"), settings.store.locale.decimal)
    emission = settings.number("Emission Wavelength [nm]")
    node: Node = {"device type": f"{mode} detector"}
    node["detection type"] = mode if mode == "fluorescence" else kind
    label = "Distance between Plate and Detector [mm]" if mode == "luminescence" else "Measurement Height [mm]"
    put(node, "detector distance setting (plate reader)", settings.number(label), "mm")
    put(node, "number of averages", settings.number("Number of Flashes"), "#")
    put(node, "scan position setting (plate reader)", POSITIONS.get(settings.text("Excitation / Emission") or ""))
    put(node, "detector wavelength setting", wavelength if mode == "absorbance" else emission, "nm")
    if mode == "fluorescence":
        put(node, "excitation wavelength setting", wavelength, "nm")
    node = {key: value for key, value in node.items() if not (isinstance(value, dict) and value.get("value") is None)}
    return [node | {CUSTOM: custom}]


def channels(settings: Record, custom: dict[str, Scalar]) -> list[Node]:
    """One document for each channel of an imaging measurement."""
    height = settings.number("Focus Height [µm]")
    bright = {label.lower(): value for label, value in settings.keep(*BRIGHT).items()}
    found: list[Node] = []
    while settings.cell(_again(CHANNEL[0], len(found))):
        at = len(found)
        name = settings.text(_again(CHANNEL[0], at)) or ""
        wavelength = re.match(r"\d+", settings.text(_again(CHANNEL[1], at)) or "")
        node: Node = {"device type": "imaging detector", "detection type": "optical-imaging"}
        put(node, "detector distance setting (plate reader)", quantity(None if height is None else height / 1000, "mm"))
        put(node, "excitation wavelength setting", quantity(number(wavelength[0]) if wavelength else None, "nm"))
        put(node, "magnification setting", OBJECTIVE, "(unitless)")
        put(node, "exposure duration setting", quantity(settings.number(_again(CHANNEL[3], at)), "ms"))
        put(node, "illumination setting", quantity(settings.number(_again(CHANNEL[2], at)), "%"))
        put(node, "transmitted light setting", LIGHTS.get(name))
        put(node, "fluorescent tag setting", None if name == "BRIGHTFIELD" else name)
        offset = {CHANNEL[4].lower(): value for value in settings.keep(_again(CHANNEL[4], at)).values()}
        found.append(node | {CUSTOM: custom | (bright if name == "BRIGHTFIELD" else {}) | offset})
    return found


def _again(label: str, at: int) -> str:
    """The label of the `at`th repetition of a line, from 0."""
    return f"{label}.{at}" if at else label
