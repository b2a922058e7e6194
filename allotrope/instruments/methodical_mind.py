"""Meso Scale Discovery Methodical Mind: the text that a reader writes for a plate."""

from __future__ import annotations

from allotrope.families.meso_scale import SEVERAL, read
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

INSTRUMENT = Instrument(
    name="methodical_mind",
    vendor="Meso Scale Discovery",
    product="Methodical Mind",
    manifest="plate-reader/REC/2024/06/plate-reader",
    signature=Signature(
        ("text",),
        all=(text(r"^=+Data=+\s*$"), text(r"^Barcode1 ?:")),
        none=(text(SEVERAL),),
    ),
    read=read,
    export="Methodical Mind writes the text after each plate; or choose Export > Text for a finished run.",
    not_covered="Diagnostics of the reader (processing, camera, waveform) are kept as text, not as quantities.",
)
