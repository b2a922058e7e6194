"""Reads the archive: rows by sample, in sessions of measurements that follow each other, one measurement a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allotrope.analyte import concentration
from allotrope.aside import set_aside
from allotrope.custom import CUSTOM
from allotrope.envelope import add_error, put
from allotrope.instruments.roche_cedex_bioht.kits import ALL, Kit, kit_of
from allotrope.record import Record, index_labels
from allotrope.required import measured
from allotrope.values import moment, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.envelope import Document, Group, Node
    from allotrope.grid import Grid
    from allotrope.source import Source

MARKER = "#ARC-FILE#"
TITLE = "record type,time,marker,archive version,column 5,column 6,model,serial number,software version,user"
RECENT = "record type,time,sample,batch,sample role,column 6,code,dilution factor,unit,flag,result"
OLD = "record type,time,code,column 4,column 5,sample,sample role,unit,flag,result"
FLAGS = {"v": "verification", "c": "calibration"}
BELOW = "< TEST RNG"
SAME_SESSION = timedelta(hours=1)
"""The tests of one sample follow each other within minutes; a longer pause starts a new measurement."""
LDH_UNIT = 0.0167
"""The reference's factor from U/L of lactate dehydrogenase to what it writes as mmol/L; the activity itself is kept beside it."""


@dataclass(slots=True)
class Row:
    """One test of one sample."""

    record: Record
    kit: Kit
    time: str
    sample: str
    batch: str
    result: float | None

    @property
    def identity(self) -> str:
        """Tests that differ in this stand side by side in one measurement, in its order."""
        parts = (self.kit.analyte, self.record.peek("dilution factor"), self.record.peek("code"))
        return "_".join(part for part in parts if part)


@dataclass(slots=True)
class Session:
    """The tests of a sample that belong together, by identity; `passed_over` are repeats without a result."""

    time: str
    tests: dict[str, Row] = field(default_factory=dict)
    passed_over: list[Row] = field(default_factory=list)


def read(source: Source) -> Document:
    """The title line with the analyzer's facts, then the tests by sample and batch."""
    grid = source.grid("\t")
    titles = [row for row in range(len(grid.rows)) if MARKER in grid.texts(row)]
    if not titles:
        raise source.damaged("the title line", f"no line with {MARKER}", "the title line of a Cedex Bio HT archive")
    title = _record(grid, titles[0], TITLE)
    title.text("marker")
    document = source.document()
    document.device |= {"model number": title.text("model"), "equipment serial number": title.text("serial number")}
    document.system |= {"software name": document.device["model number"], "software version": title.text("software version")}
    facts = {"analyst": title.text("user"), "processed": title.time("time")}
    for line in titles:
        put(document.system, CUSTOM, _record(grid, line, TITLE).rest())
    lines = [row for row in range(len(grid.rows)) if row not in titles and not grid.blank(row)]
    rows = _rows(grid, lines, _layout(grid, lines, str(document.system["software version"] or "")))
    if not rows:
        raise source.empty("line 2", "a title line without results", "at least one result")
    samples: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        samples.setdefault((row.sample, row.batch), []).append(row)
    for key in _ordered(samples):
        group = document.group()
        for session in _sessions(sorted(samples[key], key=lambda row: row.time)):
            _measure(document, group, session)
        put(group.document, "analyst", facts["analyst"])
        put(group.node, "data processing time", facts["processed"])
    if not any(group.measurements for group in document.groups):
        raise source.empty("the results", "no result in a unit of the schema", "at least one result")
    return document


def _record(grid: Grid, row: int, labels: str) -> Record:
    names = labels.split(",")
    names = [*names, *(f"column {column + 1}" for column in range(len(names), grid.width))][: grid.width]
    return Record(grid, index_labels((name, column) for column, name in enumerate(names)), row * grid.width)


def _layout(grid: Grid, lines: list[int], version: str) -> str:
    """The columns of the software's major version; those of an unknown one are told by where the rows name their test."""
    major = version.partition(".")[0].strip()
    if major in ("5", "6", "7"):
        return OLD if major == "5" else RECENT
    return OLD if any(grid.text(row, 2) in ALL for row in lines) else RECENT


def _rows(grid: Grid, lines: list[int], layout: str) -> list[Row]:
    """The rows; one that repeats another to the letter is counted once."""
    rows = []
    seen: set[tuple[str, ...]] = set()
    for at in lines:
        record = _record(grid, at, layout)
        texts = tuple(grid.texts(at))
        if texts in seen:
            for cell in record:
                cell.ignore("repeats a row above to the letter")
            continue
        seen.add(texts)
        found = record.cell("result")
        result = number(found.value, grid.locale.decimal) if found else None
        time = moment(record.peek("time"), grid.locale) or ""
        rows.append(Row(record, kit_of(record.peek("code")), time, record.peek("sample"), record.peek("batch"), result))
    return rows


