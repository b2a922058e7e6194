"""Cytiva Biacore Insight Evaluation: the workbook of an evaluation; every cycle is a document, every channel a measurement."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, sheet

INSTRUMENT = Instrument(
    name="cytiva_biacore_insight",
    vendor="Cytiva",
    product="Biacore 8K, 1K and others (Insight Evaluation software)",
    manifest="binding-affinity-analyzer/WD/2024/12/binding-affinity-analyzer",
    signature=Signature(("workbook",), all=(sheet(r"^Properties$"), sheet(r"^Report point table$"))),
    read=beside(__name__),
    device={"device identifier": "Biacore", "product manufacturer": "Cytiva"},
    export="In Biacore Insight Evaluation choose Export > Excel with properties, report point table, QC and evaluation items.",
    not_covered="Plots; tables of QC and evaluation beyond fitted models and calculated concentrations are kept row by row.",
)
