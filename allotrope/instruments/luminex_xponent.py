"""Luminex xPONENT: bead counts and fluorescence statistics of multi-analyte plates, as CSV."""

from __future__ import annotations

from allotrope.families.luminex import INTELLIFLEX, MANIFEST, read
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

INSTRUMENT = Instrument(
    name="luminex_xponent",
    vendor="Luminex",
    product="xPONENT (Luminex 100/200, FLEXMAP 3D, MAGPIX)",
    manifest=MANIFEST,
    signature=Signature(
        ("text",),
        any=(
            text(r"^\W*Program\W+xPONENT\b"),
            text(r"^\W*Most Recent Calibration and (Control|Verification) Results\b"),
            text(r"\A[,;\s]*+(?=.*INSTRUMENT TYPE\b).*\bWELL LOCATION\b"),
        ),
        none=INTELLIFLEX,
    ),
    read=read,
    system={"software name": "xPONENT"},
    export="In xPONENT open Results > Export and choose the CSV with all statistics.",
    not_covered="Standard curves and bead-level events; an audit log is kept as text.",
)
