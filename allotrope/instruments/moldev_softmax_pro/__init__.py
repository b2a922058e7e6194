"""Molecular Devices SoftMax Pro: the text export of an experiment (`##BLOCKS=`): plates, groups, notes."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, text

INSTRUMENT = Instrument(
    name="moldev_softmax_pro",
    vendor="Molecular Devices",
    product="SoftMax Pro",
    manifest="plate-reader/REC/2025/03/plate-reader",
    signature=Signature(("text",), all=(text(r"\A\s*##BLOCKS=\s*\d+"),)),
    read=beside(__name__),
    system={"software name": "SoftMax Pro"},
    export="In SoftMax Pro choose Export and the plate or time (column) format, raw and reduced data, all plates and groups.",
    not_covered="Well scans; fluorescence polarization, time-resolved fluorescence and AlphaScreen.",
)
