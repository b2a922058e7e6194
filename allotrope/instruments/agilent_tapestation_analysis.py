"""Agilent TapeStation Analysis: the XML export of a run, with peaks and regions of every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, add_error, put
from allotrope.instrument import Instrument
from allotrope.record import UNREAD
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.record import Record
    from allotrope.source import Source

UNITS = {"nt": "#", "bp": "#", "kd": "kDa", "kda": "kDa"}
PEAK = (
    ("Height", "peak height", "RFU"),
    ("FromMW", "peak start", ""),
    ("ToMW", "peak end", ""),
    ("Size", "peak position", ""),
    ("Area", "peak area", "(unitless)"),
    ("PercentOfTotal", "relative peak area", "%"),
    ("PercentIntegratedArea", "relative corrected peak area", "%"),
)
REGION = (
    ("From", "data region start", ""),
    ("To", "data region end", ""),
    ("Area", "data region area", "(unitless)"),
    ("PercentOfTotal", "relative data region area", "%"),
)
"""Tag, key, unit; an empty unit is the assay's unit of molecular weight."""
NO_VALUE = "stands for no value"


class Reader:
    """One conversion: the run's facts, and for every sample its peaks and regions."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.document = source.document()
        self.root = source.xml()
        samples = self.root.child("Samples")
        self.samples = samples.all("Sample") if samples else []
        if not self.samples:
            raise source.damaged("the root", f"<{self.root.name}> without samples", "Samples/Sample")
        tapes = self.root.child("ScreenTapes")
        self.tapes = {tape.record.peek("ScreenTapeID"): tape for tape in (tapes.all("ScreenTape") if tapes else [])}
        self.facts: dict[str, Asm] = {}

    def read(self) -> Document:
        """The document; what no place takes is kept with the tape, the peak or the sample that it belongs to."""
        document = self.document
        information = self.root.child("FileInformation")
        facts = information.record if information else None
        run = {
            "analytical method identifier": facts.text("Assay") if facts else None,
            "method version": facts.text("RINeVersion", "DINVersion") if facts else None,
            "experimental data identifier": facts.text("FileName") if facts else None,
        }
        unit = self.root.find("Assay/Units/MolecularWeightUnit")
        named = unit.text.text if unit and unit.text else ""
        self.unit = UNITS.get(named.lower())
        if self.unit and unit and unit.text:
            unit.text.mapped()
        else:
            self.source.find(
                "unit-unknown", f"unit of molecular weight {named!r}: sizes are kept, not mapped", "Assay/Units", "warning"
            )
        self.environment()
        for sample in self.samples:
            group = document.group()
            put(group.document, "analyst", self.analyst)
            for path, value in run.items():
                put(group.node, path, value)
            self.sample(sample, group)
        put(document.aggregate, CUSTOM, self.root.rest())
        return document

    def environment(self) -> None:
        """Person, computer and instrument: those of the first tape."""
        environment = next((found for tape in self.tapes.values() if (found := tape.child("Environment"))), None)
        record = environment.record if environment else None
        self.analyst = record.text("Experimenter") if record else None
        self.device = record.text("InstrumentType") if record else None
        self.document.device |= {
            "device identifier": self.device,
            "equipment serial number": record.text("InstrumentSerialNumber") if record else None,
        }
        self.document.system |= {
            "data system instance identifier": record.text("Computer") if record else None,
            "software version": record.text("AnalysisVersion") if record else None,
        }
        for tape in self.tapes.values():
            other = tape.child("Environment")
            for cell in other.record if other and other is not environment and record else ():
                if record and record.peek(cell.label) == cell.text:
                    cell.ignore("repeats the first tape")

    def tape(self, identifier: str) -> tuple[Asm, Asm]:
        """Facts of a tape for a measurement, and its custom information."""
        tape = self.tapes.get(identifier)
        if tape is None:
            self.source.find("tape-unknown", f"no ScreenTape {identifier!r}", "ScreenTapes", "warning")
            return {}, {}
        if identifier not in self.facts:
            record = tape.record
            record.text("ScreenTapeID")
            self.facts[identifier] = {
                "measurement time": record.time("TapeRunDate"),
                "temperature": record.number("ElectrophoresisTemp"),
                CUSTOM: tape.rest(),
            }
        facts = self.facts[identifier]
        return {"measurement time": facts["measurement time"], "temperature": facts["temperature"]}, facts[CUSTOM]

    def sample(self, sample: Node, group: Group) -> None:
        """One sample: its measurement, peaks, regions and calculated values."""
        record = sample.record
        identifier, well = record.text("ScreenTapeID") or "", record.text("WellNumber")
        facts, custom = self.tape(identifier)
        node = group.measurement(
            {
                "measurement time": facts.get("measurement time"),
                "sample document/sample identifier": "_".join(part for part in (identifier, well) if part) or None,
                "sample document/location identifier": well,
                "sample document/description": description(record),
                "device control/device identifier": self.device,
                "device control/device type": "electrophoresis device",
                "device control/detection type": "fluorescence",
                f"device control/{CUSTOM}": custom or None,
            }
        )
        put(node, "compartment temperature", facts.get("temperature"), "degC")
        add_error(node, record.text("Alert"))
        rna = sample.child("RNA")
        for part in (record, rna.record if rna else None):
            if part is not None:
                self.calculate(part, str(node["measurement identifier"]), "sample")
        processed: Asm = {"peak list": {"peak": [self.peak(peak) for peak in parts(sample, "Peaks", "Peak")]}}
        regions = sorted(
            parts(sample, "Regions", "Region"), key=lambda region: region.record.peek("From")
        )  # numbered in the order of text
        if regions:
            found = [self.region(region, name) for name, region in enumerate(regions, start=1)]
            processed["data region aggregate document"] = {"data region document": found}
        node["processed data aggregate document"] = {"processed data document": [processed]}
        put(node, CUSTOM, sample.rest())

    def peak(self, peak: Node) -> Asm:
        """One peak, with the values that stand on it."""
        node: Asm = {"identifier": self.document.identifier("peak")}
        put(node, "peak name", peak.record.text("Number"))
        put(node, "comment", description(peak.record))
        self.feature(peak, node, PEAK, node["identifier"], "peak")
        return node

    def region(self, region: Node, name: int) -> Asm:
        """One region, with the values that stand on it."""
        node: Asm = {"data region identifier": self.document.identifier("data region"), "data region name": str(name)}
        put(node, "comment", region.record.text("Comment"))
        self.feature(region, node, REGION, node["data region identifier"], "data region")
        return node

    def feature(self, element: Node, node: Asm, fields: tuple[tuple[str, str, str], ...], identifier: str, kind: str) -> None:
        """Quantities and calculated values of a peak or region; the rest is its custom information."""
        record = element.record
        for tag, key, unit in fields:
            if record.peek(tag) == "-":
                record.ignore(tag, because=NO_VALUE)
            elif unit or self.unit:
                put(node, key, record.number(tag), unit or self.unit)
        self.calculate(record, identifier, kind, {tag for tag, _, _ in fields})
        put(node, CUSTOM, element.rest())

    def calculate(self, record: Record, identifier: str, kind: str, known: set[str] | frozenset[str] = frozenset()) -> None:
        """Every other number of an element is a value that the software calculated for it."""
        for cell in list(record):
            if cell.text == "-" and cell.store.fates[cell.handle] == UNREAD:
                cell.ignore(NO_VALUE)
            elif cell.store.fates[cell.handle] == UNREAD and cell.label not in known:
                value = None if cell.label in ("Comment", "Observations") else cell.as_number()
                self.document.calculated.add(cell.label, value, "(unitless)", [(identifier, kind)])


def parts(sample: Node, place: str, name: str) -> list[Node]:
    """The elements of a name in a place of a sample."""
    found = sample.child(place)
    return found.all(name) if found else []


def description(record: Record) -> str | None:
    """Comment and observations as one text."""
    found: list[Any] = [record.text("Comment"), record.text("Observations")]
    return " ".join(part for part in found if part) or None


def read(source: Source) -> Document:
    """The XML of one run."""
    return Reader(source).read()


INSTRUMENT = Instrument(
    name="agilent_tapestation_analysis",
    vendor="Agilent Technologies",
    product="TapeStation Analysis Software",
    manifest="electrophoresis/BENCHLING/2024/09/electrophoresis",
    signature=Signature(("xml",), all=(text(r"<FileInformation\b"), text(r"<ScreenTapes?\b"))),
    read=read,
    device={"brand name": "TapeStation", "product manufacturer": "Agilent"},
    system={"software name": "TapeStation Analysis Software"},
    export="In TapeStation Analysis Software choose File > Export Data and select XML.",
    not_covered="Electropherograms and gel images, which the XML does not hold.",
)
