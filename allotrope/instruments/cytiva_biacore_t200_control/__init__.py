"""Cytiva Biacore T200 Control Software: the run file (.blr), an OLE compound file; a measurement a flow cell in a cycle."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, member

INSTRUMENT = Instrument(
    name="cytiva_biacore_t200_control",
    vendor="Cytiva",
    product="Biacore T200 (Control Software)",
    manifest="binding-affinity-analyzer/WD/2024/12/binding-affinity-analyzer",
    signature=Signature(("ole",), all=(member(r"^RPoint Table$"), member(r"^Environment$"), member(r"^Chip$"))),
    read=beside(__name__),
    device={"brand name": "Biacore", "product manufacturer": "Cytiva"},
    export="The run file (.blr) that Biacore T200 Control Software saves.",
    not_covered="Samples of kinetics wizards that do not run as entered stay in the kept template; evaluation files.",
)
