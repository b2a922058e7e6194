"""Empower: injections with their channels and results, grouped by sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, NOT_AVAILABLE, put
from allotrope.families.chromatography import Facts, chromatogram, quantities, series
from allotrope.instruments.benchling_empower import labels as known

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.source import Source

ABSORBANCE = {"AU": 1000, "mAU": 1}
"""Milli-absorbance units of each unit."""
SECRET = "a password"  # noqa: S105 - the reason why it is left out


def read(source: Source) -> Document:
    """The document; what no place takes is kept with the injection, result or sample set that it belongs to."""
    return Reader(source).read()


class Reader:
    """One conversion: the sample set's facts, its methods, and what belongs to each injection."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.document = source.document()
        self.root = source.json()
        values = self.root.child("values")
        fields = values.child("fields") if values else None
        metadata = self.root.child("metadata")
        self.values = values
        self.set = Facts(*(part.record for part in (fields, metadata) if part))
        for part in (fields, metadata):
            if part:
                part.record.ignore("password", because=SECRET)
        self.channels = by_injection(values, "channels")
        self.results = by_injection(values, "results")
        self.instrument_methods = listed(values, "instrument_methods")
        self.processing_methods = listed(values, "processing_methods")

    def read(self) -> Document:
        """One group a sample, one measurement an injection and channel."""
        of_sample: dict[str, list[tuple[Facts, Node | None]]] = {}
        for injection in listed(self.values, "injections"):
            fields = injection.child("fields")
            if fields is None:
                self.source.find("injection-without-fields", "kept as it is", injection.path, "warning")
                continue
            key = str(Facts(fields.record).peek("InjectionId"))
            for channel in self.channels.get(key, [None]):
                below = channel.child("fields") if channel else None
                facts = Facts(*(part.record for part in (fields, below) if part))
                of_sample.setdefault(str(facts.peek("SampleName") or ""), []).append((facts, channel))
        if not of_sample:
            raise self.source.empty("values/injections", "no injections", "at least one injection with its fields")
        self.system(next(iter(of_sample.values()))[0][0])
        analyst = self.set.text("SampleSetAcquiredBy")
        for injections in of_sample.values():
            group = self.document.group()
            put(group.document, "analyst", analyst)
            first = injections[0][0]
            put(group.node, CUSTOM, first.keep(known.GROUP) | self.set.keep(known.SET_OF_GROUP))
            for facts, channel in injections:
                self.measurement(group, facts, channel, others=() if facts is not first else known.GROUP)
        put(self.document.aggregate, CUSTOM, self.root.rest())
        return self.document

    def system(self, first: Facts) -> None:
        """Data system and device: the Empower system, its project and its sample set."""
        document, name = self.document, self.set.text("SystemName")
        document.device["asset management identifier"] = name
        document.system["data system instance identifier"] = name
        document.system["software version"] = first.text("AcqSWVersion")
        custom = self.set.keep(known.SET) | self.set.others((*known.SET, *known.SET_READ))
        put(document.system, CUSTOM, custom)

    def measurement(self, group: Group, facts: Facts, channel: Node | None, others: tuple[str, ...]) -> None:
        """One injection as one channel saw it."""
        identifier = facts.text("InjectionId")
        node = group.measurement(
            {
                "measurement time": self.set.time("SampleSetStartDate"),
                "sample document/sample identifier": facts.text("SampleName"),
                "sample document/batch identifier": self.set.text("sample_set_id"),
                "sample document/sample role type": known.role_of(facts.text("SampleType")),
                "sample document/written name": facts.text("Label"),
                "sample document/location identifier": facts.text("VialId"),
                "chromatography column document/chromatography column serial number": facts.text("ColumnSerialNumber"),
                "injection document/injection identifier": identifier,
                "injection document/injection time": facts.time("DateAcquired"),
                f"sample document/{CUSTOM}": facts.keep(known.SAMPLE),
                f"injection document/{CUSTOM}": facts.keep(known.INJECTION),
            }
        )
        column, serial = node.setdefault("chromatography column document", {}), "chromatography column serial number"
        self.document.fill(column, serial, NOT_AVAILABLE if facts.peek("ColumnSerialNumber") is None else "")
        put(node, "sample document/flow rate", facts.number("FlowRate"), "mL/min")
        volume = facts.number("InjectionVolume")
        put(node, "injection document/autosampler injection volume setting (chromatography)", volume, "mm^3")
        self.control(node, facts)
        self.curve(node, facts, channel)
        self.processed(node, identifier or "", facts)
        custom = facts.keep(known.MEASUREMENT) | self.set.keep({"SampleSetFinishDate": "measurement end time"})
        put(node, CUSTOM, custom | facts.others((*known.READ, *others)))

    def control(self, node: Asm, facts: Facts) -> None:
        """The channel's detector and the instrument method."""
        custom = facts.keep(known.CONTROL)
        method = facts.peek("InstrumentMethodId")
        for candidate in self.instrument_methods:
            own = Facts(candidate.record)
            if method is not None and str(own.peek("id")) == str(method):
                custom |= own.keep(known.METHOD) | own.others(known.METHOD) | candidate.rest()
        put(node, "device control/device type", "HPLC")
        put(node, "device control/device identifier", facts.text("ChannelId"))
        put(node, "device control/detector sampling rate setting", facts.number("SamplingRate"), "Hz")
        put(node, f"device control/{CUSTOM}", custom)

    def curve(self, node: Asm, facts: Facts, channel: Node | None) -> None:
        """The chromatogram: minutes become seconds, AU become mAU."""
        chrom = channel.child("chrom") if channel else None
        if chrom is None or not chrom.nodes:
            put(node, CUSTOM, facts.keep(("DetUnits",)))
            return
        unit = facts.text("DetUnits") or "mAU"
        if len(chrom.nodes) != 2 or unit not in ABSORBANCE:
            found = f"{len(chrom.nodes)} arrays in {unit}"
            self.source.find("curve-unknown", f"{found}: the chromatogram is kept, not mapped", chrom.path, "warning")
            texts = {
                f"chrom {name}": " ".join(cell.text for cell in part.cells) for name, part in zip("xy", chrom.nodes, strict=False)
            }
            for cell in chrom.every_cell():
                cell.keep()
            put(node, CUSTOM, texts)
            return
        minutes, values = (series(part) for part in chrom.nodes)
        if len(minutes) != len(values) or None in minutes:
            raise self.source.damaged(chrom.path, f"{len(minutes)} times and {len(values)} values", "two arrays of equal length")
        factor = ABSORBANCE[unit]
        node["chromatogram data cube"] = chromatogram("absorbance", minutes, [None if v is None else v * factor for v in values])

    def processed(self, node: Asm, identifier: str, facts: Facts) -> None:
        """Results of the injection that are of this channel, each with its peaks and its processing.

        A result of a channel that the export lacks, as of one that was derived from others, stands with the first channel.
        """
        documents = []
        channels = [channel_of(channel) for channel in self.channels.get(identifier, [])]
        for result in self.results.get(identifier, []):
            fields = result.child("fields")
            own = Facts(fields.record) if fields else Facts()
            channel = own.peek("ChannelId")
            if channels and facts.peek("ChannelId") != (channel if channel in channels else channels[0]):
                continue
            part: Asm = {}
            peaks = [found for peak in listed(result, "peaks") if (found := self.peak(peak))]
            if peaks:
                part["peak list"] = {"peak": peaks}
            processing = self.processing(own.peek("ProcessingMethodId"))
            if processing:
                part["data processing aggregate document"] = {"data processing document": processing}
            put(part, CUSTOM, own.keep(known.RESULT) | texts_of(own.others(known.RESULT)) | result.rest())
            documents.append(part)
        if any("peak list" in part for part in documents):
            node["processed data aggregate document"] = {"processed data document": documents}
        elif documents:
            put(node, CUSTOM, {label: value for part in documents for label, value in part.get(CUSTOM, {}).items()})

    def peak(self, peak: Node) -> Asm | None:
        """One peak; None for one that is missing, or that only sums up others."""
        fields = peak.child("fields")
        facts = Facts(fields.record) if fields else Facts()
        kind = facts.peek("PeakType")
        if kind == "Missing":
            peak.ignore("a peak that was looked for and not found")
            return None
        if kind == "Group" or not facts.cells:
            return None
        node: Asm = {"identifier": self.document.identifier("peak")}
        put(node, "written name", facts.text("Name"))
        put(node, "peak index", facts.text("PeakCounter"))
        quantities(node, facts, known.PEAK)
        put(node, CUSTOM, facts.others(known.PEAK_KNOWN) | peak.rest())
        return node

    def processing(self, identifier: Any) -> list[Asm]:
        """What a processing method says of each component: its own fields, integration parameters, and the component's."""
        documents: list[Asm] = []
        for method in self.processing_methods:
            own = Facts(method.record)
            if identifier is None or str(own.peek("id")) != str(identifier):
                continue
            facts = {
                known.PROCESSING.get(label, label): str(value) if label in known.PROCESSING else value
                for label, value in plain(own).items()
            }
            facts["id"] = str(identifier)
            parameters = method.find("integration_parameters/fields")
            facts |= plain(Facts(parameters.record)) if parameters else {}
            for component in listed(method, "components"):
                fields = component.child("fields")
                if fields:
                    documents.append(plain(Facts(fields.record)) | facts)
        return documents


def listed(node: Node | None, name: str) -> list[Node]:
    """The objects of an array."""
    found = node.child(name) if node else None
    return found.nodes if found else []


def channel_of(channel: Node) -> Any:
    """The identifier of a channel."""
    fields = channel.child("fields")
    return Facts(fields.record).peek("ChannelId") if fields else None


def by_injection(values: Node | None, name: str) -> dict[str, list[Any]]:
    """The objects of an array by the injection that their fields name."""
    found: dict[str, list[Any]] = {}
    for node in listed(values, name):
        fields = node.child("fields")
        key = Facts(fields.record).peek("InjectionId") if fields else None
        if key is not None:
            found.setdefault(str(key), []).append(node)
    return found


def plain(facts: Facts) -> dict[str, Any]:
    """All values of an object that are not empty, under their own names."""
    kept = {}
    for cells in facts.cells.values():
        value = facts.raw(cells[0].label)
        if value is not None and value != "":
            kept[cells[0].label] = value
    return kept


def texts_of(kept: dict[str, Any]) -> dict[str, Any]:
    """Yes and no as text, the rest as it is."""
    return {label: str(value) if isinstance(value, bool) else value for label, value in kept.items()}
