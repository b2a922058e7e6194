"""Reads the archive: rows by sample, in sessions of measurements that follow each other, one measurement a session."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.instruments.roche_cedex_bioht.kits import ALL, kit_of
from allotrope.instruments.roche_cedex_bioht.measure import measure
from allotrope.instruments.roche_cedex_bioht.session import Row, Session
from allotrope.record import Record, index_labels
from allotrope.values import moment, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.source import Source

MARKER = "#ARC-FILE#"
TITLE = "record type,time,marker,archive version,column 5,column 6,model,serial number,software version,user"
RECENT = "record type,time,sample,batch,sample role,column 6,code,dilution factor,unit,flag,result"
OLD = "record type,time,code,column 4,column 5,sample,sample role,unit,flag,result"
SAME_SESSION = timedelta(hours=1)
"""The tests of one sample follow each other within minutes; a longer pause starts a new measurement."""


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
            measure(document, group, session)
        put(group.document, "analyst", facts["analyst"])
        put(group.node, "data processing time", facts["processed"])
    if not any(group.measurements for group in document.groups):
        raise source.empty("the results", "no result in a unit of the schema", "at least one result")
    return document


def _record(grid: Grid, row: int, labels: str) -> Record:
    names = labels.split(",")
    names = [*names, *(f"column {column + 1}" for column in range(len(names), len(grid.rows[row])))][: grid.width]
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
