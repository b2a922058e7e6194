"""Absolute Q: rows of wells and targets in any of the three layouts, and the values calculated over their groups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.aside import repeats, set_aside
from allotrope.columns import ABSENT
from allotrope.envelope import CUSTOM, put
from allotrope.instruments.appbio_absolute_q.partitions import partitions
from allotrope.labels import fold
from allotrope.record import UNREAD, Record, index_labels
from allotrope.required import missed
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.envelope import Document, Node
    from allotrope.grid import Grid
    from allotrope.source import Source

CONCENTRATION = ("Conc. cp/uL", "Copies per microliter", "Conc.")
MOST = 1e15
SAMPLE, WELL, RUN = ("Sample", "Name"), ("Well", "Well ID"), ("Run", "Run name")
PARTITIONS = ("total partition count", "positive partition count")
OF_WELL = (
    *((label, label, "(unitless)", PARTITIONS) for label in ("95%DeltaLCI", "95%DeltaUCI", "Precision %", "Lambda (cp/Rxn)")),
    *((f"Lambda_95%Delta{end}", f"Lambda_95%Delta{end}", "(unitless)", PARTITIONS) for end in ("LCI", "UCI", "LCI", "UCI")),
    ("MeanQC", "MeanQC", "(unitless)", ("QC Channel",)),
    ("CV_QC", "CV_QC", "(unitless)", ("QC Channel",)),
)
"""Calculated for one well: label, name, unit, what it stands on. Readers of these documents expect the bounds of lambda twice."""
AVERAGE = (
    (("Total",), "Average Total", "#", "total partition count"),
    (CONCENTRATION, "Average Concentration", "#/μL", "number concentration"),
    (("SD",), "SD Concentration", "#/μL", "number concentration"),
    (("Positives",), "Average Positives", "#", "positive partition count"),
    (("95%DeltaLCI",), "Average 95%DeltaLCI", "(unitless)", "95%DeltaLCI"),
    (("95%DeltaUCI",), "Average 95%DeltaUCI", "(unitless)", "95%DeltaUCI"),
)
POOLED = (
    (("Total",), "Pooled Total", "#", "total partition count"),
    (CONCENTRATION[:1], "Pooled Concentration", "#/μL", "number concentration"),
    (("Positives",), "Pooled Positives", "#", "positive partition count"),
)
OF_GROUP = {"Average": AVERAGE, "Pooled": POOLED}
VARIATION = ("Average Concentration", "SD Concentration")


@dataclass(slots=True)
class Row:
    """One target in one well, or a group's row: its record, its dye, its group, and the columns that all dyes share."""

    record: Record
    dye: str | None = None
    group: str = ""
    shared: frozenset[str] = frozenset()

    @property
    def target(self) -> str:
        """The target's name, or empty."""
        return self.record.peek("Target")


def read(source: Source) -> Document:
    """The CSV, or the summary among the members of a zip archive."""
    document = source.document()
    grid = summary(source) if source.probe.kind == "zip" else source.grid()
    top = grid.first_filled() or 0
    header = grid.find_row("Target") if "Index" not in grid.texts(top) else top
    if header is None:
        header = next((row for row in range(top, min(top + 2, len(grid.rows))) if "Total" in grid.texts(row)), top)
    if "Index" in grid.texts(header):
        partitions(document, grid, header, SAMPLE, WELL, RUN)
        return document
    rows = sections(grid, top, header) if header > top and not grid.text(top) else plain(grid, header)
    for row in rows:
        for cell in row.record:
            if cell and cell.text in ABSENT:
                cell.ignore("stands for no value")
    odd = [row for row in rows if row.record.peek(*SAMPLE) and "Channels" in row.record and not row.dye]
    wells = [row for row in rows if row.record.peek(*SAMPLE) and (row.dye or "Channels" not in row.record)]
    if not wells:
        raise source.empty(f"line {grid.line(header)}", "a header without wells", "at least one well with a sample")
    groups = [row for row in rows if not row.record.peek(*SAMPLE)]
    nodes = measured(document, wells, with_groups=bool(groups) and any("Group" in row.record for row in groups))
    calculated(document, groups, nodes)
    for row in odd:
        set_aside(document, row.record, "the row names no channel")
    return document