def _ordered(samples: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Samples in the order of their names: as numbers where all are numbers."""
    numbers = {sample: number(sample) for sample, _ in samples}
    if any(value is None for value in numbers.values()):
        return sorted(samples)
    return sorted(samples, key=lambda key: (numbers[key[0]] or 0, key))


def _sessions(rows: list[Row]) -> list[Session]:
    """Tests in order of time; a pause, or a second result of the same test, starts the next session."""
    sessions = [Session(rows[0].time)]
    before = rows[0].time
    for row in rows:
        paused = bool(row.time and before) and datetime.fromisoformat(row.time) - datetime.fromisoformat(before) > SAME_SESSION
        other = None if paused else sessions[-1].tests.get(row.identity)
        if paused or (other and other.result is not None and row.result is not None):
            sessions.append(Session(row.time))
        elif other:
            sessions[-1].passed_over.append(row if row.result is None else other)
        if paused or other is None or row.result is not None:
            sessions[-1].tests[row.identity] = row
        before = row.time or before
    return sessions


def _measure(document: Document, group: Group, session: Session) -> None:
    """A measurement for each optical density of a session, and one for all its analytes."""
    tests = [session.tests[identity] for identity in sorted(session.tests)]
    for row in [row for row in tests if row.kit.analyte == "optical_density"]:
        node = _node(group, session, row)
        measured(document, node, "absorbance", row.record.number("result"), "mAU")
        put(node, CUSTOM, _custom(row))
    tests = [row for row in tests if row.kit.analyte != "optical_density"]
    analytes = [(row, _analyte(document, row)) for row in tests]
    found = [analyte for _, analyte in analytes if analyte is not None]
    if found:
        node = _node(group, session, tests[0])
        node["analyte aggregate document"] = {"analyte document": found}
    elif not group.measurements:
        for row in tests:
            set_aside(document, row.record, f"the schema has no place for results in {row.record.peek('unit') or 'no unit'}")
        return
    node = group.measurements[-1]
    for row, analyte in analytes:
        error = _error(row)
        if row.result is None and error:
            add_error(node, error, f"{row.kit.analyte} - {row.kit.name}")
        _settle(row)
        if analyte is None:
            put(node, CUSTOM, {f"{row.identity} {label}": value for label, value in _custom(row).items()})
    for row in session.passed_over:
        put(node, CUSTOM, {f"{row.identity} repeat {label}": value for label, value in row.record.rest().items()})


def _node(group: Group, session: Session, row: Row) -> Node:
    node = group.measurement({"device control/device type": "solution-analyzer", "measurement time": session.time or None})
    put(node, "sample document/sample identifier", row.record.text("sample"))
    put(node, "sample document/batch identifier", row.record.text("batch"))
    return node


def _settle(row: Row) -> None:
    """Sample, batch and time decided where the test went."""
    row.record.text("sample")
    row.record.text("batch")
    row.record.time("time")


def _analyte(document: Document, row: Row) -> Node | None:
    """The analyte document of a test; None where the schema has no place for its unit."""
    node: Node = {"analyte name": row.kit.analyte}
    unit = row.record.peek("unit")
    if row.kit.analyte == "ldh" and unit.casefold() == "u/l":
        activity = None if row.result is None else row.result * LDH_UNIT
        concentration(document, node, activity, "mmol/L")
        if row.result is not None:
            put(node, CUSTOM, {"catalytic activity (U/L)": row.result})
    elif not concentration(document, node, row.result, unit):
        return None
    row.record.number("result")
    row.record.text("unit")
    put(node, CUSTOM, _custom(row))
    return node


def _error(row: Row) -> str | None:
    """What a flag says: below the range, the result as written; a flag without a known meaning is unknown."""
    flag = row.record.peek("flag")
    return row.record.peek("result") if flag == BELOW else FLAGS.get(flag, "unknown") if flag else None


def _custom(row: Row) -> dict[str, Any]:
    """What custom information says of a test: code, kit, flag, and every cell that nothing has read."""
    record = row.record
    error = _error(row)
    facts = {"analyte code": record.text("code"), "detection kit": row.kit.name, "detection kit range": row.kit.range}
    if error is not None:
        facts["flag"] = error
        facts["flag as written"] = record.text("flag")
    _settle(row)
    rest: dict[str, Any] = record.rest()
    return {key: value for key, value in facts.items() if value is not None} | rest
