"""Thermo Fisher Genesys 30: one scan, `label, value` lines above a table of wavelength, absorbance and transmission."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.nanodrop import spectrum
from allotrope.field import Field, apply, as_number
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.record import Record
    from allotrope.source import Source

CONTROL = "device control/custom information document"
FIELDS = (
    Field("Mode", "device control/detection type"),
    Field("Lower", f"{CONTROL}/operating minimum", unit="nm"),
    Field("Upper", f"{CONTROL}/operating maximum", unit="nm"),
    Field("Length", f"{CONTROL}/number of sampled points", read=as_number),
)
STAMP = re.compile(r"(?P<type>.+?)_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)")
"""Experiment, date and time in the name under which the instrument saved the scan."""


def read(source: Source) -> Document:
    """The facts, then the scan as an absorption spectrum."""
    grid = source.grid()
    header = grid.find_row("wavelength(nm)", "ABS")
    if header is None:
        raise source.damaged("the table", "no row with 'wavelength(nm)' and 'ABS'", "the header of a Genesys 30 scan")
    facts = grid.pairs(range(header))
    document = source.document()
    group = document.group()
    node = group.measurement({"device control/device type": "absorbance detector"})
    group.node["container type"] = "tube"
    stamp = STAMP.match(facts.peek("Scan"))
    if stamp:
        # To the minute, as the reference implementation has it; the whole stamp is kept beside it.
        put(group.node, "experiment type", stamp["type"])
        put(group.node, "measurement time", moment("{}-{}-{} {}:{}".format(*stamp.groups()[1:6]), grid.locale))
    apply(FIELDS, facts, node)
    put(node, CONTROL, facts.rest())
    rows = list(grid.table(header, last=grid.until_blank(header)).records())
    points = [(wavelength, record) for record in rows if (wavelength := record.number("wavelength(nm)")) is not None]
    if not points:
        raise source.empty(f"line {grid.line(header)}", "a header without rows", "at least one wavelength")
    if all(record.peek_number("ABS") is None for _, record in points):
        raise source.empty(f"line {grid.line(header)}", "no number under 'ABS'", "at least one absorbance")
    spectrum(node, [wavelength for wavelength, _ in points], [record.number("ABS") for _, record in points])
    put(node, CUSTOM, _columns(rows))
    return document


def _columns(rows: list[Record]) -> dict[str, list[object]]:
    """What the other columns hold, such as the transmission, in the order of the wavelengths."""
    kept: dict[str, list[object]] = {}
    for record in rows:
        for label, value in record.rest().items():
            kept.setdefault(label, []).append(value)
    return kept


INSTRUMENT = Instrument(
    name="thermo_fisher_genesys30",
    vendor="Thermo Fisher Scientific",
    product="Genesys 30",
    manifest="spectrophotometry/BENCHLING/2023/12/spectrophotometry",
    signature=Signature(("text",), all=(text(r"\A\W*Scan(?=\s*[,;\t]).*\n\s*(Mode|Lower|Upper)\s*[,;\t]"),)),
    read=read,
    device={"model number": "Genesys 30", "brand name": "Genesys", "product manufacturer": "Thermo Fisher Scientific"},
    system={"software name": "Genesys 30 instrument software"},
    export="On the instrument open the stored scan and export it as TSV or CSV to a USB drive.",
    not_covered="The transmission is kept as custom information.",
)
