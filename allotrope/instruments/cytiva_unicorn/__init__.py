"""Cytiva UNICORN: the zipped result of one run on an ÄKTA system, with its curves, peaks, fractions and run log."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, member

INSTRUMENT = Instrument(
    name="cytiva_unicorn",
    vendor="Cytiva",
    product="UNICORN (ÄKTA systems)",
    manifest="liquid-chromatography/BENCHLING/2023/09/liquid-chromatography",
    signature=Signature(("zip", "folder"), all=(member(r"(^|/)Chrom\.1\.Xml$"), member(r"(^|/)Result\.xml$"))),
    read=beside(__name__),
    device={"product manufacturer": "Cytiva Life Sciences"},
    export="In UNICORN Evaluation select the result and export it as a zip file.",
    not_covered="Only the first chromatogram is read; curves without a place in the standard are kept as custom information.",
)
