"""Agilent OpenLab CDS: a result set (.rslt, zipped), with its ACAML description, raw traces (.dx) and results (.rx)."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, member

INSTRUMENT = Instrument(
    name="agilent_openlab_cds",
    vendor="Agilent Technologies",
    product="OpenLab CDS",
    manifest="liquid-chromatography/BENCHLING/2023/09/liquid-chromatography",
    signature=Signature(("zip", "folder"), all=(member(r"\.acaml$"), member(r"\.dx$"))),
    read=beside(__name__),
    device={"product manufacturer": "Agilent"},
    export="In OpenLab CDS export the result set, or zip the folder that ends in .rslt.",
    not_covered="Instrument traces other than the pump's pressure, spectra, methods and audit trails are ignored, with reasons.",
)
