"""BioTek/Agilent Gen5: the text export of a plate: endpoints, kinetics and spectra of all modes but imaging."""

from __future__ import annotations

from allotrope.families.gen5 import IMAGE_READ, PLATE_READ, PROCEDURE, SOFTWARE
from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, text

INSTRUMENT = Instrument(
    name="agilent_gen5",
    vendor="Agilent",
    product="BioTek Gen5",
    manifest="plate-reader/REC/2025/03/plate-reader",
    signature=Signature(
        ("text",),
        all=(text(SOFTWARE), text(PROCEDURE)),
        any=(text(PLATE_READ), text(rf"\A(?![\s\S]*{IMAGE_READ}).*")),
    ),
    read=beside(__name__),
    system={"software name": "Gen5"},
    export="In Gen5 use the text export of a plate (Report/Export Builders, file export) with header and procedure details.",
    not_covered="Area scans. Image reads are agilent_gen5_image.",
)