def summary(source: Source) -> Grid:
    """The one summary of an archive; what else it holds is ignored."""
    members = [name for name in source.probe.members if name.lower().endswith("_summary.csv")]
    if len(members) != 1:
        raise source.damaged("the archive", f"{len(members)} members end with _summary.csv", "exactly one")
    grid = source.grid(",", member=members[0])
    for name in source.probe.members:
        if name != members[0] and name.lower().endswith(".csv") and source.probe.member(name).strip():
            other = source.grid(",", member=name)
            for row in range(len(other.rows)):
                for cell in other.cells(row):
                    cell.ignore("stands beside the summary, which has the results")
    return grid


def plain(grid: Grid, header: int) -> list[Row]:
    """Rows of a table in which each row is a well and a target."""
    records = grid.table(header).records()
    dyes = ((record, record.peek("Dye", "Channels")) for record in records)
    return [Row(record, None if dye in ABSENT else dye, record.peek("Group")) for record, dye in dyes]


def sections(grid: Grid, top: int, header: int) -> list[Row]:
    """Rows of a summary: dyes above the header, and for each a section of columns from `Target` to `Threshold`."""
    grid.structure(top)
    table = grid.table(header)
    labels = grid.texts(header)
    starts = [column for column, label in enumerate(labels) if label == "Target"]
    ends = [column for column, label in enumerate(labels) if label == "Threshold"]
    dyes = [text for text in grid.texts(top) if text]
    inside = {column for start, end in zip(starts, ends, strict=False) for column in range(start, end + 1)}
    common = [(label or f"column {column + 1}", column) for column, label in enumerate(labels) if column not in inside]
    shared = frozenset(fold(label) for label, _ in common)
    rows = []
    for start, end, dye in zip(starts, ends, dyes, strict=False):
        index = index_labels([*common, *((labels[column], column) for column in range(start, end + 1))])
        group = ""
        for record in table.records():
            group = record.peek("Group") or group
            rows.append(Row(Record(grid, index, record.base), dye, group, shared))
    return rows


def well_of(row: Row) -> str:
    """The well: stated, or the end of a sample's name such as `Sample A1`."""
    found = row.record.peek(*WELL)
    named = re.match(r"Sample ([A-Za-z0-9]+)", row.record.peek(*SAMPLE))
    return found or (named[1] if named else row.record.peek(*SAMPLE))


def measured(document: Document, rows: list[Row], *, with_groups: bool) -> list[tuple[Row, Node]]:
    """One group a well, in the order of their names; one measurement a target."""
    of_well: dict[str, list[Row]] = {}
    for row in rows:
        of_well.setdefault(row.record.peek(*SAMPLE) if "Channels" in row.record else well_of(row), []).append(row)
    order = in_order(of_well)
    reference = of_well[order[0]][0].record
    instrument = reference.peek("Instrument") or None
    document.device["device identifier"] = instrument
    done = []
    for name in order:
        group = document.group()
        group.node |= {"plate well count": {"value": 16, "unit": "#"}, "container type": "well plate"}
        put(group.node, "experimental data identifier", of_well[name][0].record.peek(*RUN) or None)
        first = of_well[name][0].record
        for row in of_well[name]:
            record = row.record
            node = group.measurement(
                {
                    "measurement time": record.time("Date"),
                    "target DNA description": record.text("Target"),
                    "sample document/sample identifier": record.text(*SAMPLE),
                    "sample document/well location identifier": well_of(row),
                    "sample document/well plate identifier": record.text("Plate"),
                    "device control/device type": "dPCR",
                    "device control/device identifier": instrument,
                    "device control/reporter dye setting": row.dye or None,
                }
            )
            document.fill(node, "target DNA description")
            record.text(*WELL)
            repeats(reference, record, ["Instrument"])
            repeats(first, record, [label for label in RUN if first.peek(label)][:1])
            if row.dye == record.peek("Dye", "Channels"):
                record.text("Dye", "Channels")
            counts(document, node, record)
            if with_groups:
                of_one_well(document, node, record)
            if row.group and not record.peek("Group"):
                put(node, CUSTOM, {} if row.shared else {"Group": row.group})
            done.append((row, node))
    for row, node in done:
        put(node, CUSTOM, shared_rest(row))
    return done


