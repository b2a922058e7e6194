"""Sections: facts written as `label = value` or as two columns, and the table below them, as PCR programs export."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from allotrope.columns import ABSENT
from allotrope.labels import fold, free
from allotrope.record import UNREAD, Cell, Record, told
from allotrope.values import Locale, Scalar, moment, number, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.grid import Grid, Table

_ASSIGNED = re.compile(r"\*?\s*(.+?)\s*=\s*(.*)", re.DOTALL)
_TABLE_STARTS = frozenset(("well", "sample", "target", "biological/sample group"))


class Facts:
    """Labelled values, each with the cells it stands in; reading one maps its cells, `rest` keeps what nothing has read."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, Any, tuple[Cell, ...]]] = {}
        self.read: set[str] = set()

    def add(self, label: str, value: Any, cells: Iterable[Cell]) -> None:
        """Add a value; a label met again gets `.1`, `.2` …, one without a value is ignored."""
        settled = tuple(cells)
        text = value.strip() if isinstance(value, str) else value
        if text is None or (isinstance(text, str) and text in ABSENT):
            for cell in settled:
                cell.ignore("label without a value")
            return
        name = free(label, self.entries, fold)
        self.entries[fold(name)] = (name, text, settled)

    def value(self, *labels: str) -> Any:
        """The raw value under the first of these labels, mapped; None where there is none."""
        for label in labels:
            entry = self.entries.get(fold(label))
            if entry:
                self.read.add(fold(label))
                for cell in entry[2]:
                    cell.mapped()
                return entry[1]
        return None

    def peek(self, label: str) -> Any:
        """The raw value under a label, whose fate stays open."""
        entry = self.entries.get(fold(label))
        return entry[1] if entry else None

    def text(self, *labels: str) -> str | None:
        """The text under the first of these labels, mapped."""
        value = self.value(*labels)
        if value is None:
            return None
        plain = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return self.told(plain, *labels)  # type: ignore[no-any-return]

    def told(self, value: Any, *labels: str) -> Any:
        """A value with the address of its cell, where the conversion is traced."""
        cells = next((entry[2] for label in labels if (entry := self.entries.get(fold(label)))), ())
        return told(cells[-1], value) if cells else value

    def number(self, locale: Locale, *labels: str) -> int | float | None:
        """The number under the first of these labels, mapped; text that is none stays for `rest`."""
        for label in labels:
            found = number(self.peek(label), locale.decimal)
            if found is not None:
                self.value(label)
                return self.told(found, label)  # type: ignore[no-any-return]
        return None

    def time(self, locale: Locale, *labels: str) -> str | None:
        """The ISO 8601 time under the first of these labels, mapped; text that is none stays for `rest`."""
        for label in labels:
            found = moment(self.peek(label), locale)
            if found is not None:
                self.value(label)
                return self.told(found, label)  # type: ignore[no-any-return]
        return None

    def rest(self) -> dict[str, Scalar]:
        """Custom information from every value that nothing has read."""
        kept: dict[str, Scalar] = {}
        for key, (label, value, cells) in self.entries.items():
            if key not in self.read:
                self.read.add(key)
                kept[label] = self.told(scalar(value), label)
                for cell in cells:
                    cell.keep()
        return kept

    def same(self, label: str, value: Any) -> bool:
        """Whether these facts state the same value under a label."""
        return bool(self.peek(label) == (value.strip() if isinstance(value, str) else value))


def assigned(facts: Facts, cell: Cell) -> bool:
    """Add a cell that reads `label = value` to the facts; False where it does not."""
    found = _ASSIGNED.fullmatch(cell.text)
    if found:
        facts.add(found[1], found[2], [cell])
    return found is not None


def column_facts(grid: Grid, rows: Iterable[int], facts: Facts | None = None) -> Facts:
    """Facts from rows of `label, value`; more cells of a row become facts of their own."""
    found = facts if facts is not None else Facts()
    for row in rows:
        cells = grid.cells(row)
        if cells and grid.text(row, 0):
            value = grid.at(row, 1) if grid.width > 1 else cells[0]
            filled = len(cells) > 1 and bool(value)
            found.add(cells[0].text.rstrip(":").rstrip(), value.value if filled else None, cells[:2] if filled else cells[:1])
            for cell in cells[2 if filled else 1 :]:
                found.add(cells[0].text, cell.value, [cell])
    return found


def split_sheet(grid: Grid) -> tuple[range, int | None]:
    """Rows of the facts at the top of a sheet, and the row of the table's header below the blank row that ends them."""
    row = 0
    while row < len(grid.rows) and grid.text(row) and fold(grid.text(row)) not in _TABLE_STARTS:
        row += 1
    last = row
    while row < len(grid.rows) and not grid.text(row):
        row += 1
    return range(last), row if row < len(grid.rows) else None


def repeated_facts(grid: Grid, rows: Iterable[int], stated: Facts, kept: dict[str, Scalar]) -> None:
    """Settle the facts that every sheet repeats: ignored where they say the same, else kept under the sheet's name."""
    for row in rows:
        cells = grid.cells(row)
        if not cells:
            continue
        label = cells[0].text.rstrip(":").rstrip()
        if len(cells) == 1 or all(stated.same(label, cell.value) or cell.text in ABSENT for cell in cells[1:]):
            for cell in cells:
                cell.ignore("repeats the facts of the first sheet" if len(cells) > 1 else "label without a value")
        else:
            kept[f"{grid.name} {label}"] = " ".join(cell.text for cell in cells[1:])
            for cell in cells:
                cell.keep()


def keep_rows(table: Table, kept: dict[str, Scalar], *key: str) -> None:
    """Keep every unread cell of a table under the name of its sheet, what identifies its row, and its label."""
    grid, width = table.grid, table.grid.width
    last = min(table.last, len(grid.rows)) * width
    position = grid.fates.find(UNREAD, table.first * width, last)
    while position != -1:
        if not grid.filled(position):
            position = grid.fates.find(UNREAD, position + 1, last)
            continue
        row = position // width
        record = Record(grid, table.index, row * width)
        name = " ".join(text for text in (record.peek(label) for label in key) if text)
        for label, value in record.rest().items():
            kept[free(f"{grid.name} {name} {label}".strip(), kept)] = value
        position = grid.fates.find(UNREAD, (row + 1) * width, last)


class Sectioned(Protocol):
    """What a classic export consists of."""

    facts: Facts
    results: Facts
    tables: dict[str, Table]


def classic_workbook(grids: dict[str, Grid], export: Sectioned) -> None:
    """Read the sheets as sections: facts on top of each (all the same), a table, and below the results more facts."""
    kept: dict[str, Scalar] = {}
    for at, (name, grid) in enumerate(grids.items()):
        rows, header = split_sheet(grid)
        if at == 0:
            column_facts(grid, rows, export.facts)
        else:
            repeated_facts(grid, rows, export.facts, kept)
        if header is None:
            continue
        title, last = name.strip().strip("[]"), len(grid.rows)
        if title == "Results":
            last = next((row for row in range(header + 1, last) if number(grid.text(row)) is None), last)
            column_facts(grid, range(last, len(grid.rows)), export.results)
        export.tables[title] = grid.table(header, last=last)
    for label, value in kept.items():
        export.facts.add(label, value, ())
