"""Thermo Fisher Genesys, software on board: like VISIONlite, but with tabs, in UTF-16, by wells, or with other column names."""

from __future__ import annotations

from allotrope.families.visionlite import LAYOUT, ON_BOARD, read
from allotrope.instrument import Instrument
from allotrope.signature import Signature, encoding, text

INSTRUMENT = Instrument(
    name="thermo_fisher_genesys_on_board",
    vendor="Thermo Fisher Scientific",
    product="Genesys 50, 140, 150 and 180 (software on board)",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(("text",), all=(text(LAYOUT),), any=(text(ON_BOARD), encoding("utf-16"))),
    read=read,
    device={"product manufacturer": "Thermo Fisher Scientific"},
    system={"software name": "Genesys On-Board"},
    export="On the instrument open the results of Fixed, Quant or Scan and export them as CSV to a USB drive.",
    not_covered="Kinetics are refused. A scan in UTF-8 cannot be told from one of VISIONlite: choose with --as.",
)
