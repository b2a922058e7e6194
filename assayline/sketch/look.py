"""What a sample export shows: container, sheet, header row, the facts above it, columns with labels, units and types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.errors import Empty
from allotrope.instrument import Instrument
from allotrope.probe import Probe
from allotrope.record import index_labels
from allotrope.signature import Signature
from allotrope.source import Source
from allotrope.values import moment, number
from assayline.errors import AssaylineError

if TYPE_CHECKING:
    from pathlib import Path

    from allotrope.grid import Grid

SEARCHED = 200
"""Rows among which the header is looked for, and rows below it that show the types of columns."""
_BRACKETED = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]{1,20})[)\]]\s*(?P<rest>.*)$")
_IN = re.compile(r"^(?P<name>.+?)(?:\s+in\s+|\s*,\s+|\s+/\s+)(?P<unit>[^\s,]{1,12})$")


class NotATable(AssaylineError):
    """The sample is no table that a first module could be made from; facts: file, found."""

    code = "not-a-table"
    title = "No table to start from"
    template = "{file}: found {found}; expected delimited text or a workbook with a row of labels above rows of values."
    hint = "Start from the module of an instrument that is like it; `assayline instruments` lists them."
    status = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label as written, the name and unit in it, and what its cells hold (number, time, text, mixed or empty)."""

    label: str
    name: str
    unit: str
    holds: str
    example: str
    place: int
    """Counted from 0."""
    again: bool = False
    """Whether the label stands in the header before; then `label` has a number that the file has not."""


@dataclass(frozen=True, slots=True)
class Look:
    """A sample: file name, kind, sheet (workbooks), delimiter (text), header row from 0, facts above it, columns, rows below."""

    file: str
    kind: str
    sheet: str
    delimiter: str
    header: int
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: int


def look(path: Path) -> Look:
    """Look at a sample export; raises NotATable, or what cannot be read (an AllotropeError)."""
    probe = Probe(path)
    if probe.kind not in ("text", "workbook"):
        raise NotATable(file=path, found=f"{probe.kind} data")
    nobody = Instrument(
        "new", "", "", "cell-counting/REC/2024/09/cell-counting", Signature((probe.kind,)), lambda one: one.document()
    )
    source = Source(probe, nobody, version="")
    try:
        grids = source.sheets() if probe.kind == "workbook" else {"": source.grid()}
    except Empty as error:
        raise NotATable(file=path, found="nothing in it") from error
    sheet, header = max(
        ((name, row) for name, grid in grids.items() for row in range(min(len(grid.rows), SEARCHED))),
        key=lambda place: (score(grids[place[0]], place[1]), -place[1]),
        default=("", -1),
    )
    if header < 0 or score(grids[sheet], header) < 2:
        raise NotATable(file=path, found="no row of labels with values below")
    grid = grids[sheet]
    facts = tuple((grid.text(row, 0).rstrip(":").rstrip(), grid.text(row, 1)) for row in range(header) if grid.text(row, 0))
    delimiter = str(grid.facts.get("delimiter", ""))
    below = sum(not grid.blank(row) for row in range(header + 1, len(grid.rows)))
    return Look(path.name, probe.kind, sheet, delimiter, header, facts, tuple(columns(grid, header)), below)


def score(grid: Grid, row: int) -> int:
    """How much a row looks like a header: distinct labels with values below, those with numbers or times twice."""
    labels = grid.texts(row)
    if any(_is_value(grid, label) for label in labels):
        return 0
    nexts = [after for after in range(row + 1, min(row + 6, len(grid.rows))) if not grid.blank(after)][:3]
    found = 0
    for column, label in enumerate(labels):
        values = [grid.text(after, column) for after in nexts]
        found += (label != "" and label not in labels[:column]) * (any(values) + any(_is_value(grid, value) for value in values))
    return found


def columns(grid: Grid, header: int) -> list[Column]:
    """The labelled columns below a header."""
    rows = range(header + 1, min(header + 1 + SEARCHED, len(grid.rows)))
    found = []
    written = grid.texts(header)
    for column, label in index_labels((label, column) for column, label in enumerate(written) if label).values():
        values = [text for text in (grid.text(row, column) for row in rows) if text]
        name, unit = parted(written[column])
        found.append(
            Column(label, name, unit, holds(grid, column, rows), values[0] if values else "", column, label != written[column])
        )
    return found


def holds(grid: Grid, column: int, rows: range) -> str:
    """What the filled cells of a column are: number, time, text, mixed (most are numbers), or empty."""
    cells = [grid.rows[row][column] for row in rows if column < len(grid.rows[row]) and grid.text(row, column)]
    numbers = sum(number(cell.rstrip(" %") if isinstance(cell, str) else cell, grid.locale.decimal) is not None for cell in cells)
    times = sum(moment(cell, grid.locale) is not None and ":" in str(cell) for cell in cells)
    if not cells:
        return "empty"
    if numbers == len(cells):
        return "number"
    if times == len(cells):
        return "time"
    return "mixed" if numbers * 2 > len(cells) else "text"


def parted(label: str) -> tuple[str, str]:
    """Name and unit of a label such as `Viability (%)`, `Conc. [ng/µL]` or `Total (x10^6) cells/mL`; the unit may be empty."""
    found = _BRACKETED.match(label)
    if found:
        unit = f"{found['unit']} {found['rest']}".strip() if re.match(r"[x×]?\s?10", found["unit"]) else found["unit"].strip()
        rest = "" if unit.endswith(found["rest"]) and found["rest"] else found["rest"]
        return f"{found['name']} {rest}".strip(), unit
    found = _IN.match(label)
    return (found["name"].strip(), found["unit"]) if found else (label, "")


def _is_value(grid: Grid, text: str) -> bool:
    """Whether a text is a number or a time, which no label is."""
    if not text:
        return False
    return number(text.rstrip(" %"), grid.locale.decimal) is not None or moment(text, grid.locale) is not None
