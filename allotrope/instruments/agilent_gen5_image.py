"""BioTek/Agilent Gen5 imaging: the text export of a plate whose reads are images; matrices hold features of the images."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.gen5 import (
    IMAGE_READ,
    PLATE_READ,
    PROCEDURE,
    SOFTWARE,
    PlateExport,
    layout,
    leftovers,
    lines,
    plates,
    sample_of,
)
from allotrope.families.plate import WELL_COUNTS
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text
from allotrope.values import number, number_within

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group, Node
    from allotrope.record import Cell
    from allotrope.source import Source
    from allotrope.values import Locale, Scalar

FOCUS = frozenset(("Laser autofocus", "Autofocus with optional scan", "Autofocus without optional scan"))
LIGHTS = {
    "Brightfield": "brightfield",
    "Phase Contrast": "phase contrast",
    "Transmitted Light": "brightfield",
    "Reflected Light": "brightfield",
    "Color Bright Field": "brightfield",
    "Bright Field": "brightfield",
    "Bright Field:High Contrast": "brightfield",
}
_CHANNEL = re.compile(r"Channel \d+:\s+(.*)|Color Camera")
_TAG = re.compile(r"(.+) (\d{3}),(\d{3})")


@dataclass(slots=True)
class Settings:
    """The settings of a channel or of a read: `key: value` pairs, and lines that are none."""

    head: str = ""
    pairs: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One line of settings, separated by commas."""
        for part in re.split(r",\s+", line):
            key, colon, value = part.partition(": ")
            if colon:
                before = self.pairs.get(key.strip(), value.strip())
                if before != value.strip():
                    self.remarks.append(f"{key.strip()}: {before}")
                self.pairs[key.strip()] = value.strip()
            else:
                self.remarks.append(part)

    def custom(self, taken: tuple[str, ...], name: str) -> dict[str, Scalar]:
        """What no field of the schema takes."""
        found: dict[str, Scalar] = {key: value for key, value in self.pairs.items() if key not in taken}
        return found | ({name: "; ".join(self.remarks)} if self.remarks else {})


@dataclass(slots=True)
class Read:
    """One imaging read: its own settings and those of each channel."""

    own: Settings = field(default_factory=Settings)
    channels: list[Settings] = field(default_factory=list)

    @property
    def taken(self) -> list[Settings]:
        """The channels in which images were taken: those stated, else one of which nothing is known."""
        image = any(remark.startswith("Image") for remark in self.own.remarks)
        return self.channels or ([Settings()] if image else [])


def procedure(export: PlateExport) -> tuple[list[Read], dict[str, Scalar]]:
    """The reads of a plate, and the other steps as custom information; a channel's settings stand deeper than its head."""
    grid, reads = export.grid, list[Read]()
    steps: dict[str, dict[str, Scalar]] = {}
    channel: Settings | None = None
    inside = False
    for row in export.procedure:
        cells = grid.cells(row)
        if cells[0].text == "Read":
            inside, channel = True, None
            reads.append(Read())
            reads[-1].own.remarks += [cell.text for cell in cells[1:]]
        elif inside and not grid.text(row):
            line = cells[0].text
            if _CHANNEL.match(line):
                channel = Settings(line)
                reads[-1].channels.append(channel)
            elif channel and str(cells[0].value).startswith(" "):
                channel.add(line)
            else:
                channel = None
                reads[-1].own.add(line)
        else:
            inside = False
            texts = [str(cell.keep()) for cell in cells]
            put(steps, CUSTOM, {texts[0].rstrip(":") if len(texts) > 1 else "Procedure step": " ".join(texts[len(texts) > 1 :])})
            continue
        for cell in cells:
            cell.mapped()
    return reads, dict(steps.get(CUSTOM, {}))


def control(read: Read, channel: Settings, locale: Locale) -> Node:
    """The device control document of one channel of one read."""
    tag = _TAG.match(found[1]) if (found := _CHANNEL.match(channel.head)) and found[1] else None
    light = next((name for name in LIGHTS if re.search(rf"\b{name}\b", channel.head)), None)
    light = light or next((name for name in channel.remarks if name in LIGHTS), None)
    rows, columns = (number(read.own.pairs.get(key, ""), locale.decimal) for key in ("Montage rows", "columns"))
    exposure = channel.pairs.get("Integration time", "").partition(" ")[0]
    node: Node = {"device type": "Imager", "detection type": "optical-imaging"}
    put(node, "detector gain setting", channel.pairs.get("Camera gain"))
    if tag:
        put(node, "fluorescent tag setting", tag[1])
        put(node, "excitation wavelength setting", number(tag[2]), "nm")
        put(node, "detector wavelength setting", number(tag[3]), "nm")
    elif light:
        put(node, "transmitted light setting", LIGHTS[light])
    objective = re.sub(r"\s*[xX]$", "", read.own.pairs.get("Objective", ""))
    magnification = number_within(objective, locale.decimal)
    quantities = (
        ("magnification setting", magnification, "(unitless)"),
        ("exposure duration setting", number_within(exposure, locale.decimal), "ms"),
        ("illumination setting", number(channel.pairs.get("LED intensity", ""), locale.decimal), "(unitless)"),
        ("image count setting", rows * columns if rows and columns else None, "(unitless)"),
    )
    for path, value, unit in quantities:
        if value is not None:
            put(node, path, value, unit)
    node["auto focus setting"] = any(remark in FOCUS for first in read.channels[:1] for remark in first.remarks)
    placed = ("Montage rows", "columns", *(("Objective",) if magnification is not None else ()))
    custom = read.own.custom(placed, "Read settings")
    if channel.head and not (tag and channel.head.endswith(tag[0])):
        custom["Channel"] = channel.head
    return node | {CUSTOM: custom | channel.custom(("Integration time", "Camera gain", "LED intensity"), "Channel settings")}


