"""PerkinElmer EnVision: the CSV export of an assay: results of plates, plate maps, labels, filters, instrument."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.plate import split_well, well_count_of
from allotrope.field import Field, apply
from allotrope.instrument import Instrument
from allotrope.instruments.perkin_elmer_envision.tables import Plate, blocks, platemaps, plates, rest, sections, titled
from allotrope.signature import Signature, text
from allotrope.values import moment, number

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.record import Cell, Record
    from allotrope.source import Source

UNITS = {"Absorbance": "mAU", "Fluorescence": "RFU", "Luminescence": "RLU"}
MODES = {"ABS": "Absorbance", "Absorbance": "Absorbance", "LUM": "Luminescence", "Luminescence": "Luminescence"}
"""Parts of a label's name that tell its mode; others are fluorescence."""
ROLES = {
    **dict.fromkeys(("BL", "LB"), "blank role"),
    **dict.fromkeys(("CTL", "LC", "LH", "ZH", "ZL"), "control sample role"),
    "STD": "standard sample role",
    "S": "sample role",
    **dict.fromkeys(("-", "UNK"), "unknown sample role"),
}
"""How a code of the plate map begins, and its role; longer codes come first."""
POSITIONS = {"Top": "top scan position (plate reader)", "Bottom": "bottom scan position (plate reader)"}
SAMPLE = f"sample document/{CUSTOM}"
CONTROL = f"device control/{CUSTOM}"
DEGREES = ("Chamber temperature at end", "Ambient temperature at start", "Ambient temperature at end")
INSIDE = ("Inside temperature at start", "Inside temperature at end")
FIELDS = (
    Field("Chamber temperature at start", "compartment temperature", unit="degC"),
    Field("Measured height", "device control/detector distance setting (plate reader)", unit="mm"),
    *(Field(label, f"{CONTROL}/{label}", unit="degC") for label in (*DEGREES, *INSIDE)),
    *(Field(label, f"{CONTROL}/{label}", unit="%") for label in ("Humidity at start", "Humidity at end")),
    *(Field(label, CONTROL) for label in ("Kinetics", "ScanX", "ScanY")),
    Field("Group", f"{SAMPLE}/group identifier"),
    Field("Repeat", SAMPLE),
)
"""What a plate's line of information says of each of its measurements."""


Nodes = dict[int, dict[str, "Node"]]
"""Measurements by place in the list of result tables and by well."""


class Assay:
    """What holds for all plates: labels, filters, plate type, plate maps, assay."""

    def __init__(self, source: Source, grid: Grid, runs: list[tuple[int, int]]) -> None:
        self.grid = grid
        ends = ("Filters", "Mirror modules", "Instrument", "Aperture", "Normalization")
        self.labels = blocks(grid, "Labels", ends)
        self.filters = blocks(grid, "Filters", ends[1:])
        self.maps = platemaps(source, grid, runs)
        self.type = self._pairs("Plate type", 4)
        self.assay = self._pairs("Basic assay information", 4)
        self.instrument = self._pairs("Instrument", 4)
        self.plate_type = self.type.keep("Name of the plate type") if self.type else {}
        self.wells = self.type.number("Number of the wells in the plate") if self.type else None
        self.shape = self.type.rest() if self.type else {}

    def _pairs(self, title: str, value: int) -> Record | None:
        grid = self.grid
        start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith(title)), None)
        if start is None:
            return None
        titled(grid, start, title)
        return grid.pairs(range(start + 1, grid.until_blank(start)), value=value)

    def label(self, plate: Plate) -> tuple[str, Record | None]:
        """The label that a plate was read with: the one its own label names, else the first."""
        named = [name for name in self.labels if name in plate.facts.peek("Label")]
        name = max(named, key=len, default=next(iter(self.labels), plate.facts.peek("Label")))
        return name, self.labels.get(name)

    def mode(self, plate: Plate) -> str:
        """The detection mode of a plate, from its label."""
        name = self.label(plate)[0]
        found = next((mode for part, mode in MODES.items() if part in name), "")
        return found or ("Absorbance" if re.match(r"A\d{3}", name) else "Fluorescence")

    def filter(self, name: str) -> tuple[int | float | None, int | float | None]:
        """Wavelength and bandwidth in nm of a filter."""
        record = self.filters.get(name)
        description = record.peek("Description") if record else ""
        wavelength = re.search(r"(?:Longpass|CWL)=(\d+)nm", description)
        bandwidth = re.search(r"BW=([\d ]+)nm", description)
        return number(wavelength[1]) if wavelength else None, number(bandwidth[1].replace(" ", "")) if bandwidth else None

    def control(self, plate: Plate) -> Node:
        """The settings of a plate's label."""
        node: Node = {}
        mode, label = self.mode(plate), self.label(plate)[1]
        put(node, "device type", f"{mode.lower()} detector")
        if label is None:
            return node
        put(node, "number of averages", label.number("Number of flashes"), "#")
        put(node, "detector gain setting", label.text("Reference AD gain"))
        put(node, "scan position setting (plate reader)", POSITIONS.get(label.text("Using of emission filter") or ""))
        detector = re.search(r"De=(...)", plate.facts.peek("Measinfo"))
        emission = {"1st": "Ems. filter", "2nd": "2nd ems. filter"}.get(detector[1] if detector else "", "")
        for kind, name in (("excitation", "Exc. filter"), ("detector", emission)):
            wavelength, bandwidth = self.filter(label.text(name) or "") if name else (None, None)
            if wavelength is not None:
                put(node, f"{kind} wavelength setting", wavelength, "nm")
            if bandwidth is not None:
                put(node, f"{kind} bandwidth setting", bandwidth, "nm")
        return node


