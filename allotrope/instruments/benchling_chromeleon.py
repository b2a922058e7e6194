"""Thermo Fisher Chromeleon through Benchling: the JSON of one sequence, with signals and peaks of every injection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, put
from allotrope.families.chromatography import MINUTE, Facts, chromatogram, quantities, series
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text
from allotrope.values import scalar

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node
    from allotrope.source import Source

UNITLESS = "(unitless)"
PEAK = (
    ("start time", "peak start", "s", MINUTE),
    ("end time", "peak end", "s", MINUTE),
    ("retention time", "retention time", "s", MINUTE),
    ("area", "peak area", "mAU.s", MINUTE),
    ("height", "peak height", "mAU", 1),
    ("relative peak area", "relative peak area", "%", 1),
    ("relative peak height", "relative peak height", "%", 1),
    ("relative retention time", "relative retention time", "%", 1),
    ("capacity factor", "capacity factor (chromatography)", UNITLESS, 1),
    ("chromatographic peak resolution", "chromatographic peak resolution", UNITLESS, 1),
    ("number of theoretical plates by peak width at half height",) * 2 + (UNITLESS, 1),
    ("asymmetry factor measured at 5 % height",) * 2 + (UNITLESS, 1),
    *(
        (f"peak width at {place}", f"peak width at {place}", "s", MINUTE)
        for place in ("half height", "5 % of height", "10 % of height", "baseline")
    ),
    ("amount", "peak analyte amount", UNITLESS, 1),
    ("rel ce area total", "relative corrected peak area", "%", 1),
    ("group area", "peak group", "mAU.s", MINUTE),
    ("start value baseline", "baseline value at start of peak", "s", MINUTE),
    ("stop value baseline", "baseline value at end of peak", "s", MINUTE),
)
PEAK_CUSTOM = {
    "peak right width at 10 % of height": "peak right width at 10% height",
    "peak left width at 10 % of height": "peak left width at 10% height",
}
SIGNAL = (
    ("detector offset setting", "detector offset setting", UNITLESS, 1),
    ("wavelength setting", "detector wavelength setting", "nm", 1),
    ("detector sampling rate setting", "detector sampling rate setting", "Hz", 1),
    ("bandwidth setting", "detector bandwidth setting", "nm", 1),
    ("reference wavelength setting", "electronic absorbance reference wavelength setting", "nm", 1),
    ("reference bandwidth setting", "electronic absorbance reference bandwidth setting", "nm", 1),
)
INJECTION = {
    "injection number": "injection",
    **{
        label: label
        for label in (
            *("injection name", "injection position", "injection status", "injection type", "last update user name"),
            *("creation user name", "injection program", "injection method"),
        )
    },
}
SAMPLE = {
    "Sample_Precipitation": "sample precipitation",
    "Rack_Type": "rack type",
    "Stability": "stability",
    "REQ_ID": "req id",
    "Additional_Comment": "additional comment",
}
VOLUMES = {"ml": 1000, "µl": 1, "μl": 1, "ul": 1}
"""Microlitres of each unit."""


def read(source: Source) -> Document:
    """One group an injection, one measurement a signal."""
    root = source.json()
    listed = root.child("injections")
    if listed is None or not listed.nodes:
        raise source.empty("injections", "no injections", "at least one injection")
    document = source.document()
    machines = root.child("device information")
    devices = Facts(machines.record) if machines else Facts()
    first = Facts(listed.nodes[0].record)
    document.device["asset management identifier"] = devices.text("sampler model number") or first.text(
        "precondition system instrument name"
    )
    if machines:
        document.device["device document"] = [device(document, devices, kind) for kind in ("pump", "uv", "sampler")]
    sequence = root.child("sequence")
    facts = Facts(sequence.record) if sequence else Facts()
    custom = {
        label.title().replace("Operator", "operator").replace(" Of ", " of "): value for label, value in facts.others().items()
    }
    for injection in listed.nodes:
        one_injection(document, injection)
    put(document.aggregate, CUSTOM, custom | root.rest())
    return document


def device(document: Document, facts: Facts, kind: str) -> Asm:
    """One module of the system."""
    node: Asm = {"device type": kind, "model number": facts.text(f"{kind} model number")}
    if node["model number"] is None:
        del node["model number"]
        document.fill(node, "model number")
    return node


def one_injection(document: Document, injection: Node) -> None:
    """One injection: its signals are measurements; without any it is kept as custom information."""
    signals = injection.child("signals")
    facts = Facts(injection.record)
    if signals is None or not signals.nodes:
        return
    group = document.group()
    variables = injection.child("custom variables")
    own = Facts(variables.record) if variables else Facts()
    put(group.document, "analyst", facts.text("last update user name"))
    put(group.document, "submitter", facts.text("creation user name"))
    volume = microlitres(document.source, facts)
    sample, custom = shared(facts, own)
    lists = [node for node in (variables.nodes if variables else ()) if node.cells and not node.nodes]
    custom[f"injection document/{CUSTOM}"] |= {node.name: [cell.keep() for cell in node.cells] for node in lists}
    for signal in signals.nodes:
        node = group.measurement({f"sample document/{key}": value for key, value in sample.items()})
        document.fill(node.setdefault("chromatography column document", {}), "chromatography column serial number")
        put(node, "injection document/injection identifier", facts.text("injection identifier"))
        put(node, "injection document/injection time", facts.time("injection time"))
        put(node, "injection document/injection volume setting", volume, "μL")
        for path, kept in custom.items():
            put(node, path, kept)
        one_signal(document, node, signal)


def shared(facts: Facts, own: Facts) -> tuple[Asm, dict[str, Asm]]:
    """What all signals of an injection say: sample, and custom information by path."""
    identifier = facts.raw("sample identifier")
    sample = {
        "sample identifier": None if identifier is None else str(identifier),
        "description": facts.text("description"),
        "written name": facts.text("injection name"),
        "location identifier": facts.text("location identifier"),
        "well location identifier": own.text("Well"),
        "observation": own.text("Observation"),
    }
    kept = {SAMPLE[label]: value for label in SAMPLE if (value := own.raw(label)) not in (None, "")}
    injected = {name: value for label, name in INJECTION.items() if (value := facts.raw(label)) not in (None, "")}
    known = (
        *INJECTION,
        *(
            "sample identifier",
            "description",
            "location identifier",
            "injection identifier",
            "injection time",
            "injection volume setting",
        ),
    )
    rest = facts.others((*known, "injection volume unit", "injection volume setting unit"))
    return sample, {
        f"sample document/{CUSTOM}": kept,
        f"injection document/{CUSTOM}": injected | own.others() | rest,
    }


def microlitres(source: Source, facts: Facts) -> float | None:
    """The injected volume; in a unit that is not known it stays custom information."""
    unit = facts.text("injection volume unit") or facts.text("injection volume setting unit") or "µl"
    factor = VOLUMES.get(unit.lower())
    if factor is None:
        source.find("unit-unknown", f"injection volume in {unit!r}: kept, not mapped", "injection volume unit", "warning")
        return None
    return facts.number("injection volume setting", factor)


def one_signal(document: Document, node: Asm, signal: Node) -> None:
    """One signal: detector, chromatogram and peaks."""
    facts = Facts(signal.record)
    control = node.setdefault("device control aggregate document", {}).setdefault("device control document", [{}])[0]
    label = facts.text("signal name") or "HPLC"
    control["device type"] = label
    put(control, "detection type", facts.text("detection type"))
    for name in ("detector offset setting", "detector sampling rate setting"):
        if facts.peek(name) == "unknown":
            signal.record.ignore(name, because="stands for no value")
    quantities(control, facts, SIGNAL)
    curve = signal.child("chromatogram")
    if curve is not None:
        minutes, values = series(curve.child("x")), series(curve.child("y"))
        if minutes and len(minutes) == len(values) and None not in minutes:
            node["chromatogram data cube"] = chromatogram(label, minutes, values)
        elif minutes or values:
            message = f"{len(minutes)} times and {len(values)} values: the chromatogram is left out"
            document.source.find("curve-uneven", message, curve.path, "warning")
    count = facts.peek("number of peaks")
    listed = signal.child("peaks")
    peaks = [one_peak(document, peak, count) for peak in (listed.nodes if listed else [])]
    if peaks:
        node["processed data aggregate document"] = {"processed data document": [{"peak list": {"peak": peaks}}]}
        facts.raw("number of peaks")
    put(node, CUSTOM, signal.rest())


def one_peak(document: Document, peak: Node, count: Any) -> Asm:
    """One peak; times in minutes become seconds, and with them areas."""
    facts = Facts(peak.record)
    node: Asm = {"identifier": document.identifier("peak")}
    put(node, "peak index", facts.text("identifier"))
    put(node, "written name", facts.text("name"))
    quantities(node, facts, PEAK)
    custom = {"number of peaks": count, **{name: facts.number(label, MINUTE) for label, name in PEAK_CUSTOM.items()}}
    custom |= {label: scalar(value) for label, value in peak.rest().items()}
    put(node, CUSTOM, {label: value for label, value in custom.items() if value is not None})
    return node


INSTRUMENT = Instrument(
    name="benchling_chromeleon",
    vendor="Thermo Fisher Scientific",
    product="Chromeleon (through Benchling's connector)",
    manifest="liquid-chromatography/BENCHLING/2023/09/liquid-chromatography",
    signature=Signature(
        ("json",), all=(text(r'"injections"\s*:\s*\['), text(r'"(sequence|injection identifier|device information)"'))
    ),
    read=read,
    system={"software name": "Thermo Fisher Scientific Chromeleon"},
    export="Benchling's connector for Chromeleon writes the sequence as JSON.",
    not_covered="Curves in units other than mAU; calibration coefficients are kept with their peaks.",
)
