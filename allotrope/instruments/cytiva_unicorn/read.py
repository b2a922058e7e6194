"""UNICORN: the parts of a result to a document with one measurement for each kind of curve."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, put
from allotrope.errors import Damaged
from allotrope.families.chromatography import MINUTE, Facts
from allotrope.instruments.cytiva_unicorn.curves import CHROMATOGRAM, FRAME, MEASUREMENTS, Curve, named, numbers, volume_cube
from allotrope.instruments.cytiva_unicorn.peaks import peaks_of
from allotrope.members import Members
from allotrope.readers.text import encoding_of
from allotrope.readers.tree import xml_tree
from allotrope.record import KEPT, MAPPED, Leaves

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.source import Source

CONTROL = ("ColumnVolume", "ScanInterval")
RESULT_READ = ("SystemName", "SystemTypeName", "BatchId", "RunIndex", "RunType", "Name", "UNICORNVersion")
PHASE = re.compile(r"Phase (.+) \(Issued\) \(Processing\) \(Completed\)")


def read(source: Source) -> Document:
    """The document of one result."""
    return Reader(source).read()


class Reader:
    """One conversion: the XML parts of the result, and its curves."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.document = source.document()
        self.members = Members(source)
        self.result = self.xml(r"Result\.xml$")
        self.chromatogram = self.xml(r"Chrom\.1\.Xml$")
        self.log = self.xml(r"EvaluationLog\.xml$")
        self.parts = {
            name: self.xml(rf"{name}(\.zip)?$", "Xml") for name in ("SystemData", "InstrumentConfigurationData", "ColumnTypeData")
        }
        found = self.chromatogram.child("Curves") if self.chromatogram else None
        self.curves = found.all("Curve") if found else []
        if self.result is None or not self.curves:
            raise source.damaged("the result", "no Result.xml, or no curves in Chrom.1.Xml", "a UNICORN result")
        self.names = [curve.record.peek("Name") for curve in self.curves]
        self.taken: set[int] = set()

    def xml(self, pattern: str, inner: str = "") -> Node | None:
        """The tree of a part, or of a part in an archive, between its first and last bracket; None where it is absent."""
        name = next((name for name in self.members.names if re.search(pattern, name)), None)
        if name is None:
            return None
        if inner:
            self.members.inside(name)
            name = f"{name}!/{inner}"
        self.members.read.add(name)
        data = self.source.probe.member(name)
        start, end = data.find(b"<"), data.rfind(b">")
        if start == -1 or end < start:
            raise self.source.damaged(name, "no XML", "an XML document")
        text = data[start : start + 65_536].decode(encoding_of(data)[0].replace("utf-8-sig", "utf-8"), "replace")
        return xml_tree(data[start : end + 1], text, self.source.leaves(name, kind="xml"), f"{self.source.name}/{name}")

    def read(self) -> Document:
        """Facts, measurements, fractions and log; what nothing has read is kept with its part."""
        result, chromatogram = self.result, self.chromatogram
        assert result is not None
        assert chromatogram is not None
        facts = Facts(result.record)
        self.system(facts)
        self.criteria = self.search_criteria()
        shared = self.shared(facts)
        group = self.document.group()
        put(group.document, "analyst", self.analyst())
        for kinds in MEASUREMENTS:
            self.measurement(group, kinds, shared)
        custom = facts.keep(("RunIndex", "RunType", "Name")) | Facts(chromatogram.record).keep(
            [cell.label for cell in chromatogram.record]
        )
        put(group.node, CUSTOM, custom)
        self.events(group, chromatogram)
        self.other_curves(group)
        put(self.document.system, CUSTOM, facts.keep([cell.label for cell in result.record if cell.label not in RESULT_READ]))
        rest: dict[str, Any] = {}
        for part in (result, chromatogram, self.log, *self.parts.values()):
            if part is not None:
                rest |= {f"{part.name} {label}": value for label, value in part.rest().items()}
        put(self.document.aggregate, CUSTOM, rest)
        self.members.account(lambda _: "a part of the result without a place in the document")
        return self.document

    def system(self, facts: Facts) -> None:
        """The ÄKTA system and the software."""
        document = self.document
        system, configuration = self.parts["SystemData"], self.parts["InstrumentConfigurationData"]
        instrument = system.find("System/InstrumentConfiguration") if system else None
        document.device |= {
            "asset management identifier": instrument.record.text("Description") if instrument else None,
            "device identifier": facts.text("SystemName"),
            "firmware version": configuration.record.text("FirmwareVersion") if configuration else None,
        }
        put(document.device, CUSTOM, facts.keep(("SystemTypeName",)))
        document.system["software version"] = facts.text("UNICORNVersion")

    def analyst(self) -> str | None:
        """The first person in the log of evaluations."""
        for node in self.log.walk() if self.log else ():
            if node.name == "AuditTrailEntry" and node.record.peek("Operator") not in ("", "System"):
                return node.record.text("Operator")
        return None

    def search_criteria(self) -> dict[str, Any]:
        """What the run was tagged with: sample, volumes, flow rate."""
        listed = self.result.child("ResultSearchCriterias") if self.result else None
        found: dict[str, Any] = {}
        for node in listed.all("ResultSearchCriteria") if listed else ():
            keyword = node.record.cell("Keyword1")
            if keyword:
                found.setdefault(keyword.text, node.record)
        return found

    def tag(self, keyword: str, *, number: bool = False) -> Any:
        """The value of a tag, mapped with its keyword."""
        record = self.criteria.get(keyword)
        value = (record.number("Keyword2") if number else record.text("Keyword2")) if record is not None else None
        if record is not None and value is not None:
            record.text("Keyword1")
        return value

    def shared(self, facts: Facts) -> dict[str, Any]:
        """What every measurement says of sample, injection and column, by path."""
        start = self.curves[0].record.time("MethodStartTime")
        types = self.parts["ColumnTypeData"]
        column = types.child("ColumnType") if types else None
        hardware, media = (column.child("Hardware"), column.child("Media")) if column else (None, None)
        diameter = hardware.record.number("Diameter") if hardware else None
        place = "chromatography column document"
        settings = self.chromatogram.child("AnalysisSettings") if self.chromatogram else None
        names = [name for tag in ("Sample_ID", "Sample_ID_2", "Sample_ID_3") if (name := self.tag(tag)) is not None]
        sample = {f"sample identifier {count}": name for count, name in enumerate(names, start=1) if count > 1}
        sample |= {f"sample volume {count}": self.tag(f"Sample volume_{count}", number=True) for count in (2, 3)}
        quantities = (
            ("sample document/flow rate", self.tag("Flow rate", number=True), "mL/min"),
            (
                "injection document/autosampler injection volume setting (chromatography)",
                self.tag("Sample volume", number=True),
                "mm^3",
            ),
            (f"{place}/column inner diameter", None if diameter is None else diameter * 10, "mm"),
            (
                f"{place}/chromatography column particle size",
                media.record.number("AverageParticleDiameter") if media else None,
                "µm",
            ),
            (f"{place}/void volume", self.column_volume(settings) if settings else None, "mL"),
        )
        return {
            "sample document/sample identifier": names[0] if names else None,
            "sample document/batch identifier": facts.text("BatchId"),
            "injection document/injection identifier": self.document.identifier("injection"),
            "injection document/injection time": start,
            f"{place}/chromatography column serial number": hardware.record.text("ArticleNumber") if hardware else None,
            f"{place}/chromatography column chemistry type": media.record.text("TechniqueName") if media else None,
            **{path: {"value": value, "unit": unit} for path, value, unit in quantities if value is not None},
            f"sample document/{CUSTOM}": {label: value for label, value in sample.items() if value is not None},
            "start": start,
        }

    def column_volume(self, settings: Node) -> float | None:
        """The column's volume in millilitres, from the XML that stands as text in the settings."""
        cell = settings.text
        if not cell:
            return None
        try:
            tree = xml_tree(cell.text, cell.text, Leaves("", self.source.locale), self.source.name)
        except Damaged:
            return None
        place = tree.find("IntegrationSettings/ColumnProperties")
        value = place.record.number("ColumnVolume") if place else None
        if value is not None:
            cell.mapped()
        return value

    def measurement(self, group: Group, kinds: tuple[Curve, ...], shared: dict[str, Any]) -> None:
        """One measurement, if the result has one of its curves."""
        found = [
            (kind, at, made)
            for kind in kinds
            if (at := named(kind.pattern, self.names)) is not None and (made := self.cube(at, kind))
        ]
        if not found:
            return
        node = group.measurement({path: value for path, value in shared.items() if path != "start"})
        node.setdefault("chromatography column document", {})
        count = max(1, *(kind.control for kind, *_ in found))
        controls: list[Asm] = [{"device type": "HPLC"} for _ in range(count)]
        for control in controls:
            put(control, "start time setting", shared["start"])
        for kind, at, made in found:
            self.taken.add(at)
            if kind.control:
                controls[kind.control - 1][kind.path] = made
            else:
                put(node, kind.path, made)
        leading = named(kinds[0].pattern, self.names)
        if leading is not None and "flow" not in kinds[0].concept:
            put(controls[0], CUSTOM, Facts(self.curves[leading].record).keep(CONTROL))
        node["device control aggregate document"] = {
            "device control document": [one for one in controls if len(one) > 2 or len(controls) == 1]
        }
        if kinds[0].path == CHROMATOGRAM and kinds[0].pattern.startswith("UV("):
            peaks = peaks_of(self.document, self.chromatogram)
            if peaks:
                node.setdefault("processed data aggregate document", {}).setdefault("processed data document", [{}])[0][
                    "peak list"
                ] = {"peak": peaks}
        self.facts_of_curves(node, [at for _, at, _ in found])

    def facts_of_curves(self, node: Asm, curves: list[int]) -> None:
        """What the chromatogram says of the curves of a measurement, as custom information of what was made of them."""
        custom: dict[str, Any] = {}
        for at in curves:
            curve = self.curves[at]
            curve.record.text("Name")
            facts = Facts(curve.record)
            label = "" if at == curves[0] else f"{self.names[at]} "
            told = facts.keep([cell.label for cell in curve.record if cell.label not in ("Name", *CONTROL)])
            custom |= {f"{label}{key}": value for key, value in (told | curve.rest()).items()}
        path = f"processed data/{CUSTOM}" if "processed data aggregate document" in node else CUSTOM
        put(node, path, custom)

    def cube(self, at: int, kind: Curve | None) -> Asm | None:
        """The cube of a curve; None where its points are not in the result."""
        points = self.curves[at].find("CurvePoints/CurvePoint")
        file = points.record.peek("BinaryCurvePointsFileName") if points else ""
        archive = next(
            (name for name in self.members.names if file and (name == file or name.endswith((f"/{file}", f"{file}.zip")))), None
        )
        if archive is None or points is None:
            return None
        inside = self.members.inside(archive)
        columns = []
        for name in ("Volumes", "Amplitudes"):
            member, kind_of = (
                next((one for one in inside if one.endswith(f"CoordinateData.{name}{end}")), "") for end in ("", "DataType")
            )
            if not member:
                raise self.source.damaged(archive, f"no CoordinateData.{name}", "the points of a curve")
            stated = self.source.probe.member(kind_of).decode("latin-1").strip() if kind_of else "System.Single[]"
            if not stated.startswith("System.Single"):
                raise self.source.damaged(archive, f"numbers of type {stated}", "System.Single[]")
            columns.append(self.column(member, MAPPED if kind else KEPT))
            self.members.read.add(kind_of)
        points.record.text("BinaryCurvePointsFileName")
        if len(columns[0]) != len(columns[1]) or None in columns[0]:
            message = f"{len(columns[0])} volumes and {len(columns[1])} values: the curve is left out"
            self.source.find("curve-uneven", message, archive, "warning")
            return None
        factor = kind.factor if kind else 1
        values = columns[1] if factor == 1 else [None if value is None else value / (1 / factor) for value in columns[1]]
        unit = self.curves[at].record.peek("AmplitudeUnit") or "(unitless)"
        return volume_cube(
            self.names[at], columns[0], values, kind.concept if kind else self.names[at], kind.unit if kind else unit
        )

    def column(self, member: str, fate: int) -> list[Any]:
        """The numbers of one stream, a cell each."""
        self.members.read.add(member)
        data = self.source.probe.member(member)
        if not data.startswith(FRAME) and all(finding.code != "curve-frame" for finding in self.source.findings):
            self.source.find(
                "curve-frame", "the numbers of the curves are not framed as UNICORN frames them: check the curves", "", "warning"
            )
        values = numbers(data)
        leaves = self.source.leaves(member, kind="unicorn curve")
        for place, value in enumerate(values):
            leaves.add(f"[{place}]", "no number" if value is None else value)
        leaves.fates[:] = bytes([fate]) * len(values)
        return [None if isinstance(value, str) else value for value in leaves.values]

    def other_curves(self, group: Group) -> None:
        """Curves that no measurement takes: whole, in the custom information of the run."""
        names = []
        for at, name in enumerate(self.names):
            if at not in self.taken:
                made = self.cube(at, None)
                if made is not None:
                    put(group.node, CUSTOM, {f"curve {name}": made})
                    names.append(name)
        if names:
            self.source.find(
                "curves-kept", f"curves without a place in the standard are custom information: {', '.join(names)}", "Chrom.1.Xml"
            )

    def events(self, group: Group, chromatogram: Node) -> None:
        """Fractions and the run log; times in minutes become seconds."""
        listed = chromatogram.child("EventCurves")
        if listed is None:
            return
        curves = {curve.record.peek("EventCurveType"): curve for curve in reversed(listed.all("EventCurve"))}
        for kind, name, keys in (
            ("Fraction", "fraction", ("Fraction", "Method")),
            ("Logbook", "log", ("System", "Method", "Manual")),
        ):
            curve = curves.get(kind)
            inner = curve.child("Events") if curve else None
            numbered = enumerate(inner.all("Event") if inner else [], start=1)
            events = [(count, event) for count, event in numbered if event.record.peek("EventType") in keys]
            made = fractions(events) if name == "fraction" else logs(events)
            group.node[f"{name} aggregate document"] = {f"{name} document": made}
            if curve:
                curve.record.text("EventCurveType")


