"""Grids and tables: a text split at its delimiter or a sheet, and the tables found in it."""

from __future__ import annotations

import re
from itertools import compress, groupby, zip_longest
from typing import TYPE_CHECKING, Any

from allotrope.errors import TooLarge
from allotrope.labels import column_name, fold
from allotrope.record import IGNORED, KEPT, MAPPED, UNREAD, Cell, Record, Store, index_labels
from allotrope.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from allotrope.values import Locale

MOST_CELLS = 200_000_000
_OPEN = bytes((1, *bytes(255)))
"""Fates to whether the cell is unread."""
_TURN = bytes((1, 0, *bytes(254)))
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
PLAIN_WIDTH = 64
"""Rows up to this width stay as read, since to some formats the number of empty fields tells lines apart."""


def is_filled(value: Any) -> bool:
    """Whether a value is anything but white space."""
    return value != "" and not value.isspace() if isinstance(value, str) else value is not None


def trimmed(row: Any) -> Any:
    """A row without the empty fields at its end; those within the plain width stay."""
    end = len(row)
    while end > PLAIN_WIDTH and row[end - PLAIN_WIDTH : end].count("") == PLAIN_WIDTH:
        end -= PLAIN_WIDTH
    while end > PLAIN_WIDTH and not is_filled(row[end - 1]):
        end -= 1
    return row[: max(end, PLAIN_WIDTH)]