def convert(document: Document, assay: Assay, results: list[Plate]) -> Nodes:
    """One technique document a well of a plate; returns the measurements by place in `results` and well."""
    times = [time for plate in results if (time := moment(plate.facts.peek("Measurement date"), assay.grid.locale))]
    for plate in results:  # the first one is the time of all; a later one is kept with its own plate
        if moment(plate.facts.peek("Measurement date"), assay.grid.locale) == min(times, default=None):
            plate.facts.text("Measurement date")
    facts = assay.assay
    method, experiment = (facts.text("Protocol ID"), facts.text("Assay ID")) if facts else (None, None)
    custom = facts.rest() if facts else {}
    groups: dict[tuple[str, str], Group] = {}
    found: dict[int, dict[str, Node]] = {at: {} for at in range(len(results))}
    wells = {(plate.number, well) for plate in results for well, _ in plate.wells}
    for key in sorted(wells, key=lambda key: (key[0], key[1][0], split_well(key[1]) or (0, 0))):
        group = groups[key] = document.group()
        put(group.node, "measurement time", min(times, default=None))
        put(group.node, "plate well count", assay.wells or well_count_of(well for _, well in wells), "#")
        put(group.node, "analytical method identifier", method)
        put(group.node, "experimental data identifier", experiment)
        group.node["container type"] = "well plate"
        put(group.node, CUSTOM, {label: value for label, value in custom.items() if value != "N/A"})
    for at, plate in enumerate(results):
        if not plate.wells:
            continue
        make = _Maker(assay, plate)
        for well, cell in plate.wells:
            found[at][well] = make.fill(groups[plate.number, well].measurement(), well, cell)
    return found


