"""OpenLab CDS: one measurement for every detector signal and pressure trace of every injection."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from allotrope.cube import cube
from allotrope.envelope import CUSTOM, put
from allotrope.families.chromatography import MINUTE
from allotrope.instruments.agilent_openlab_cds.package import Package, why_unread

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.record import Record
    from allotrope.source import Source

ROLES = {"Blank": "blank role", "Sample": "sample role"}
PEAK = (
    ("BeginTime", "peak start", "s", MINUTE),
    ("EndTime", "peak end", "s", MINUTE),
    ("RetentionTime", "retention time", "s", MINUTE),
    ("Area", "peak area", "mAU.s", 1),
    ("AreaPercent", "relative peak area", "%", 1),
    ("Height", "peak height", "mAU", 1),
    ("HeightPercent", "relative peak height", "%", 1),
    ("Resolution_USP", "chromatographic peak resolution", "(unitless)", 1),
    ("Width_50Perc", "peak width at half height", "s", MINUTE),
    ("Width_5Perc", "peak width at 5 % of height", "s", MINUTE),
    ("Width_10Perc", "peak width at 10 % of height", "s", MINUTE),
    ("WidthBase", "peak width at baseline", "s", MINUTE),
    ("TheoreticalPlates_USP", "number of theoretical plates (chromatography)", "(unitless)", 1),
)
"""Element, key, unit, factor."""
COLUMN = (("Diameter", "column inner diameter", "mm", 1), ("ParticleSize", "chromatography column particle size", "µm", 1))
LIMITS = (("MaxTemp", "maximum temperature"), ("MaxPressure", "maximum pressure"))
BAR = 0.1
"""Megapascals."""


def read(source: Source) -> Document:
    """The document of a result set."""
    return Reader(source).read()


class Reader:
    """One conversion: the ACAML description by identifiers, and the archives of injections."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.document = source.document()
        self.package = Package(source)
        names = self.package.ending(".acaml")
        if len(names) != 1:
            raise source.damaged("the result set", f"{len(names)} ACAML files", "exactly one")
        self.package.read.add(names[0])
        self.acaml = source.xml(names[0])
        content = self.acaml.find("Doc/Content")
        if content is None:
            raise source.damaged(names[0], "no Doc/Content", "the description of a result set")
        self.injections = {self.file_of(node): node for node in children(content.child("Injections"), "MeasData")}
        self.samples = children(content.child("Samples"), "MeasData")
        self.setups = {attribute(node): node for node in children(content.child("Samples"), "Setup")}
        resources = content.child("Resources")
        self.instrument = resources.child("Instrument") if resources else None
        self.column = content.find("Resources/SeparationMedium/Type/Column")
        self.modules = {attribute(node): node for node in children(self.instrument, "Module")}

    def file_of(self, injection: Node) -> str:
        """The stem of the file with an injection's raw data."""
        item = injection.find("BinaryData/DataItem")
        return PurePosixPath(item.record.peek("Name").replace("\\", "/")).stem if item else ""

    def read(self) -> Document:
        """The document; what nothing has read is kept or ignored at the end."""
        self.facts()
        group = self.document.group()
        put(group.document, "analyst", self.analyst)
        found: list[tuple[str, str, str]] = []
        for archive in self.package.ending(".dx"):
            members = self.package.inside(archive)
            stem = PurePosixPath(archive).stem
            pressures = self.pressure_traces(stem)
            for member in members:
                trace = PurePosixPath(member).stem
                if member.upper().endswith(".CH") or trace in pressures:
                    found.append((PurePosixPath(member).name, stem, member))
        if not found:
            raise self.source.empty("the result set", "no traces in .dx files", "at least one signal")
        results = {PurePosixPath(name).stem: self.results(name) for name in self.package.ending(".rx")}
        facts = {PurePosixPath(archive).stem: self.acquisition(archive) for archive in self.package.ending(".dx")}
        for _, stem, member in sorted(found):
            self.measurement(group, stem, member, facts[stem], results.get(stem, {}))
        self.rest(facts)
        return self.document

    def facts(self) -> None:
        """Analyst, time, software, instrument and its modules."""
        document, info = self.document, self.acaml.find("Doc/DocInfo")
        record = info.record if info else None
        self.analyst = record.text("CreatedByUser") if record else None
        self.time = record.time("CreationDate") if record else None
        first = next(iter(self.injections.values()), None)
        app = first.find("AcquisitionApplication/AgilentApp") if first else None
        if app:
            document.system |= {"software name": app.record.text("Name"), "software version": app.record.text("Version")}
        if self.instrument is None:
            return
        name = self.instrument.record.text("Name") or ""
        document.device |= {
            "model number": name or None,
            "brand name": name.split()[1] if len(name.split()) > 1 else None,
            "device identifier": self.instrument.record.text("id"),
        }
        modules = [node for node in self.modules.values() if node.record.peek("Type") not in ("ColumnCompartment", "Detector")]
        if modules:
            document.device["device document"] = [self.module(node.record, "Type") for node in modules]

    def module(self, record: Record, kind: str) -> Asm:
        """One module; `kind` is the field that tells what it is."""
        node: Asm = {"device type": record.text(kind) or "unknown"}
        for key, label in (
            ("device identifier", "id"),
            ("product manufacturer", "Manufacturer"),
            ("model number", "PartNo"),
            ("equipment serial number", "SerialNo"),
            ("firmware version", "FirmwareRevision"),
        ):
            put(node, key, record.text(label))
        if kind == "Type" and record.peek("Name"):
            put(node, CUSTOM, {"device name": record.text("Name")})
        return node

    def pressure_traces(self, stem: str) -> set[str]:
        """Identifiers of the pressure traces of an injection; of several the last."""
        found = [node.record.peek("TraceID") for node in self.signals(stem) if "Pressure" in node.record.peek("Description")]
        return set(found[-1:])

    def signals(self, stem: str) -> list[Node]:
        """The signals that the description lists for an injection."""
        return children(self.injections.get(stem), "Signal")

    def acquisition(self, archive: str) -> Record | None:
        """What the instrument noted of an injection; the traces that it lists describe themselves."""
        name = next((name for name in self.package.inside(archive) if name.lower().endswith(".acmd")), None)
        if name is None:
            return None
        self.package.read.add(name)
        info = self.source.xml(name).child("InjectionInfo")
        listed = info.child("Signals") if info else None
        if listed:
            listed.ignore("describes traces, which have headers of their own")
        return info.record if info else None

    def results(self, archive: str) -> dict[str, list[Asm]]:
        """The peaks of an injection by the signal that they are of."""
        name = next((name for name in self.package.inside(archive) if name.endswith("InjectionACAML")), None)
        if name is None:
            return {}
        self.package.read.add(name)
        tree = self.source.xml(name)
        result = tree.find("Doc/Content/Injections/Result")
        named = {
            attribute(peak): one
            for one in children(result, "InjectionCompound")
            if (peak := one.find("Identification/Qualified/Peaks/Peak_ID"))
        }
        found: dict[str, list[Asm]] = {}
        for signal in children(result, "SignalResult"):
            identifier = signal.child("Signal_ID")
            peaks = [self.peak(peak, named.get(attribute(peak))) for peak in signal.all("Peak")]
            if identifier and peaks:
                found[identifier.record.text("id") or ""] = peaks
        for node in children(result, "InjectionCompound"):
            node.ignore("repeats the peaks")
        tree.ignore("bookkeeping of the data analysis")
        return found

    def peak(self, peak: Node, compound: Node | None) -> Asm:
        """One peak; times in minutes become seconds."""
        node: Asm = {"identifier": peak.record.text("id") or self.document.identifier("peak")}
        put(node, "written name", compound.record.text("CompoundName") if compound else None)
        for name, key, unit, factor in PEAK:
            value = peak.child(name)
            if value is None:
                continue
            stated = value.record.peek("unit").replace("*", ".").replace("·", ".")
            if "mAU" in unit and stated and "AU" not in stated:
                unit = unit.replace("mAU", "RFU") if "LU" in stated else stated
            found = value.record.number("val")
            put(node, key, None if found is None else found * factor, unit)
            value.record.text("unit")
        info = peak.child("Info")
        if info:
            info.ignore("bookkeeping of the data analysis")
        put(node, CUSTOM, peak.rest())
        return node

    def measurement(self, group: Group, stem: str, member: str, facts: Record | None, results: dict[str, list[Asm]]) -> None:
        """One trace of an injection."""
        trace = self.package.trace(member)
        injection = self.injections.get(stem)
        signal = next((node for node in self.signals(stem) if node.record.peek("TraceID") == PurePosixPath(member).stem), None)
        node = group.measurement({"measurement time": self.time})
        self.sample(node, facts, injection)
        self.chromatography_column(node)
        label = trace.header.get("signal", "")
        name = label.split(",")[0]
        if "PMP" in label or "Pressure" in label:
            values = [value * BAR for value in trace.values]
            pump = cube("pump pressure", [("retention time", "s", trace.seconds)], [("pump pressure", "MPa", values)])
            put(node, "device control/device type", "pump")
            put(node, "device control/system pressure data cube", pump)
        else:
            kind, *concept = detection(label, trace.header.get("unit", ""))
            self.detector(node, signal, label, kind)
            measures = [(concept[0], concept[1], trace.values)]
            node["chromatogram data cube"] = cube(f"{name} chromatogram", [("retention time", "s", trace.seconds)], measures)
        peaks = results.get(attribute(signal)) if signal else None
        if peaks:
            processed = {"processed data identifier": self.document.identifier("processed data"), "peak list": {"peak": peaks}}
            node["processed data aggregate document"] = {"processed data document": [processed]}
        put(
            node,
            f"device control/{CUSTOM}",
            {f"trace {key}": text for key, text in trace.header.items() if key not in ("signal", "unit")},
        )

    def detector(self, node: Asm, signal: Node | None, label: str, kind: str) -> None:
        """The module that a signal comes from, what it detects, and its wavelengths in nanometres."""
        reference = signal.child("InstrumentModule_ID") if signal else None
        module = self.modules.get(attribute(reference)) if reference else None
        control = self.module(module.record, "Name") if module else {"device type": label.split(",")[0] or "detector"}
        light = kind == "Fluorescence"
        control["detection type"] = kind
        excitation, emission = re.search(r"Ex=([\d.]+)", label), re.search(r"Em=([\d.]+)", label)
        wavelength = re.search(r"(?:Sig|Wavelength)=([\d.]+)(?:,([\d.]+))?", label)
        if light and excitation:
            put(control, "excitation wavelength setting", float(excitation[1]), "nm")
        if light and emission:
            put(control, "detector wavelength setting", float(emission[1]), "nm")
        if wavelength and not light:
            put(control, "detector wavelength setting", float(wavelength[1]), "nm")
            put(control, "detector bandwidth setting", float(wavelength[2]) if wavelength[2] else None, "nm")
        node["device control aggregate document"] = {"device control document": [control]}

    def sample(self, node: Asm, facts: Record | None, injection: Node | None) -> None:
        """Sample and injection: as the instrument noted them, and as the sequence set them up."""
        identifier = attribute(injection) if injection else ""
        measured = next(
            (one for one in self.samples if any(attribute(part) == identifier for part in one.all("InjectionMeasData_ID"))), None
        )
        reference = measured.child("SampleSetup_ID") if measured else None
        setup = self.setups.get(attribute(reference)) if reference else None
        analysis, acquired = (setup.child("DAParam"), setup.child("AcqParam")) if setup else (None, None)
        kind = analysis.record.text("Type") if analysis else None
        custom: Asm = {}
        if facts is not None:
            put(node, "sample document/sample identifier", facts.text("SampleName"))
            put(node, "injection document/injection time", facts.time("RunDateTime"))
            put(
                node,
                "injection document/autosampler injection volume setting (chromatography)",
                facts.number("InjectionVolume"),
                "mm^3",
            )
            facts.text("InjectionVolumeUnits")
            custom = {
                "location identifier": facts.text("Location"),
                "replicate": facts.text("Replicate"),
                "barcode": facts.text("Barcode"),
            }
        put(node, "sample document/sample role type", ROLES.get(kind or ""))
        amount = analysis.child("SampleAmount") if analysis else None
        value = amount.record.number("val") if amount else None
        if amount and value is not None:
            custom["sample amount"] = {"value": value, "unit": amount.record.text("unit") or "(unitless)"}
        if kind and kind not in ROLES:
            custom["sample type"] = kind
        put(node, f"sample document/{CUSTOM}", {label: found for label, found in custom.items() if found is not None})
        put(node, "injection document/injection identifier", injection.record.text("id") if injection else None)
        injected = {
            "injection source": facts.text("InjectionSource") if facts is not None else None,
            "acquisition method identifier": facts.text("AcquisitionMethod") if facts is not None else None,
            "injector position": acquired.record.text("InjectorPosition") if acquired else None,
        }
        put(node, f"injection document/{CUSTOM}", {label: found for label, found in injected.items() if found is not None})

    def chromatography_column(self, node: Asm) -> None:
        """The column's compartment and, where it is described, the column itself."""
        place = node.setdefault("chromatography column document", {})
        module = next((one for one in self.modules.values() if one.record.peek("Name") == "Column Comp."), None)
        custom: Asm = {}
        if module:
            put(place, "chromatography column serial number", module.record.text("SerialNo"))
            put(place, "chromatography column part number", module.record.text("PartNo"))
            put(place, "product manufacturer", module.record.text("Manufacturer"))
            custom["firmware version"] = module.record.text("FirmwareRevision")
        self.document.fill(place, "chromatography column serial number")
        column = self.column
        if column:
            for name, key, unit, factor in (*COLUMN, ("Length", "chromatography column length", "cm", 0.1)):
                part = column.child(name)
                value = part.record.number("val") if part else None
                put(place, key, None if value is None else value * factor, unit)
            for name, label in LIMITS:
                part = column.child(name)
                value = part.record.number("val") if part else None
                if part and value is not None:
                    custom[label] = {"value": value, "unit": (part.record.text("unit") or "(unitless)").replace("°C", "degC")}
        put(place, CUSTOM, {label: value for label, value in custom.items() if value is not None})

    def rest(self, facts: dict[str, Record | None]) -> None:
        """What nothing has read of each injection, and the account of all other parts of the result set."""
        kept: dict[str, Any] = {}
        for stem, injection in self.injections.items():
            diagnostics = injection.child("DiagnosticData")
            noted = facts.get(stem)
            found = (diagnostics.rest() if diagnostics else {}) | (noted.rest() if noted is not None else {})
            kept |= {f"{stem} {label}": value for label, value in found.items()}
        self.acaml.ignore("the result set's own description of its parts")
        put(self.document.aggregate, CUSTOM, kept)
        self.package.account(why_unread)


def detection(label: str, unit: str) -> tuple[str, str, str]:
    """What a detector's signal is: type of detection, concept and unit; of other detectors as the trace states its unit."""
    if "FLD" in label or unit == "LU":
        return "Fluorescence", "fluorescence", "RFU"
    if "DAD" in label or "AU" in unit or not unit:
        return "Absorbance", "absorbance", "mAU"
    if label.startswith("RID") or "RIU" in unit:
        return "Refractive Index", "refractive index", unit
    return label.split(",")[0], "detector signal", unit


def attribute(node: Node | None) -> str:
    """The identifier of an element, whose fate stays open."""
    return node.record.peek("id") if node else ""


def children(node: Node | None, name: str) -> list[Node]:
    """The elements of a name below a node, if there is one."""
    return node.all(name) if node else []