def event_of(event: Node, index: str) -> Asm:
    """What a fraction and an entry of the log have in common."""
    node: Asm = {"index": index}
    minutes = event.record.number("EventTime")
    put(node, "retention time", None if minutes is None else minutes * MINUTE, "s")
    put(node, "retention volume", event.record.number("EventVolume"), "mL")
    return node


def fractions(events: list[tuple[int, Node]]) -> list[Asm]:
    """The fractions of a run, with their numbers among all events."""
    made = []
    for count, event in events:
        node = event_of(event, f"Fraction Event {count}")
        put(node, "fraction role", event.record.text("EventText"))
        put(node, "field type", event.record.text("EventType"))
        put(node, CUSTOM, event.rest())
        made.append(node)
    return made


def logs(events: list[tuple[int, Node]]) -> list[Asm]:
    """The run log, each entry with its number among all events and the phase that it falls into."""
    made: list[Asm] = []
    phase = None
    for count, event in events:
        text, kind = event.record.text("EventText"), event.record.peek("EventSubType")
        if text is None:
            continue
        started = PHASE.match(text) if kind == "BlockStart" else None
        phase = started[1] if started else phase
        node = event_of(event, f"Run Log Event {count}")
        put(node, "log entry", text)
        put(node, "method identifier", phase)
        event.record.text("EventType")
        put(node, CUSTOM, event.rest())
        made.append(node)
        if kind == "BlockEnd" and text.startswith("End Phase"):
            phase = None
    return made
