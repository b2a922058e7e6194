"""Applied Biosystems QuantStudio Absolute Q digital PCR: results, summaries by dye, and partitions, as CSV or zip."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, member, text

INSTRUMENT = Instrument(
    name="appbio_absolute_q",
    vendor="Thermo Fisher Scientific (Applied Biosystems)",
    product="QuantStudio Absolute Q Digital PCR System",
    manifest="pcr/BENCHLING/2023/09/dpcr",
    signature=Signature(
        ("text", "zip"),
        any=(
            text(r"\A\s*+(?=.*\bInstrument\b)(?=.*\bPlate\b).*(\bDye\b|\bTarget\b|\bChannels\b|_target\b)"),
            text(r"\A\s*+(?=.*\bDye\b)(?=.*\bTarget\b)(?=.*\bConc\. cp/uL).*\bPositives\b"),
            text(r"\A\s*+(.*\n)?(?=.*\bRun name\b)(?=.*\bTotal\b).*\bTarget\b"),
            text(r"\A\s*+(?=.*\bIndex\b)(?=.*_target\b).*_pos\b"),
            text(r"\A\s*+(?=.*\bChannels\b)(?=.*\bCount\b).*\bCopies per microliter\b"),
            member(r"_summary\.csv$"),
        ),
    ),
    read=beside(__name__),
    device={"brand name": "QuantStudio Absolute Q Digital PCR System", "product manufacturer": "ThermoFisher Scientific"},
    system={"software name": "QuantStudio Absolute Q Digital PCR Software"},
    export="In the Absolute Q software open the run's analysis and export the results or the summary as CSV.",
    not_covered="Of a zipped export the summary is mapped; the members with fluorescence and several channels are ignored.",
)
