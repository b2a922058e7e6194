"""Plates and groups of SoftMax Pro as measurements and calculated values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.aside import set_aside
from allotrope.cube import cube
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.required import calculated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.envelope import Document, Group, Node
    from allotrope.instruments.moldev_softmax_pro.groups import GroupBlock, Value
    from allotrope.instruments.moldev_softmax_pro.plates import PlateBlock
    from allotrope.instruments.moldev_softmax_pro.readings import Reading

UNITS = {"Absorbance": "mAU", "Fluorescence": "RFU", "Luminescence": "RLU"}
PROFILES = {
    "Absorbance": ("absorption profile data cube", "ULTRAVIOLET_ABSORBANCE_CUBE_DETECTOR"),
    "Fluorescence": ("fluorescence emission profile data cube", "FLUORESCENCE_CUBE_DETECTOR"),
    "Luminescence": ("luminescence profile data cube", "LUMINESCENCE_CUBE_DETECTOR"),
}
"""Key and label of a kinetic curve."""
SPECTRA = {
    "Absorbance": "absorption spectrum data cube",
    "Fluorescence": "fluorescence emission spectrum data cube",
    "Luminescence": "fluorescence emission spectrum data cube",
}
POSITIONS = {"TRUE": "bottom scan position (plate reader)", "FALSE": "top scan position (plate reader)"}
MISSING = "Not reported"
"""The error of a well that was not read."""
Place = tuple[str, str]
"""Plate and well."""


class Experiment:
    """The document in the making, with the measurements of every well by plate and name."""

    def __init__(self, document: Document, plates: list[PlateBlock], groups: list[GroupBlock]) -> None:
        self.document = document
        self.nodes: dict[Place, list[Node]] = {}
        self.features: dict[str, str] = {}
        self.plates = [plate.text("name") for plate in plates]
        self.told: set[str] = set()
        self.samples: dict[Place, tuple[str, str]] = {}
        self.later: list[tuple[Node, str | None, str]] = []
        """Errors of a spectrum beyond its first wavelength: they follow those of the groups."""
        for group in groups:
            for place, (sample, _) in group.samples.items():
                self.samples[self.place(place)] = (sample, group.name)

    def place(self, place: Place) -> Place:
        """Plate and well; with a single plate every group is of that one."""
        if len(self.plates) != 1:
            return place
        if place[0] not in ("", self.plates[0], *self.told):
            self.told.add(place[0])
            message = f"a group names the plate {place[0]!r}; it is taken for {self.plates[0]!r}, the only one"
            self.document.source.find("other-plate", message, "", "warning")
        return self.plates[0], place[1]

    def plate(self, plate: PlateBlock, time: str | None) -> None:
        """The measurements of a plate and its reduced values."""
        kind = plate.text("read type")
        name = plate.text("name")
        self.features[name] = f"{'Kinetic ' if kind == 'Kinetic' else ''}{plate.text('read mode')}"
        for well in plate.wells:
            readings = [reading for reading in plate.readings if well in reading.wells]
            if kind != "Endpoint" and readings and not any(reading.wells[well] for reading in readings):
                continue
            if (
                kind not in ("Endpoint", "Kinetic")
                and readings
                and not any(reading.wells[well].number is not None for reading in readings)
            ):
                cells = [reading.wells[well] for reading in readings]
                set_aside(self.document, cells, f"well {well} has no number at any wavelength")
                continue
            group = self.document.group()
            put(group.node, "measurement time", time)
            put(group.node, "plate well count", plate.number("number of wells"), "#")
            group.node["container type"] = "well plate"
            if not readings:
                found = [self._missing(plate, group, well, at) for at in range(len(plate.wavelengths) or 1)]
            elif kind == "Endpoint":
                found = [self._endpoint(plate, group, well, reading) for reading in readings]
            elif kind == "Kinetic":
                found = self._kinetics(plate, group, well, readings)
            else:
                found = [self._spectrum(plate, group, well, readings)]
            self.nodes.setdefault((name, well), found)
        for well, cell in plate.reduced.items():
            sources = [(node, self.features[name]) for node in self.nodes.get((name, well), ())]
            if sources:
                self.document.calculated.add("Reduced", cell.as_number(), "(unitless)", sources)

    def _measurement(self, plate: PlateBlock, group: Group, well: str, temperature: float | None, at: int | None) -> Node:
        """A measurement without its value; `at` is the place in the list of wavelengths."""
        mode, name = plate.text("read mode"), plate.text("name")
        node = group.measurement({"device control/device type": "plate reader"})
        control = node["device control aggregate document"]["device control document"][0]
        put(control, "detection type", self.features[name])
        put(control, "number of averages", plate.number("reads per well"), "#")
        put(control, "detector gain setting", plate.text("gain") or None)
        if mode == "Fluorescence":
            put(control, "scan position setting (plate reader)", POSITIONS.get(plate.text("bottom read", POSITIONS)))
        lists = [("excitation wavelength setting", "excitation wavelengths")]
        lists.append(("wavelength filter cutoff setting", "cutoff filters"))
        if at is not None:
            lists.append(("detector wavelength setting", "wavelengths"))
        for path, fact in lists:
            values = plate.numbers(fact)
            put(control, path, values[at or 0] if (at or 0) < len(values) else None, "nm")
        if plate.text("read type") == "Kinetic":
            put(control, "total measurement time setting", plate.number("read time"), "s")
            put(control, "read interval setting", plate.number("read interval"), "s")
            put(control, "number of scans setting", plate.number("kinetic points"), "#")
        sample, group_name = self.samples.get((name, well), ("", ""))
        put(node, "sample document/location identifier", well)
        put(node, "sample document/sample identifier", sample or f"{name} {well}".strip())
        put(node, "sample document/well plate identifier", name)
        put(node, f"sample document/{CUSTOM}", {"group identifier": group_name} if group_name else None)
        put(node, "compartment temperature", temperature, "degC")
        return node

    def _missing(self, plate: PlateBlock, group: Group, well: str, at: int) -> Node:
        """A measurement whose raw value was not exported."""
        node = self._measurement(plate, group, well, None, at)
        add_error(node, MISSING, self.features[plate.text("name")])
        return node

    def _endpoint(self, plate: PlateBlock, group: Group, well: str, reading: Reading) -> Node:
        """One value; a text instead of it, or none, is an error."""
        mode = plate.text("read mode")
        node = self._measurement(plate, group, well, reading.temperature, reading.wavelength)
        cell = reading.wells[well]
        value = cell.as_number()
        put(node, mode.lower(), value, UNITS[mode])
        if value is None:
            add_error(node, cell.as_text() or MISSING, mode)
        return node

    def _kinetics(self, plate: PlateBlock, group: Group, well: str, readings: list[Reading]) -> list[Node]:
        """A curve over time for each wavelength."""
        mode = plate.text("read mode")
        key, label = PROFILES[mode]
        found = []
        for at in sorted({reading.wavelength for reading in readings}):
            parts = [reading for reading in readings if reading.wavelength == at]
            node = self._measurement(plate, group, well, parts[0].temperature, at)
            times = [part.time for part in parts]
            values = self._values(node, well, parts, [f"{time}s" for time in times])
            node[key] = cube(label, [("elapsed time", "s", times)], [(mode.lower(), UNITS[mode], values)])
            found.append(node)
        return found

    def _spectrum(self, plate: PlateBlock, group: Group, well: str, readings: list[Reading]) -> Node:
        """A curve over wavelengths."""
        mode = plate.text("read mode")
        node = self._measurement(plate, group, well, readings[0].temperature, None)
        places = plate.wavelengths
        waves = [float(places[part.wavelength]) if part.wavelength < len(places) else None for part in readings]
        values = self._values(node, well, readings, [f"{wave}nm" for wave in waves], scan=True)
        measures = [(mode.lower(), UNITS[mode], values)]
        node[SPECTRA[mode]] = cube(f"{mode.lower()}-spectrum", [("wavelength", "nm", waves)], measures)
        return node

    def _values(
        self, node: Node, well: str, readings: list[Reading], features: list[str], *, scan: bool = False
    ) -> list[int | float | None]:
        """The numbers of a curve, None where there is none; what is no number, and what a `scan` lacks, is an error there."""
        values: list[int | float | None] = []
        for at, (reading, feature) in enumerate(zip(readings, features, strict=True)):
            cell = reading.wells[well]
            values.append(cell.as_number())
            if values[-1] is None:
                text = cell.as_text() or (MISSING if scan else None)
                if at and scan:
                    self.later.append((node, text, feature))
                else:
                    add_error(node, text, feature)
        return values

    def finish(self) -> None:
        """What follows the groups."""
        for node, text, feature in self.later:
            add_error(node, text, feature)

    def group(self, group: GroupBlock) -> None:
        """The values of a group: numbers and errors as calculated, texts of other columns as custom information of the wells."""
        for place, (sample, cells) in group.samples.items():
            here = self.place(place)
            for cell in cells if here in self.nodes else ():
                if cell.text in (sample, *here):
                    cell.mapped()
        for value in group.values:
            places = [self.place(place) for place in value.wells]
            nodes = [node for place in places for node in self.nodes.get(place, ())]
            if not nodes:
                continue
            if not value.numeric:
                text = value.cell.keep()
                for node in nodes:
                    node.setdefault(CUSTOM, {})[value.column.replace("_", " ")] = text
            else:
                self._value(group, value, self._sources(places))
        wells = dict.fromkeys(self.place(place) for value in group.values for place in value.wells)
        for summary in group.summaries:
            found = summary.cell.as_number()
            sources = self._sources(wells)
            self.document.calculated.add(summary.name, found, "(unitless)", sources, calculation_description=summary.formula)

    def _sources(self, places: Iterable[Place]) -> list[tuple[Node | str, str]]:
        """All measurements of some wells as data sources."""
        return [(node, self.features[place[0]]) for place in places for node in self.nodes.get(place, ())]

    def _value(self, group: GroupBlock, value: Value, sources: list[tuple[Node | str, str]]) -> None:
        """One calculated value, or an error of its measurements where it is a text."""
        formula, cells = group.formulas.get(value.column, (None, []))
        for cell in cells:
            cell.mapped()
        found = value.cell.as_number() if value.number is not None else None
        calculated(self.document, value.column, found, "(unitless)", sources, calculation_description=formula)
        if value.number is not None:
            return
        if value.cell:
            value.cell.mapped()
        for node, _ in sources:
            if isinstance(node, dict):
                add_error(node, value.text or MISSING, value.column)
