"""Luminex INTELLIFLEX: bead counts and fluorescence statistics of multi-analyte plates, as CSV."""

from __future__ import annotations

from allotrope.families.luminex import INTELLIFLEX, MANIFEST, read
from allotrope.instrument import Instrument
from allotrope.signature import Signature

INSTRUMENT = Instrument(
    name="luminex_intelliflex",
    vendor="Luminex",
    product="xMAP INTELLIFLEX",
    manifest=MANIFEST,
    signature=Signature(("text",), any=INTELLIFLEX),
    read=read,
    system={"software name": "INTELLIFLEX"},
    export="On the INTELLIFLEX choose Export > xPONENT format or CSV (one data set) for a finished plate.",
    not_covered="Standard curves and bead-level events; an audit log is kept as text.",
)