class _Maker:
    """Makes the measurements of one plate."""

    def __init__(self, assay: Assay, plate: Plate) -> None:
        self.assay = assay
        self.plate = plate
        self.mode = assay.mode(plate)
        template: Node = {}
        apply(FIELDS, plate.facts, template)
        self.temperature = template.get("compartment temperature")
        self.custom = plate.facts.rest()
        own = template.get("device control aggregate document", {}).get("device control document", [{}])[0]
        self.control = own | assay.control(plate) | {CUSTOM: own.get(CUSTOM, {}) | assay.shape}
        self.sample = template.get("sample document", {}).get(CUSTOM, {}) | assay.plate_type

    def fill(self, node: Node, well: str, cell: Cell) -> Node:
        """A measurement of a well."""
        sample: Node = {"sample identifier": f"{self.plate.barcode} {well}", "location identifier": well}
        sample |= {"well plate identifier": self.plate.barcode, CUSTOM: dict(self.sample)}
        placed = self.assay.maps.get(self.plate.number, {}).get(well)
        if placed:
            code, *heads = placed
            for head in heads:
                head.mapped()
            role = next((role for start, role in ROLES.items() if code.text.startswith(start)), None)
            put(sample, "sample role type", role)
            put(sample, CUSTOM, {"plate map": code.keep()})
        node["sample document"] = sample
        control = self.control | {CUSTOM: dict(self.control[CUSTOM])}
        node["device control aggregate document"] = {"device control document": [control]}
        put(node, "compartment temperature", self.temperature)
        put(node, self.mode.lower(), cell.as_number(), UNITS[self.mode])
        put(node, CUSTOM, self.custom)
        return node


def calculate(document: Document, assay: Assay, found: list[Plate], results: list[Plate], nodes: Nodes) -> None:
    """The calculated tables: each value stands on the same well of the result tables that its backgrounds name."""
    for plate in found:
        if plate in results:
            continue
        formula = plate.facts.text("Formula") or ""
        sources = []
        for background in plate.backgrounds:
            for at, result in enumerate(results):
                same = result.facts.peek("Measinfo") == background.peek("MeasInfo")
                if same and result.number == background.peek("Plate") and background.peek("Label") in result.facts.peek("Label"):
                    sources.append(at)
                    break
        for well, cell in plate.wells:
            stands = [(nodes[at][well], assay.mode(results[at])) for at in sources if well in nodes[at]]
            if stands:
                name = formula.partition("=")[0].strip()
                document.calculated.add(name, cell.as_number(), "(unitless)", stands, calculation_description=formula)


def read(source: Source) -> Document:
    """The tables of results and of calculated values, then what the rest of the file says of them."""
    grid = source.grid()
    start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith("Plate information")), None)
    if start is None:
        place = "the text"
        raise source.damaged(place, "no line 'Plate information'", "an export of EnVision with plate information")
    runs = list(sections(grid))
    found = list(plates(source, grid, start, runs))
    results = [plate for plate in found if plate.facts.peek("Label") and plate.facts.peek("Measinfo")]
    if not any(plate.wells for plate in results):
        place = "the plates"
        raise source.empty(place, "no table of results with values", "at least one plate that was measured")
    assay = Assay(source, grid, runs)
    document = source.document()
    if assay.instrument:
        document.device["device identifier"] = assay.instrument.text("Nickname")
        document.device["equipment serial number"] = assay.instrument.text("Serial number")
    for row in range(len(grid.rows)):
        software = re.search(r"Exported with (.+) version (\S+)", grid.text(row))
        if software:
            document.system |= {"software name": software[1], "software version": software[2]}
            grid.at(row, 0).mapped()
    nodes = convert(document, assay, results)
    calculate(document, assay, found, results, nodes)
    custom: Node = {}
    for plate in found:
        for background in plate.backgrounds:
            put(custom, CUSTOM, {f"{plate.barcode} background {label}": value for label, value in background.rest().items()})
        put(custom, CUSTOM, {f"{plate.barcode} {label}": value for label, value in plate.facts.rest().items()})
    for record in (*assay.labels.values(), *assay.filters.values()):
        put(custom, CUSTOM, record.rest())
    put(document.aggregate, CUSTOM, dict(custom.get(CUSTOM, {})) | rest(grid))
    return document


INSTRUMENT = Instrument(
    name="perkin_elmer_envision",
    vendor="PerkinElmer",
    product="EnVision",
    manifest="plate-reader/REC/2024/06/plate-reader",
    signature=Signature(("text",), all=(text(r"^Plate information\b"), text(r"^Plate.Repeat.Barcode\b"))),
    read=read,
    device={"model number": "EnVision"},
    export="In EnVision Manager set the auto export to the format Plate or Plate2 with plate, assay and protocol information.",
    not_covered="List formats; scans within a well; kinetics as curves.",
)
