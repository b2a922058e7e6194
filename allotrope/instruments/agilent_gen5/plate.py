"""One plate of a Gen5 export on its way into the document: what holds for all its measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.custom import CUSTOM
from allotrope.envelope import Document, Group, Node, put, quantity
from allotrope.families.gen5 import Block, PlateExport, layout, lines, sample_of
from allotrope.instruments.agilent_gen5.procedure import EMISSIONS, EXCITATIONS, Optics, Read, procedure
from allotrope.record import UNREAD, Cell
from allotrope.values import number, number_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.source import Source

Line = tuple[str, str, list[tuple[str, Cell]]]
"""Row letters, label, and wells with their filled cells."""


class Plate:
    """Header, reads, layout and groups of one plate; makes measurements that lack only their values."""

    def __init__(self, source: Source, document: Document, export: PlateExport) -> None:
        self.document = document
        self.export = export
        self.grid = export.grid
        self.locale = export.grid.locale
        self.reads, self.kinetic, self.steps = procedure(export)
        place = f"Procedure Details, line {self.grid.line(export.procedure.start)}"
        for read in self.reads:
            if not read.covered:
                name = f"{read.mode} {read.kind}".strip() or read.step
                message = f"read {name!r} is not covered: its values are kept, not converted"
                source.find("unsupported-read", message, place, "warning")
        if not any(read.covered for read in self.reads):
            found = ", ".join(f"{read.mode} {read.kind}".strip() or read.step for read in self.reads) or "no read"
            raise source.damaged(place, found, "reads of endpoints, kinetics or spectra in a known mode")
        self.layout = layout(export)
        self.groups: dict[str, Group] = {}
        header = export.header
        export.describe(document)
        self.time = export.time()
        self.name = export.name(source)
        self.method = header.text("Protocol File Path")
        self.experiment = header.text("Experiment File Path")
        self.reading = header.keep("Reading Type")
        self.number = header.keep("Plate Number")
        self.custom = export.unread()
        self.temperature = export.temperature()

    def unread(self, cell: Cell) -> bool:
        """Whether nothing has read the cell yet."""
        return self.grid.fates[cell.handle] == UNREAD

    def value(self, cell: Cell) -> int | float | None:
        """The number in a cell; looking does not settle its fate."""
        return number(cell.value, self.locale.decimal)

    def curves(self, read: Read) -> list[tuple[str, Block]]:
        """The kinetic tables of a read with their labels, shorter labels first."""
        index = self.reads.index(read) + 1
        named = {block.title: block for block in self.export.blocks if block.kind == "time"}
        labels = sorted(read.labels, key=lambda label: (len(label), label))
        found = [(label, named.get(f"Read {index}:{label}") or named.get(label)) for label in labels]
        if len(self.reads) == 1 and "" in named and labels:
            found.append((labels[0], named[""]))
        return [(label, block) for label, block in found if block]

    def spectra(self, read: Read) -> list[Block]:
        """The tables of wavelengths of a spectral read: by step label; what no step claims belongs to the first such read."""
        spectral = [other for other in self.reads if other.kind == "Spectrum"]
        if read not in spectral:
            return []
        blocks = [block for block in self.export.blocks if block.kind == "wavelength"]
        steps = {other.step for other in spectral if other.step}
        own = [block for block in blocks if read.step and block.title.rpartition(":")[0] == read.step]
        free = [block for block in blocks if block.title.rpartition(":")[0] not in steps]
        return own or (free if read is spectral[0] else [])

    def own_matrices(self, read: Read) -> list[Block]:
        """The matrices that name this read in their titles (`Read 2:450`)."""
        index = self.reads.index(read) + 1
        titled = (block for block in self.export.matrices() if block.title.startswith(f"Read {index}:"))
        return [block for block in titled if read.has(block.title, index)]

    def result_blocks(self) -> list[Block]:
        """The matrix `Results`, else all matrices but the layout."""
        results = self.export.titled("Results")
        return [results] if results and results.matrix else self.export.matrices()

    def read_of(self, label: str) -> tuple[Read, str] | None:
        """The read that a label belongs to, and the label without `Read 2:`; None for labels of calculated values."""
        for index, read in enumerate(self.reads, start=1):
            if read.has(label, index):
                return read, read.own(label, index)
        return None

    @property
    def only_label(self) -> str | None:
        """The label of the one value that the reads give for a well, None where they give several."""
        labels = [(label, part) for read in self.reads for label, part in read.labels.items()]
        several = len({label if part is None else id(part) for label, part in labels}) != 1
        return None if several else labels[0][0]

    def group(self, well: str, count: int | None) -> Group:
        """The technique document of a well; one for all its measurements."""
        if well not in self.groups:
            group = self.groups[well] = self.document.group()
            put(group.node, "measurement time", self.time)
            put(group.node, "plate well count", count, "#")
            group.node["container type"] = "well plate"
        return self.groups[well]

    def measurement(self, read: Read, optics: Optics | None, well: str, count: int | None) -> Node:
        """A measurement with everything but wavelengths and values."""
        node = self.group(well, count).measurement()
        node["device control aggregate document"] = {"device control document": [self._control(read, optics)]}
        node["sample document"] = self._sample(well)
        put(node, "analytical method identifier", self.method)
        put(node, "experimental data identifier", self.experiment)
        put(node, "compartment temperature", self.temperature, "degC")
        put(node, CUSTOM, self.custom)
        return node

    def _control(self, read: Read, optics: Optics | None) -> Node:
        """The device control document: settings of read and filter set."""
        locale = self.locale
        control: Node = {
            "device type": "plate reader",
            "detection type": read.mode,
            "number of averages": quantity(number(read.averages, locale.decimal), "#"),
            "detector carriage speed setting": read.settings.get("Read Speed"),
            "detector distance setting (plate reader)": quantity(number_within(read.height or "", locale.decimal), "mm"),
        }
        if optics:
            control |= {
                "detector gain setting": optics.settings.get("Gain"),
                "scan position setting (plate reader)": optics.position(mirrored=read.mode == "Fluorescence"),
                "detector bandwidth setting": quantity(optics.bandwidth(EMISSIONS, locale), "nm"),
                "excitation bandwidth setting": quantity(optics.bandwidth(EXCITATIONS, locale), "nm"),
            }
            if read.mode == "Fluorescence":
                control["wavelength filter cutoff setting"] = quantity(optics.cutoff(locale), "nm")
        return present(control | {CUSTOM: {**read.custom(optics), **self.reading}})

    def _sample(self, well: str) -> Node:
        """The sample document: its name in the layout, else plate and well; the rest of the layout as custom information."""
        cells = self.layout.get(well, {})
        custom: Node = dict(self.number)
        sample: Node = {"location identifier": well, "well plate identifier": self.name}
        sample["sample identifier"] = sample_of(cells) or f"{self.name or ''} {well}".strip()
        for label, cell in cells.items():
            if label != "Name" and (label != "Well ID" or "Name" in cells):
                custom[label] = cell.keep()
        return present(sample | {CUSTOM: custom})

    def wavelengths(self, node: Node, label: str, optics: Optics | None) -> None:
        """The wavelengths of an endpoint or a curve: an absorbance's is in its label, others are in the filter set."""
        if optics is None:
            wavelength = number(label.rpartition(":")[2].partition(" ")[0], self.locale.decimal)
            put(node, "device control/detector wavelength setting", wavelength, "nm")
        else:
            put(node, "device control/detector wavelength setting", optics.wavelength(EMISSIONS, self.locale), "nm")
            put(node, "device control/excitation wavelength setting", optics.wavelength(EXCITATIONS, self.locale), "nm")


def interleaved(blocks: Iterable[Block]) -> list[Line]:
    """The lines of several matrices: the first of each, then the second of each, and so on."""
    tables = [[*lines(block.matrix)] for block in blocks if block.matrix]
    longest = max(map(len, tables), default=0)
    return [table[at] for at in range(longest) for table in tables if at < len(table)]


def present(node: dict[str, Any]) -> Node:
    """The node without what is None or empty."""
    return {key: value for key, value in node.items() if value is not None and value != {}}
