"""Roche Cedex Bio HT: the tab-separated archive of results, one row a test, in the layouts of software 5 and of 6 and 7."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, text

INSTRUMENT = Instrument(
    name="roche_cedex_bioht",
    vendor="Roche",
    product="Cedex Bio HT Analyzer",
    manifest="solution-analyzer/REC/2024/09/solution-analyzer",
    signature=Signature(("text",), all=(text(r"\A\s*+.*#ARC-FILE#"),)),
    read=beside(__name__),
    export="On the analyzer choose Results > Archive and save the archive file (.txt).",
    not_covered="Results in units other than g/L, mg/L, mmol/L, mM, mL/L, OD and (for LDH) U/L are kept as custom information.",
)
