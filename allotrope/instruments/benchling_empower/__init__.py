"""Waters Empower through Benchling: the JSON of one sample set, with injections, channels, results and methods."""

from __future__ import annotations

from allotrope.instrument import Instrument, beside
from allotrope.signature import Signature, text

INSTRUMENT = Instrument(
    name="benchling_empower",
    vendor="Waters",
    product="Empower (through Benchling's connector)",
    manifest="liquid-chromatography/BENCHLING/2023/09/liquid-chromatography",
    signature=Signature(("json",), all=(text(r'"values"\s*:\s*\{'), text(r'"(SampleSetId|SampleSetName|InjectionId)"'))),
    read=beside(__name__),
    device={"product manufacturer": "Waters Corporation"},
    system={"software name": "Waters Empower"},
    export="Benchling's connector for Empower writes the sample set as JSON.",
    not_covered="Calibration curves are kept as custom information; spectra are not in the export. Passwords are left out.",
)
