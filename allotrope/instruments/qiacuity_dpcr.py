"""QIAGEN QIAcuity digital PCR: the list of results that the Software Suite exports as CSV, one row a target in a well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.columns import ABSENT
from allotrope.envelope import CUSTOM, put, reach
from allotrope.families.sections import keep_rows
from allotrope.field import Field, apply, as_percent
from allotrope.instrument import Instrument
from allotrope.required import measured, missed
from allotrope.signature import Signature, text

if TYPE_CHECKING:
    from allotrope.envelope import Document, Group
    from allotrope.grid import Table
    from allotrope.record import Record
    from allotrope.source import Source
    from allotrope.values import Locale

DEVICE = "Qiacuity dPCR"
NOTHING = ABSENT | {"-", "--", "–"}
ROLES = {"Sample": "Sample Role", "Control": "Control Sample Role", "Non Template Control": "Blank Role"}
THRESHOLD = "processed data/data processing document/fluorescence intensity threshold setting"


def micro(*labels: str) -> tuple[str, ...]:
    """Labels in every way in which exports garble the micro sign."""
    return tuple(label.replace("μ", sign) for label in labels for sign in ("μ", "\ufffd", "Âμ", "Âµ"))


def as_role(value: Any, _: Locale) -> str | None:
    """The role of a sample type."""
    return ROLES.get(str(value).strip())


FIELDS = (
    Field("Sample/NTC/Control", "sample document/sample identifier"),
    Field("Type", "sample document/sample role type", read=as_role),
    Field(("Well", "column A"), "sample document/well location identifier"),
    Field("Plate ID", "sample document/well plate identifier"),
    Field(("Target", "Target (Name)"), "target DNA description"),
    Field("Partitions (valid)", "total partition count", unit="#"),
    Field("Partitions (positive)", "processed data/positive partition count", unit="#"),
    Field("Partitions (negative)", "processed data/negative partition count", unit="#"),
    Field(
        micro("Concentration (copies/μL)", "Conc. [copies/μL]", "Conc. [cp/μL] (dPCR reaction)"),
        "processed data/number concentration",
        unit="#/μL",
    ),
    Field("Threshold", THRESHOLD, unit="(unitless)"),
    *(Field(label, f"sample document/{CUSTOM}") for label in ("IC", "Control type", "Target (IC)", "Target (Control)")),
)
NEEDED = ("Partitions (valid)", "Partitions (positive)")
REQUIRED = (
    ("total partition count", "#"),
    ("processed data/positive partition count", "#"),
    ("processed data/number concentration", "#/μL"),
)
CALCULATED = (
    (("CI (95%)",), "CI (95%)", "%", "Positive Partition Count"),
    (("SD",), "SD", "(unitless)", "Number Concentration"),
    (("CV%",), "CV%", "%", "Number Concentration (#/μL)"),
    (micro("Mean conc. [copies/μL]"), "Mean Concentration", "#/μL", "Mean Concentration (#/μL)"),
)
"""Labels, name, unit, and the feature of the measurement that the value stands on."""


def read(source: Source) -> Document:
    """The table under the line that names the delimiter."""
    grid = source.grid()
    header = grid.find_row("Sample/NTC/Control")
    if header is None:
        raise source.damaged("the header", "no column 'Sample/NTC/Control'", "the header of a QIAcuity list")
    document = source.document()
    table = grid.table(header)
    group = document.group()
    for record in table.records():
        measurement(document, group, record)
    if not group.measurements:
        raise source.empty(f"line {grid.line(header)}", "no row with counts of partitions", "at least one well")
    kind = next((record.peek("Plate type") for record in table.records() if record.peek("Plate type")), "")
    wells = re.search(r"(\d+)-well", kind, re.IGNORECASE)
    measured(document, group.node, "plate well count", int(wells[1]) if wells else None, "#")
    rest(document, table)
    return document


def measurement(document: Document, group: Group, record: Record) -> None:
    """One row; without a count of partitions or a concentration it is none, and kept."""
    for label in (
        *(label for field in FIELDS for label in field.names),
        *(label for labels, *_ in CALCULATED for label in labels),
    ):
        cell = record.cell(label)
        if cell and cell.text in NOTHING:
            cell.ignore("stands for no value")
    numbers = [label for label in (*NEEDED, *FIELDS[8].names) if record.peek_number(label) is not None]
    if not numbers:
        document.source.find(
            "row-without-counts", "neither partitions nor a concentration: kept as it is", next(iter(record)).where, "warning"
        )
        return
    node = group.measurement({"device control/device type": "dPCR", "device control/device identifier": DEVICE})
    apply(tuple(field for field in FIELDS if not absent(record, field)), record, node, document, group)
    document.fill(node, "target DNA description")
    for path, unit in REQUIRED:
        if path.rpartition("/")[2] not in reach(node, path):
            missed(document, node, path, unit, "Not reported in file")
    for labels, name, unit, feature in CALCULATED:
        cell = next((cell for label in labels if (cell := record.cell(label)) and cell.text not in NOTHING), None)
        value = as_percent(cell.value, document.source.locale) if cell else None
        if cell and value is not None:
            document.calculated.add(name, value, unit, [(node, feature)])
            cell.mapped()
    put(node, CUSTOM, {label: without_percent(value, document.source.locale) for label, value in record.rest().items()})


def without_percent(value: Any, locale: Locale) -> Any:
    """A percentage as a number, like the other numbers of custom information."""
    found = as_percent(value, locale) if isinstance(value, str) and value.endswith("%") else None
    return value if found is None else found


def absent(record: Record, field: Field) -> bool:
    """Whether the cell of a field says that there is no value."""
    return all(record.peek(label) in NOTHING for label in field.names)


def rest(document: Document, table: Table) -> None:
    """Rows that are no measurements."""
    kept: dict[str, Any] = {}
    keep_rows(table, kept, "Well", "column A", "Sample/NTC/Control")
    put(document.aggregate, CUSTOM, kept)


INSTRUMENT = Instrument(
    name="qiacuity_dpcr",
    vendor="QIAGEN",
    product="QIAcuity Digital PCR System",
    manifest="pcr/BENCHLING/2023/09/dpcr",
    signature=Signature(
        ("text",),
        all=(text(r"Sample/NTC/Control"), text(r"\bPartitions \((valid|positive|negative)\)")),
        beats=("revvity_matrix",),
    ),
    read=read,
    device={
        "device identifier": DEVICE,
        "brand name": "Qiacuity Digital PCR System",
        "product manufacturer": "Qiagen",
    },
    system={"software name": "Qiacuity Software Suite"},
    export="In the QIAcuity Software Suite open the analysis, choose List and export it as CSV.",
    not_covered="Heat maps, histograms and images of partitions.",
)