class Plate:
    """One plate on its way into the document."""

    def __init__(self, source: Source, document: Document, export: PlateExport) -> None:
        self.document = document
        self.export = export
        header = export.header
        export.describe(document)
        self.time = export.time()
        self.name = export.name(source)
        self.facts = {
            "analytical method identifier": header.text("Protocol File Path"),
            "experimental data identifier": header.text("Experiment File Path"),
        }
        self.reads, self.steps = procedure(export)
        self.samples = layout(export)
        self.temperature = export.temperature()
        self.custom = export.unread()
        self.documents = [control(read, channel, export.grid.locale) for read in self.reads for channel in read.taken]
        if not self.documents:
            place = "Procedure Details"
            raise source.damaged(place, "no read of images", "an image read with its settings")

    def group(self, count: int | None) -> Group:
        """A technique document with time, well count and the paths of protocol and experiment."""
        group = self.document.group()
        put(group.node, "measurement time", self.time)
        put(group.node, "plate well count", count, "#")
        for path, value in self.facts.items():
            put(group.node, path, value)
        group.node["container type"] = "well plate"
        return group

    def images(self, group: Group, sample: str, well: str | None) -> None:
        """The measurements of a well: one for each channel of each read."""
        for facts in self.documents:
            node = group.measurement()
            custom = dict(facts[CUSTOM])
            node["device control aggregate document"] = {"device control document": [{**facts, CUSTOM: custom}]}
            put(node, "sample document/sample identifier", sample)
            put(node, "sample document/location identifier", well)
            put(node, "sample document/well plate identifier", self.name)
            put(node, "compartment temperature", self.temperature, "degC")
            others = {label: cell.keep() for label, cell in self.samples.get(well or "", {}).items()}
            put(node, f"sample document/{CUSTOM}", {label: value for label, value in others.items() if label != "Well ID"})

    def convert(self) -> None:
        """One technique document a well, or a single one with the settings where there are no results."""
        features: dict[str, list[tuple[str, Cell]]] = {}
        results = self.export.titled("Results")
        blocks = [results] if results and results.matrix else self.export.matrices()
        for block in blocks:
            if block.matrix:
                for row, (_, label, _) in zip(block.matrix.lines, lines(block.matrix), strict=True):
                    for well, cell in block.matrix.line(*row, label):
                        features.setdefault(well, []).append((label, cell))
        if not features:
            plate_type = re.findall(r"\d+", str(self.steps.get("Plate Type", "")))
            count = next((int(found) for found in plate_type if len(found) < 5 and int(found) in WELL_COUNTS), None)
            self.images(self.group(count), "METADATA ONLY", None)
        for well, cells in features.items():
            group = self.group(len(features))
            self.images(group, sample_of(self.samples.get(well, {})) or f"{self.name or ''} {well}".strip(), well)
            node = group.node if len(self.documents) > 1 else group.measurements[0]
            self.processed(node, cells)

    def processed(self, node: Node, cells: list[tuple[str, Cell]]) -> None:
        """The features of a well's images; one that the software could not determine has no result."""
        found: list[Node] = []
        for label, cell in cells:
            identifier = self.document.identifier("image feature")
            feature: Node = {"image feature identifier": identifier, "image feature name": label}
            put(feature, "image feature result", cell.as_number(), "(unitless)")
            if cell and "image feature result" not in feature:
                put(feature, CUSTOM, {"result": cell.keep()})
            found.append(feature)
        put(node, "processed data/processed data identifier", self.document.identifier("processed data"))
        put(node, "processed data/image feature aggregate document/image feature document", found)


def read(source: Source) -> Document:
    """Every plate of the export."""
    document = source.document()
    for export in plates(source):
        plate = Plate(source, document, export)
        plate.convert()
        put(document.aggregate, CUSTOM, plate.steps | plate.custom | leftovers(export))
    return document


INSTRUMENT = Instrument(
    name="agilent_gen5_image",
    vendor="Agilent",
    product="BioTek Gen5 Image",
    manifest="plate-reader/BENCHLING/2023/09/plate-reader",
    signature=Signature(
        ("text",),
        all=(text(SOFTWARE), text(PROCEDURE)),
        any=(text(IMAGE_READ), text(rf"\A(?![\s\S]*{PLATE_READ}).*")),
    ),
    read=read,
    system={"software name": "Gen5 Image"},
    export="In Gen5 use the text export of a plate (Report/Export Builders, file export) with header and procedure details.",
    not_covered="The images; kinetic series of images.",
)
