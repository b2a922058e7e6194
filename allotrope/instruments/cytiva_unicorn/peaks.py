"""UNICORN: the table of integrated peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.envelope import CUSTOM, put
from allotrope.families.chromatography import Facts, quantities

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node

PEAK = (
    ("StartPeakRetention", "peak start", "mL", 1),
    ("EndPeakRetention", "peak end", "mL", 1),
    ("Height", "peak height", "mAU", 1),
    ("Area", "peak area", "mAU.mL", 1),
    ("PercentOfTotalPeakArea", "relative peak area", "%", 1),
    ("Resolution", "chromatographic peak resolution", "(unitless)", 1),
    ("WidthAtHalfHeight", "peak width at half height", "mL", 1),
    ("Width", "peak width", "mL", 1),
    ("Assymetry", "chromatographic peak asymmetry factor", "(unitless)", 1),
)
CUSTOM_QUANTITIES = (
    ("MaxPeakRetention", "max peak retention", "mL", 1),
    ("PercentOfTotalArea", "percent of total area", "%", 1),
    ("StartPeakEndpointHeight", "start peak end point height", "mAU", 1),
    ("EndPeakEndpointHeight", "end peak end point height", "mAU", 1),
    ("Sigma", "sigma", "(unitless)", 1),
    ("AssymetryPeakStart", "asymmetry peak start", "(unitless)", 1),
    ("AssymetryPeakEnd", "asymmetry peak end", "(unitless)", 1),
    ("StartConductivityHeight", "start conductivity height", "S/m", 0.1),
    ("MaxConductivityHeight", "max conductivity height", "S/m", 0.1),
    ("EndConductivityHeight", "end conductivity height", "S/m", 0.1),
    ("AverageConductivity", "average conductivity", "S/m", 0.1),
)


def peaks_of(document: Document, chromatogram: Node | None) -> list[Asm]:
    """The peaks of the first table, over the volume in millilitres."""
    table = chromatogram.find("PeakTables/PeakTable/Peaks") if chromatogram else None
    peaks = []
    for count, peak in enumerate(table.all("Peak") if table else [], start=1):
        facts = Facts(peak.record)
        node: Asm = {"identifier": document.identifier("peak"), "peak index": f"Peak {count}"}
        put(node, "written name", facts.text("Name"))
        quantities(node, facts, PEAK)
        custom: Asm = {}
        quantities(custom, facts, CUSTOM_QUANTITIES)
        put(node, CUSTOM, custom | peak.rest())
        peaks.append(node)
    return peaks
