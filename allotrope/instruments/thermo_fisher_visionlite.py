"""Thermo Fisher VISIONlite: fixed wavelengths, quantifications and scans as CSV."""

from __future__ import annotations

from allotrope.families.visionlite import LAYOUT, NAMED, ON_BOARD, read
from allotrope.instrument import Instrument
from allotrope.signature import Signature, encoding, name, text

INSTRUMENT = Instrument(
    name="thermo_fisher_visionlite",
    vendor="Thermo Fisher Scientific",
    product="VISIONlite (Evolution, Genesys)",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(("text",), all=(text(LAYOUT),), none=(text(ON_BOARD), encoding("utf-16"), name(NAMED))),
    read=read,
    device={"product manufacturer": "Thermo Fisher Scientific"},
    system={"software name": "VISIONlite"},
    export="In VISIONlite Fixed, Quant or Scan choose File > Export and CSV.",
    not_covered="Kinetics are refused; concentrations in units that are no mass concentration are kept as custom information.",
)
