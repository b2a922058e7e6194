"""Techniques: what each manifest's schema demands that sources often lack, as facts that a test proves against the schemas."""

from __future__ import annotations

from dataclasses import dataclass

IDENTIFIERS = ("data system instance identifier",)
SAMPLE = ("sample identifier",)
PLATE = ("sample identifier", "location identifier")
DEVICE = ("device identifier", "model number")


@dataclass(frozen=True, slots=True)
class Technique:
    """The name in a document's keys, where the measurement time stands, and required keys that have a filler, by place."""

    name: str
    time: str = "measurement"
    """`group` (measurement aggregate document) or `measurement`."""
    timed: bool = True
    """Whether the schema requires the time."""
    system: tuple[str, ...] = IDENTIFIERS
    device: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    sample: tuple[str, ...] = SAMPLE
    control: tuple[str, ...] = ()
    """In every device control document."""
    plate: bool = False
    """Whether the schema requires the number of wells, a quantity, of every measurement aggregate document."""
    result: str = "calculated result"
    """What a calculated-data document calls its quantity."""


TECHNIQUES = {
    "binding-affinity-analyzer/WD/2024/12/binding-affinity-analyzer": Technique(
        "binding affinity analyzer", time="group", device=DEVICE
    ),
    "cell-counting/REC/2024/09/cell-counting": Technique("cell counting"),
    "electrophoresis/BENCHLING/2024/09/electrophoresis": Technique("electrophoresis", timed=False, document=("analyst",)),
    "flow-cytometry/BENCHLING/2025/03/flow-cytometry": Technique("flow cytometry", time="group", timed=False),
    "liquid-chromatography/BENCHLING/2023/09/liquid-chromatography": Technique(
        "liquid chromatography", timed=False, system=(), device=("asset management identifier",)
    ),
    "liquid-handler/BENCHLING/2024/11/liquid-handler": Technique("liquid handler", timed=False),
    "multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling": Technique("multi analyte profiling"),
    "pcr/BENCHLING/2023/09/dpcr": Technique(
        "dPCR", system=(), device=("device identifier",), result="calculated datum", plate=True
    ),
    "pcr/REC/2024/09/qpcr": Technique(
        "qpcr",
        device=("device identifier", "model number", "equipment serial number"),
        group=("experimental data identifier",),
        control=("measurement method identifier",),
    ),
    "plate-reader/BENCHLING/2023/09/plate-reader": Technique(
        "plate reader", time="group", system=(), device=DEVICE, sample=PLATE, plate=True
    ),
    "plate-reader/REC/2024/06/plate-reader": Technique("plate reader", time="group", device=DEVICE, sample=PLATE, plate=True),
    "plate-reader/REC/2025/03/plate-reader": Technique("plate reader", time="group", device=DEVICE, sample=PLATE, plate=True),
    "solution-analyzer/BENCHLING/2024/09/solution-analyzer": Technique("solution analyzer"),
    "solution-analyzer/REC/2024/09/solution-analyzer": Technique("solution analyzer"),
    "spectrophotometry/BENCHLING/2023/12/spectrophotometry": Technique(
        "spectrophotometry", time="group", system=(), device=DEVICE
    ),
}
