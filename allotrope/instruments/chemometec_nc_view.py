"""ChemoMetec NC-View (NucleoCounter NC-202 and kin): one row a count, as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.aside import set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.families.cells import DENSITY, millions, no_viability
from allotrope.field import Field, apply
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.record import Record
    from allotrope.source import Source


PROCESSED = "processed data/custom information document"
FIELDS = (
    Field("SAMPLE ID", "sample document/sample identifier"),
    Field("MEDIA", "sample document/custom information document"),
    Field("OPERATOR", "@document/analyst"),
    Field("PROTOCOL", "custom information document/method name"),
    Field("STATUS", "custom information document/STATUS"),
    Field("VIABILITY (%)", "processed data/viability (cell counter)", unit="%"),
    Field("LIVE (cells/ml)", "processed data/viable cell density (cell counter)", unit=DENSITY, read=millions),
    Field("TOTAL (cells/ml)", "processed data/total cell density (cell counter)", unit=DENSITY, read=millions),
    Field("DEAD (cells/ml)", "processed data/dead cell density (cell counter)", unit=DENSITY, read=millions),
    Field("DIAMETER (µm)", "processed data/average total cell diameter", unit="µm"),
    Field("AGGREGATES (%)", f"{PROCESSED}/cell aggregation percentage", unit="%"),
    Field("DEBRIS INDEX", f"{PROCESSED}/debris index", unit="(unitless)"),
    Field("DILUTION FACTOR", "processed data/data processing document/cell density dilution factor", unit="(unitless)"),
)
CONSTANTS = {"device control/device type": "Cell counter", "device control/detection type": "fluorescence"}


def read(source: Source) -> Document:
    """The table under the header; instrument and user are those of its first row."""
    grid = source.grid()
    header = grid.find_row("INSTRUMENT", "VIABILITY (%)")
    if header is None:
        raise source.damaged("the header", "no row with 'INSTRUMENT' and 'VIABILITY (%)'", "the header of an NC-View export")
    document = source.document()
    for record in grid.table(header).records():
        _count(document, record)
    if not any(group.measurements for group in document.groups):
        raise source.empty(f"line {grid.line(header)}", "a header without counts", "at least one count")
    return document


def _count(document: Document, record: Record) -> None:
    """One count; what the standard requires and the row lacks is stated as no result; a row that names no count is set aside."""
    locale = record.store.locale
    if not any(record.peek(label) for label in ("SAMPLE ID", "VIABILITY (%)", "LIVE (cells/ml)")):
        set_aside(document, record, "the row names no sample and holds no count")
        return
    group = document.group()
    node = group.measurement(CONSTANTS)
    put(node, "processed data/processed data identifier", document.identifier("processed data"))
    day = moment(record.peek("NAME").partition("-")[0], locale)
    put(node, "measurement time", day)
    serial = record.peek("INSTRUMENT").rpartition(":")[2].strip()
    if document.device.setdefault("equipment serial number", serial) == serial:
        record.text("INSTRUMENT")
    user = record.keep("USER")
    custom = document.system.setdefault(CUSTOM, dict(user))
    apply(FIELDS, record, node, document, group)
    no_viability(document, node, record, "VIABILITY (%)", "LIVE (cells/ml)")
    put(node, CUSTOM, record.rest() | ({} if custom == user else user))


INSTRUMENT = Instrument(
    name="chemometec_nc_view",
    vendor="ChemoMetec",
    product="NC-View (NucleoCounter NC-202)",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(("text",), all=(text(r"\A[,;\s]*+(?=.*(?-i:\bINSTRUMENT\b))(?=.*(?-i:\bVIABILITY\b)).*\(cells/ml\)"),)),
    read=read,
    device={"product manufacturer": "ChemoMetec"},
    system={"software name": "NC-View"},
    export="In NC-View select counts in the list and export them as CSV.",
    not_covered="The export holds the day of a count but no time of day.",
)
