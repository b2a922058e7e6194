"""Columns of a table read whole: for curves and long results, where a record a row would be too slow."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from allotrope.field import Read, as_number, as_text
from allotrope.grid import Table
from allotrope.labels import fold
from allotrope.record import KEPT, MAPPED, UNREAD, Cell, traced
from allotrope.values import Scalar

ABSENT = frozenset(
    ("", "#N/A", "#NA", "-NaN", "-nan", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
"""Texts by which exports say that there is no value."""


class Columns:
    """The columns of a table over its rows that are not blank; a row is known by its position in `rows`, counted from 0."""

    def __init__(self, table: Table, *, absent: frozenset[str] = frozenset(("",))) -> None:
        self.table = table
        self.grid = table.grid
        self.absent = absent
        self.rows = [row for row in range(table.first, min(table.last, len(self.grid.rows))) if not self.grid.blank(row)]

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, label: str) -> bool:
        return label in self.table

    def raw(self, *labels: str) -> list[Any]:
        """The values under the first of these labels that the table has, None where empty (or where there is no such column);
        texts that stand for no value count as empty and are ignored with that reason."""
        label = self.table.label(*labels)
        if label is None:
            return [None] * len(self.rows)
        column = self.table.index[fold(label)][0]
        rows, absent = self.grid.rows, self.absent
        values: list[Any] = []
        for row in self.rows:
            cells = rows[row]
            value = cells[column] if column < len(cells) else None
            if isinstance(value, str):
                value = value.strip()
                if value in absent:
                    if value:
                        self.grid.mark(row * self.grid.width + column, self.grid.reason("stands for no value"))
                    value = None
            values.append(value)
        return values

    def take(self, *labels: str, read: Read = as_text, fate: int = MAPPED) -> list[Any]:
        """The values under the first of these labels as `read` gives them, with that fate; what does not parse stays unread."""
        label = self.table.label(*labels)
        raw = self.raw(*labels)
        if label is None:
            return raw
        grid, column = self.grid, self.table.index[fold(label)][0]
        locale = grid.locale
        values: list[Any] = []
        for row, value in zip(self.rows, raw, strict=True):
            found = None if value is None else read(value, locale)
            if found is not None:
                handle = row * grid.width + column
                grid.mark(handle, fate)
                found = traced(found, grid.cell(handle, label).where) if grid.trace else found
            values.append(found)
        return values

    def numbers(self, *labels: str) -> list[Any]:
        """The numbers under the first of these labels; fates stay open, `settle` says what became of them."""
        locale = self.grid.locale
        return [value if type(value) is float else None if value is None else as_number(value, locale) for value in self.raw(*labels)]

    def cell(self, at: int, *labels: str) -> Cell | None:
        """The filled cell of the row at a position under the first of these labels, if there is one."""
        label = self.table.label(*labels)
        if label is None:
            return None
        cell = self.grid.at(self.rows[at], self.table.index[fold(label)][0], label)
        return cell if cell else None

    def settle(self, positions: Iterable[int], labels: Sequence[str], fate: int) -> None:
        """Give the still unread cells of these rows and columns a fate."""
        grid = self.grid
        wanted = [self.table.index[fold(label)][0] for label in labels if label in self.table]
        starts = [self.rows[at] * grid.width for at in positions]
        for column in wanted:
            for start in starts:
                if grid.fates[start + column] == UNREAD:
                    grid.fates[start + column] = fate

    def ignore(self, positions: Iterable[int], labels: Sequence[str], because: str) -> None:
        """Drop the still unread cells of these rows and columns, with the reason."""
        self.settle(positions, labels, self.grid.reason(because))

    def rest(self, at: int) -> dict[str, Scalar]:
        """Custom information from every cell of a row that nothing has read."""
        grid = self.grid
        start = self.rows[at] * grid.width
        kept: dict[str, Scalar] = {}
        for offset, label in self.table.index.values():
            if grid.fates[start + offset] == UNREAD and grid.filled(start + offset):
                value = grid.cell(start + offset, label).keep()
                if value is not None:
                    kept[label] = value
        return kept

    def keep(self, label: str) -> list[Any]:
        """The verbatim scalars of a column for custom information."""
        from allotrope.values import scalar

        return self.take(label, read=lambda value, _: scalar(value), fate=KEPT)


def positions_by(keys: Iterable[Hashable]) -> dict[Any, list[int]]:
    """Positions of equal keys, in the order in which the keys come first."""
    found: dict[Any, list[int]] = {}
    for at, key in enumerate(keys):
        found.setdefault(key, []).append(at)
    return found
