"""Thermo Fisher Genesys, software on board: like VISIONlite, but in UTF-16, or with other names of columns or file."""

from __future__ import annotations

from allotrope.families.visionlite import LAYOUT, NAMED, ON_BOARD, read
from allotrope.instrument import Instrument
from allotrope.signature import Signature, encoding, name, text

INSTRUMENT = Instrument(
    name="thermo_fisher_genesys_on_board",
    vendor="Thermo Fisher Scientific",
    product="Genesys 50, 140, 150 and 180 (software on board)",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(("text",), all=(text(LAYOUT),), any=(text(ON_BOARD), encoding("utf-16"), name(NAMED))),
    read=read,
    device={"product manufacturer": "Thermo Fisher Scientific"},
    system={"software name": "Genesys On-Board"},
    export="On the instrument open the results of Fixed, Quant or Scan and export them as CSV to a USB drive.",
    not_covered="Kinetics are refused. A scan in UTF-8 whose name lost its time passes for one of VISIONlite: choose with --as.",
)