def in_order(names: Iterable[str]) -> list[str]:
    """Names in the order of their numbers where all are numbers, else as text."""
    found = {name: number(name) for name in names}
    return sorted(found) if None in found.values() else sorted(found, key=lambda name: found[name] or 0)


def counts(document: Document, node: Node, record: Record) -> None:
    """Partitions, concentration and threshold of a target in a well."""
    total, positive = record.number("Total"), record.number("Positives", "Count")
    for path, value, unit in (
        ("total partition count", whole(total), "#"),
        ("processed data/number concentration", record.number(*CONCENTRATION), "#/μL"),
        ("processed data/positive partition count", whole(positive), "#"),
    ):
        if value is None:
            missed(document, node, path, unit, "N/A")
        put(node, path, value, unit)
    put(node, "processed data/confidence interval (95%)", record.number("95%CI"), "#")
    threshold = record.number("Threshold")
    put(node, "processed data/data processing document/fluorescence intensity threshold setting", threshold or None, "(unitless)")


def whole(value: float | None) -> float | None:
    """A count as a whole number; what is none, or more than any plate can hold, stays as it is."""
    return round(value) if value is not None and abs(value) < MOST and not value % 1 else value


def of_one_well(document: Document, node: Node, record: Record) -> None:
    """The values calculated for one target in one well."""
    for label, name, unit, features in OF_WELL:
        document.calculated.add(name, record.number(label), unit, [(node, feature) for feature in features])


def shared_rest(row: Row) -> dict[str, Any]:
    """Custom information of a row; columns that all dyes share are said with each of them."""
    kept = {}
    for cell in row.record:
        fate = cell.store.fates[cell.handle]
        if cell and (fate == UNREAD or (fate == 2 and fold(cell.label) in row.shared)):
            kept[cell.label] = cell.keep()
    return kept


def calculated(document: Document, groups: list[Row], wells: list[tuple[Row, Node]]) -> None:
    """Averages and pools over the wells of a group and target; what all targets share is said of the whole group, once."""
    members: dict[tuple[str, str], list[Node]] = {}
    for row, node in wells:
        group = row.group
        members.setdefault((group, row.target), []).append(node)
        members.setdefault((group, ""), []).append(node)
    kept: dict[str, Any] = {}
    said: set[tuple[str, str]] = set()
    for row in groups:
        record, group = row.record, row.group
        name = group.split("(")[0].strip()
        found: dict[str, str | None] = {}
        for labels, title, unit, feature in OF_GROUP.get(record.peek(*WELL), ()):
            label = next((label for label in labels if record.peek(label)), "")
            whole = fold(label) in row.shared
            nodes = members.get((group, "")) if whole else members.get((name, row.target))
            if not label or not nodes or (whole and (group, title) in said):
                continue
            said.add((group, title) if whole else ("", ""))
            found[title] = document.calculated.add(title, record.number(label), unit, [(node, feature) for node in nodes])
        if record.peek(*WELL) == "Average":
            sources = [(identifier, title) for title in VARIATION if (identifier := found.get(title))]
            if sources:
                document.calculated.add("CV", record.number("CV%"), "%", sources)
        if found:
            for names in (WELL, ("Group",), ("Target",)):
                record.text(*names)
        place = " ".join(text for text in (group, row.dye, row.target) if text)
        kept |= {f"{place} {label}": value for label, value in record.rest().items()}
    put(document.aggregate, CUSTOM, kept)