class Turned:
    """Rows read column by column; columns that few rows reach are laid out only when they are asked for."""

    def __init__(self, rows: Sequence[Any]) -> None:
        lengths = sorted(map(len, rows))
        self.width = lengths[-1] if lengths else 0
        common = lengths[len(lengths) * 3 // 4] if lengths else 0
        self.count = len(rows)
        self._filled: dict[int, bytes | None] = {}
        self.columns = list(zip_longest(*(rows if common == self.width else [row[:common] for row in rows])))
        self.long = [(at, row) for at, row in enumerate(rows) if len(row) > common]

    def column(self, column: int) -> Sequence[Any]:
        """The values of a column from top to bottom, None beyond the end of a short row."""
        if column < len(self.columns):
            return self.columns[column]
        values = [None] * self.count
        for at, row in self.long:
            if column < len(row):
                values[at] = row[column]
        return values

    def filled(self, column: int) -> bytes | None:
        """For each row 1 where a column holds anything, 0 where it is blank; None where nothing is blank; found once."""
        if column not in self._filled:
            few = column >= len(self.columns)
            self._filled[column] = self._reached(column) if few else self._look(self.columns[column])
        return self._filled[column]

    def _reached(self, column: int) -> bytes:
        """The same of a column that few rows reach."""
        found = bytearray(self.count)
        for at, row in self.long:
            if column < len(row) and is_filled(row[column]):
                found[at] = 1
        return bytes(found)

    def _look(self, values: Sequence[Any]) -> bytes | None:
        kinds = set(map(type, values))
        if str not in kinds:
            blank: set[Any] = {None} if type(None) in kinds else set()
        else:
            texts = set(values) if kinds == {str} else {value for value in values if type(value) is str}
            blank = {text for text in texts if not text or text.isspace()} | ({None} if type(None) in kinds else set())
        return bytes(map(blank.__contains__, values)).translate(_TURN) if blank else None

    def used(self) -> list[int]:
        """The columns that may hold anything, in order."""
        common = len(self.columns)
        beyond = {at for _, row in self.long for at, value in enumerate(row[common:], common) if is_filled(value)}
        return [*range(common), *sorted(beyond)]


class Grid(Store):
    """Rows of values (text, or typed where the container has types); rows and columns count from 0, addresses from 1."""

    def __init__(
        self,
        name: str,
        rows: list[Any],
        locale: Locale,
        *,
        sheet: bool = False,
        lines: Sequence[int] | None = None,
        file: str = "",
    ) -> None:
        if max(map(len, rows), default=0) > PLAIN_WIDTH:
            rows = [row if len(row) <= PLAIN_WIDTH else trimmed(row) for row in rows]
        self.rows = rows
        self._turned: Turned | None = None
        self.width = max(map(len, rows), default=0)
        if len(rows) * self.width > MOST_CELLS:
            found = f"{len(rows)} rows by {self.width} columns"
            where = f"the whole table {name!r}" if name else "the whole table"
            raise TooLarge(file=file or name, where=where, found=found, expected=f"{MOST_CELLS} cells")
        super().__init__(name, len(rows) * self.width, locale)
        self.sheet = sheet
        self.lines = lines
        self._stretch = (0, -1)
        """First row and end of the stretch of filled rows that was asked for last."""
        self.indented: set[int] = set()
        """Rows of a text whose first field, an empty one, was left out."""

    def empty(self, handle: int) -> None:
        """Read a cell as if it were empty; the rows as read stay as they were."""
        row, column = divmod(handle, self.width)
        self.rows = list(self.rows)
        self._turned, self._stretch = None, (0, -1)
        self.rows[row] = [*self.rows[row][:column], "", *self.rows[row][column + 1 :]]

    @property
    def turned(self) -> Turned:
        """The rows column by column, laid out once; what is blank is found once a column."""
        if self._turned is None:
            self._turned = Turned(self.rows)
        return self._turned

    def unread(self) -> Iterator[int]:
        """The filled cells that nothing has read, row by row."""
        left: list[int] = []
        for column in self.turned.used():
            fates = self.fates[column :: self.width]
            if UNREAD not in fates:
                continue
            open_rows, filled = fates.translate(_OPEN), self.turned.filled(column)
            if filled is not None:
                both = int.from_bytes(open_rows) & int.from_bytes(filled)
                open_rows = bytearray(both.to_bytes(len(filled)) if both else b"")
            left += (row * self.width + column for row in compress(range(len(open_rows)), open_rows))
        yield from sorted(left)

    def filled(self, handle: int) -> bool:
        """Whether the cell holds anything but white space."""
        row, column = divmod(handle, self.width)
        values = self.rows[row]
        return column < len(values) and is_filled(values[column])

    def value(self, handle: int) -> Any:
        """The raw value at a handle; None beyond the end of a short row."""
        row, column = divmod(handle, self.width)
        values = self.rows[row]
        if column >= len(values):
            return None
        value = values[column]
        return None if value == "" else value

    def where(self, handle: int) -> str:
        """`Sheet!C14` in a workbook, `line 8 field 3` in a text."""
        row, column = divmod(handle, self.width)
        if self.sheet:
            return f"{self.name}!{column_name(column)}{row + 1}"
        prefix = f"{self.name} " if self.name else ""
        return f"{prefix}line {self.line(row)} field {column + 1 + (row in self.indented)}"

    def outdent(self, rows: Iterable[int]) -> None:
        """Leave out the first field of some rows of a text, which has to be empty, until the mapping has ended.

        What the rows hold keeps its address.
        """
        for row in rows:
            self.rows[row] = [*self.rows[row][1:], ""]
            self.indented.add(row)
        self._turned = None

    def unquote(self, *holding: str) -> None:
        """Take off the quotes that a spreadsheet has put around fields of a text; only around those that hold one of these."""
        for row in self.rows:
            for at, value in enumerate(row):
                found = _QUOTED.fullmatch(value) if '"' in value else None
                if found and found[1].strip() and (not holding or any(mark in found[1] for mark in holding)):
                    row[at] = found[1].replace('""', '"')

    def settle(self) -> None:
        """Run what waits for the end of the mapping; then rows that were moved go back, with their fates."""
        super().settle()
        for row in self.indented:
            start, end = row * self.width, (row + 1) * self.width
            self.rows[row] = ["", *self.rows[row][:-1]]
            self.fates[start:end] = bytes((UNREAD, *self.fates[start : end - 1]))
        if self.indented:
            self._turned = None
        self.indented.clear()

    def line(self, row: int) -> int:
        """The line of the text, or row of the sheet, counted from 1."""
        return self.lines[row] if self.lines is not None else row + 1

    def at(self, row: int, column: int, label: str = "") -> Cell:
        """The cell at a row and column; beyond the grid an empty cell of the last place is an IndexError."""
        if not (0 <= row < len(self.rows) and 0 <= column < self.width):
            message = f"{self.name}: no cell at row {row + 1}, column {column + 1}"
            raise IndexError(message)
        return Cell(self, row * self.width + column, label)

    def text(self, row: int, column: int = 0) -> str:
        """The stripped text at a place, empty beyond the grid; looking does not settle the fate."""
        if not 0 <= row < len(self.rows):
            return ""
        values = self.rows[row]
        return text_of(values[column]) if 0 <= column < len(values) else ""

    def texts(self, row: int) -> list[str]:
        """The stripped texts of a row."""
        return [self.text(row, column) for column in range(len(self.rows[row]))]

    def blank(self, row: int) -> bool:
        """Whether a row has no filled cell, or does not exist."""
        if not 0 <= row < len(self.rows):
            return True
        values = self.rows[row]
        if values and values[0] != "" and is_filled(values[0]):
            return False
        return values.count("") == len(values) or not any(map(is_filled, values))

    def cells(self, row: int) -> list[Cell]:
        """The filled cells of a row."""
        start = row * self.width
        return [Cell(self, start + column) for column, value in enumerate(self.rows[row]) if value != "" and is_filled(value)]

    def structure(self, row: int, first: int = 0, last: int | None = None) -> None:
        """Mark a row (or part of it) as structure: titles and headings that decided where values went."""
        for cell in self.cells(row):
            if first <= cell.handle % self.width <= (self.width if last is None else last):
                cell.mapped()

    def keep_rows(self) -> dict[str, str]:
        """Custom information from every row with unread cells: address of the first → their texts, joined by tabs."""
        kept = {}
        for row, handles in groupby(self.unread(), lambda handle: handle // self.width):
            values, places = self.rows[row], list(handles)
            kept[self.where(places[0])] = "\t".join([text_of(values[place % self.width]) for place in places])
            for place in places:
                self.fates[place] = KEPT
        return kept

    def find(self, label: str, start: int = 0, column: int = 0) -> int | None:
        """The first row from `start` whose cell in the column equals the label, after folding."""
        wanted = fold(label)
        for row in range(start, len(self.rows)):
            if fold(self.text(row, column)) == wanted:
                return row
        return None

    def find_row(self, *labels: str, start: int = 0) -> int | None:
        """The first row from `start` that holds all these labels in any columns, after folding."""
        wanted = {fold(label) for label in labels}
        for row in range(start, len(self.rows)):
            if wanted <= {fold(value) for value in self.rows[row] if isinstance(value, str)}:
                return row
        return None

    def pairs(self, rows: Sequence[int], key: int = 0, value: int = 1) -> Record:
        """Rows of `label, value` as one record; the label cells share the fate of their values (mapped when read).

        Where the grid has no such value column, the record is empty and the labels stay unread.
        """
        if value >= self.width:
            return Record(self, {})
        labels = []
        for row in rows:
            label = self.text(row, key).rstrip(":").rstrip()
            if label:
                labels.append((label, row * self.width + value))
        index = index_labels(labels)
        self.deferred.append(lambda: self._settle_pairs(index, value - key))
        return Record(self, index)

    def _settle_pairs(self, index: dict[str, tuple[int, str]], distance: int) -> None:
        for handle, _ in index.values():
            fate = self.fates[handle] if self.filled(handle) else self.reason("label without a value")
            label = handle - distance
            if self.fates[label] == UNREAD and fate != UNREAD:
                self.fates[label] = fate

    def table(self, header: int, first: int | None = None, last: int | None = None, *, columns: range | None = None) -> Table:
        """The table under a header row: rows `first` … `last` (exclusive; default: to the end), within some columns."""
        start = header + 1 if first is None else first
        return Table(self, header, start, len(self.rows) if last is None else last, columns)

    def first_filled(self, start: int = 0) -> int | None:
        """The first row from `start` that is not blank; None where there is none."""
        return next((row for row in range(start, len(self.rows)) if not self.blank(row)), None)

    def until_blank(self, start: int) -> int:
        """The first blank row from `start` (or the end of the grid)."""
        if not self._stretch[0] <= start <= self._stretch[1]:
            blank = (row for row in range(start, len(self.rows)) if self.blank(row))
            self._stretch = (start, next(blank, max(start, len(self.rows))))
        return self._stretch[1]


class Table:
    """A header row and the rows under it; a column without a header is labelled by its spreadsheet letter."""

    def __init__(self, grid: Grid, header: int, first: int, last: int, columns: range | None = None) -> None:
        self.grid = grid
        self.header = header
        self.first = first
        self.last = last
        span = columns or range(grid.width)
        names = grid.rows[header]
        self.span = span
        used = self._used_beyond(len(names))
        self.index = index_labels(
            (grid.text(header, c) or f"column {column_name(c)}", c) for c in span if c < len(names) or c in used
        )
        grid.deferred.append(self._settle_headers)

    def _used_beyond(self, end: int) -> set[int]:
        """The columns from `end` on that hold anything."""
        rows = [values for values in self.grid.rows[self.first : self.last] if len(values) > end]
        return {at for values in rows for at, value in enumerate(values[end:], end) if value not in ("", None)}

    def __contains__(self, label: str) -> bool:
        return fold(label) in self.index

    def label(self, *labels: str) -> str | None:
        """The first of these labels that the header has, as written there."""
        for label in labels:
            entry = self.index.get(fold(label))
            if entry:
                return entry[1]
        return None

    def labels(self) -> list[str]:
        """All labels as written, in order."""
        return [label for _, label in self.index.values()]

    def records(self, keep: Callable[[Record], bool] | None = None) -> Iterator[Record]:
        """One record a row that is not blank."""
        grid = self.grid
        for row in range(self.first, min(self.last, len(grid.rows))):
            if not grid.blank(row):
                record = Record(grid, self.index, row * grid.width)
                if keep is None or keep(record):
                    yield record

    def _settle_headers(self) -> None:
        """A header has the fate of its column: mapped if any of its cells is, else kept, else ignored."""
        grid, width = self.grid, self.grid.width
        for column, _ in self.index.values():
            handle = self.header * width + column
            if grid.fates[handle] != UNREAD or not grid.filled(handle):
                continue
            fates = grid.fates[self.first * width + column : self.last * width : width]
            if MAPPED in fates:
                grid.fates[handle] = MAPPED
            elif KEPT in fates:
                grid.fates[handle] = KEPT
            else:
                ignored = next((fate for fate in fates if fate >= IGNORED), None)
                grid.fates[handle] = ignored if ignored is not None else grid.reason("column without values")
