"""Bio-Rad Bio-Plex Manager: the XML export of a plate, wells with bead regions, and samples with the wells they fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put, quantity
from allotrope.families.plate import row_letters
from allotrope.instrument import Instrument
from allotrope.required import measured
from allotrope.signature import Signature, root, text
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Container

    from allotrope.envelope import Document
    from allotrope.envelope import Node as Part
    from allotrope.readers.tree import Node
    from allotrope.source import Source

STATISTICS = {
    "Median": ("median role", "RFU"),
    "Mean": ("arithmetic mean role", "RFU"),
    "CV": ("coefficient of variation role", "(unitless)"),
    "StdDev": ("standard deviation role", "(unitless)"),
    "TrimmedMean": ("trimmed arithmetic mean role", "RFU"),
    "TrimmedStdDev": ("trimmed standard deviation role", "(unitless)"),
}
"""Element, role of the statistic, unit; standard errors and trimmed CV have no role and are kept."""
REPEATED = ("PlateID", "RunProtocolDocumentLocation", "RowNo", "ColNo")
"""Attributes and elements of a well that are kept beside the places they are mapped to."""
ROLES = {
    "Blank": "blank role",
    "Control": "control sample role",
    "Standard": "standard sample role",
    "Unknown": "unknown sample role",
}
ERRORS = {
    "1": "Low bead number",
    "2": "Aggregated beads",
    "3": "Classify efficiency",
    "4": "Region selection",
    "5": "Platform temperature",
}


class Member:
    """What the samples say of one well: role, label, dilution, analytes by region, errors, custom information."""

    def __init__(self, sample: Node, well: Node) -> None:
        self.role = ROLES.get(sample.name)
        self.label = sample.record.peek("Label")
        self.description = sample.record.peek("Description")
        self.dilution = number(sample.record.peek("Dilution"), sample.leaves.locale.decimal)
        self.names: dict[str, str] = {}
        self.errors: list[tuple[str, str]] = []
        self.analytes: dict[str, dict[str, Any]] = {}
        group = well.child("MWAnalytes")
        for analyte in group.all("MWAnalyte") if group else []:
            region = analyte.record.text("RegionNumber") or ""
            self.names[region] = analyte.record.text("AnalyteName") or f"region {region}"
            reading = analyte.child("Reading")
            code = reading.record.text("Code") if reading else None
            if code and code != "0":
                self.errors.append((ERRORS.get(code, f"Error code {code}"), self.names[region]))
            self.analytes[region] = analyte.rest()
        self.custom = well.rest()

    def others(self, regions: Container[str]) -> dict[str, Any]:
        """Custom information of the analytes of other regions, each under its name."""
        other = [(self.names[region], kept) for region, kept in self.analytes.items() if region not in regions]
        return {f"{name} > {label}": value for name, kept in other for label, value in kept.items()}


def place(well: Node) -> str | None:
    """`A1` from the numbers of row and column, None where they are no numbers."""
    row, column = number(well.record.peek("RowNo")), number(well.record.peek("ColNo"))
    return f"{row_letters(int(row) - 1)}{int(column)}" if row and column and 0 < row <= 48 else None


def read(source: Source) -> Document:
    """Samples first, then a group for every well of the plate."""
    top = source.xml()
    wells, samples = top.child("Wells"), top.child("Samples")
    if wells is None or samples is None or not wells.nodes:
        raise source.damaged(top.name, ", ".join(node.name for node in top.nodes) or "nothing", "the elements Wells and Samples")
    document = source.document()
    members: dict[str, Member] = {}
    twice: list[tuple[str | None, Member]] = []
    for sample in [sample for kind in samples.nodes for sample in kind.nodes]:
        own = [(place(well), Member(sample, well)) for group in sample.all("MemberWells") for well in group.all("MemberWell")]
        sample.record.text("Label")
        sample.record.text("Description")
        sample.record.text("Dilution")
        shared = sample.rest()
        for name, member in own:
            member.custom = shared | member.custom
            if name is None or name in members:
                twice.append((name, member))
            else:
                members[name] = member
    facts = top.record
    plate = top.child("PlateDimensions")
    shared_group = {
        "experimental data identifier": facts.text("NativeDocumentLocation"),
        "experiment type": facts.text("Description"),
        "plate well count": quantity(plate.record.number("TotalWells"), "#") if plate else None,
        "container type": "well plate",
    }
    if plate:
        put(document.aggregate, CUSTOM, {f"plate {label}": value for label, value in plate.record.rest().items()})
    for well in wells.all("Well"):
        measure(document, well, members, shared_group)
    there = set(map(place, wells.all("Well")))
    unplaced(document, [*((name, member) for name, member in members.items() if name not in there), *twice])
    document.system["software version"] = facts.text("BioPlexManagerVersion")
    put(document.device, CUSTOM, facts.rest())
    put(document.aggregate, CUSTOM, top.rest())
    return document


def unplaced(document: Document, left: list[tuple[str | None, Member]]) -> None:
    """Keep what the samples say of wells that the plate has not (or of a well that another sample has), and say so."""
    for name, member in left:
        said = {"sample identifier": member.label} | member.custom | member.others(())
        put(document.aggregate, CUSTOM, {f"{name or 'no well'} {label}": value for label, value in said.items()})
    if left:
        name, member = left[0]
        message = (
            f"{len(left)} wells of samples are none of the plate's, first {name} of {member.label!r}; kept as custom information"
        )
        document.source.find("sample-without-well", message, level="warning")


def measure(document: Document, well: Node, members: dict[str, Member], shared: dict[str, Any]) -> None:
    """One well: its settings, its bead regions, and what the samples say of it."""
    name = place(well)
    member = members.get(name or "")
    group = document.group()
    for key, value in shared.items():
        put(group.node, key, value)
    repeated = {label: well.record.peek(label) for label in REPEATED if well.record.peek(label)}
    put(group.document, "analyst", well.record.text("User"))
    put(group.node, "analytical method identifier", well.record.text("RunProtocolDocumentLocation"))
    node = group.measurement({"device control/device type": "multi analyte profiling analyzer"})
    node["sample document"] = {}
    put(node, "sample document/location identifier", name)
    put(node, "sample document/well plate identifier", well.record.text("PlateID"))
    put(node, "measurement time", well.record.time("AcquisitionTime"))
    put(node, "assay bead count", well.record.number("TotalEvents"), "#")
    settings(document, well, node, group.node)
    if member:
        described = {"sample identifier": member.label, "sample role type": member.role, "description": member.description}
        for key, value in described.items():
            put(node, f"sample document/{key}", value or None)
        put(node, "device control/dilution factor setting", member.dilution, "(unitless)")
        for message, feature in member.errors:
            add_error(node, message, feature)
        put(node, CUSTOM, member.custom)
    interest = well.find("RunSettings/RegionsOfInterest")
    wanted = {region.record.text("RegionNumber") for region in interest.nodes} if interest else set()
    regions = [bead for part in well.all("BeadRegions") for bead in part.all("BeadRegion")]
    chosen = [bead for bead in regions if not wanted or bead.record.peek("RegionNumber") in wanted]
    analytes = [analyte(document, bead, member) for bead in chosen]
    if analytes:
        node["analyte aggregate document"] = {"analyte document": analytes}
    if member:
        put(node, CUSTOM, member.others({one["assay bead identifier"] for one in analytes}))
    well.record.ignore("WellNo", because="row and column name the well")
    put(group.node, CUSTOM, repeated | well.rest())


def settings(document: Document, well: Node, node: Part, group: Part) -> None:
    """Sample volume, gain and the smallest number of beads; device facts from the first well that has them."""
    conditions, chosen, machine = (well.child(name) for name in ("RunConditions", "RunSettings", "MachineInfo"))
    if conditions:
        put(node, "device control/detector gain setting", conditions.record.text("RP1Gain"))
    volume, criteria = (chosen.child(name) if chosen else None for name in ("SampleVolume", "StopReadingCriteria"))
    if volume and volume.text:
        put(node, "device control/sample volume setting", volume.text.as_number(), "μL")
        put(group, CUSTOM, volume.record.keep("Unit"))
    if criteria:
        count = criteria.record.number("BeadCount")
        put(node, "device control/minimum assay bead count threshold setting", count, "#")
        put(group, CUSTOM, criteria.record.keep("BeadCountIn"))
    if machine:
        for label, key in (("SerialNumber", "equipment serial number"), ("MicroControllerVersion", "firmware version")):
            found = machine.record.text(label)
            document.device.setdefault(key, found)


def analyte(document: Document, bead: Node, member: Member | None) -> Part:
    """One bead region of a well."""
    region = bead.record.text("RegionNumber") or ""
    found: Part = {"analyte identifier": document.identifier("analyte")}
    found["analyte name"] = member.names.get(region, f"region {region}") if member else f"region {region}"
    found["assay bead identifier"] = region
    measured(document, found, "assay bead count", bead.record.number("RegionCount"), "#")
    dimensions: list[Part] = []
    for label, (role, unit) in STATISTICS.items():
        if bead.record.peek(label):  # a statistic of too few beads is NaN
            dimensions.append({})
            value = bead.record.number(label)
            measured(document, dimensions[-1], "statistical value", value, unit, **{"has statistic datum role": role})
    if dimensions:
        statistics = {"statistic dimension aggregate document": {"statistic dimension document": dimensions}}
        found["statistics aggregate document"] = {"statistics document": [{"statistical feature": "fluorescence"} | statistics]}
    put(found, CUSTOM, bead.rest())
    put(found, CUSTOM, member.analytes.get(region, {}) if member else {})
    return found


INSTRUMENT = Instrument(
    name="biorad_bioplex",
    vendor="Bio-Rad",
    product="Bio-Plex Manager",
    manifest="multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling",
    signature=Signature(
        ("xml",),
        any=(root(r"\bBioPlexManagerVersion="), text(r"\A(?=[\s\S]*<BeadRegions>)[\s\S]*?<PlateDimensions\b[^<>]*\bTotalWells=")),
    ),
    read=read,
    device={"product manufacturer": "Bio-Rad"},
    system={"software name": "Bio-Plex Manager"},
    export="In Bio-Plex Manager open the results and choose File > Export > XML.",
    not_covered="Standard curves; observed concentrations are kept with their analyte as text; bead events are kept as they are.",
)
