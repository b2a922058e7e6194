"""Columns of a table read whole: for curves and long results, where a record a row would be too slow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.field import Read, as_number, as_text
from allotrope.labels import fold
from allotrope.record import KEPT, MAPPED, UNREAD, Cell, told, traced

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from allotrope.grid import Table
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
        self.odd: dict[int, set[int]] = {}
        """Rows of a column that were asked for numbers and hold something else; they are never settled as mapped."""
        rows, last = self.grid.rows, min(table.last, len(self.grid.rows))
        self.rows = [
            row for row in range(table.first, last) if (rows[row] and rows[row][0] not in ("", None)) or not self.grid.blank(row)
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, label: str) -> bool:
        return label in self.table

    def raw(self, *labels: str) -> list[Any]:
        """The values under the first of these labels that the table has; None where empty, or where there is no such column.

        Texts that stand for no value count as empty and are ignored with that reason.
        """
        label = self.table.label(*labels)
        if label is None:
            return [None] * len(self.rows)
        column = self.table.index[fold(label)][0]
        rows = self.grid.rows
        try:
            values = [rows[row][column] for row in self.rows]
        except IndexError:  # rows of a text may be shorter than its header
            values = [rows[row][column] if column < len(rows[row]) else None for row in self.rows]
        kinds = set(map(type, values))
        if str not in kinds:
            return values
        plain: dict[str, str | None] = {
            text: text.strip() for text in (set(values) if kinds == {str} else {v for v in values if type(v) is str})
        }
        nothing = {value for value, text in plain.items() if text in self.absent}
        if any(plain[value] for value in nothing):
            because = self.grid.reason("stands for no value")
            for row, value in zip(self.rows, values, strict=True):
                if type(value) is str and value in nothing and plain[value]:
                    self.grid.mark(row * self.grid.width + column, because)
        plain |= dict.fromkeys(nothing)
        if kinds == {str}:
            return list(map(plain.__getitem__, values))
        return [plain[value] if type(value) is str else value for value in values]

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
            handle = row * grid.width + column
            if found is None and value is not None:
                grid.unparsed[handle] = label
            elif found is not None:
                grid.mark(handle, fate)
                found = traced(found, grid.cell(handle, label).where) if grid.trace else found
            values.append(found)
        return values

    def numbers(self, *labels: str) -> list[Any]:
        """The numbers under the first of these labels; fates stay open, `settle` says what became of them."""
        locale = self.grid.locale
        values = self.raw(*labels)
        if not self.grid.trace and set(map(type, values)) <= {float, type(None)}:
            return values
        found = [None if value is None else as_number(value, locale) for value in values]
        label = self.table.label(*labels)
        column, width = self.table.index[fold(label)][0] if label is not None else 0, self.grid.width
        if label is not None and found.count(None) != values.count(None):
            rows = zip(self.rows, values, found, strict=True)
            odd = {row for row, value, number in rows if number is None and value is not None}
            self.odd[column] = odd
            self.grid.unparsed |= dict.fromkeys((row * width + column for row in odd), label)
        if not self.grid.trace or label is None:
            return found
        cells = (self.grid.cell(row * width + column, label) for row in self.rows)
        return [told(cell, value) for cell, value in zip(cells, found, strict=True)]

    def cell(self, at: int, *labels: str) -> Cell | None:
        """The filled cell of the row at a position under the first of these labels, if there is one."""
        label = self.table.label(*labels)
        if label is None:
            return None
        cell = self.grid.at(self.rows[at], self.table.index[fold(label)][0], label)
        return cell or None

    def settle(self, positions: Iterable[int], labels: Sequence[str], fate: int) -> None:
        """Give the still unread cells of these rows and columns a fate."""
        grid, width = self.grid, self.grid.width
        wanted = [self.table.index[fold(label)][0] for label in labels if label in self.table]
        rows = sorted({self.rows[at] for at in positions})
        whole = bool(rows) and rows[-1] - rows[0] == len(rows) - 1
        for column in wanted:
            odd = self.odd.get(column, ()) if fate == MAPPED else ()
            stretch = slice(rows[0] * width + column, rows[-1] * width + column + 1, width) if whole and not odd else None
            if stretch is not None and not any(grid.fates[stretch]):
                grid.fates[stretch] = bytes([fate]) * len(rows)
                continue
            for row in rows:
                if grid.fates[row * width + column] == UNREAD and row not in odd:
                    grid.fates[row * width + column] = fate

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
