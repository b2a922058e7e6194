"""Columns in the making: values with the rows they hold for, made Arrow arrays at the end; what is absent costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.tables.types import struct_of

if TYPE_CHECKING:
    import pyarrow as pa

    from allotrope.tables.entries import Entry


class Column:
    """One column: each value with its first row and its number of rows, in ascending order of rows."""

    __slots__ = ("counts", "starts", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.starts: list[int] = []
        self.counts: list[int] = []

    def add(self, value: Any, start: int, count: int = 1) -> None:
        """Put `value` into `count` rows from `start` on."""
        self.values.append(value)
        self.starts.append(start)
        self.counts.append(count)

    def array(self, kind: pa.DataType, rows: int) -> pa.Array:
        """All rows as one Arrow array, null where no value was put."""
        import pyarrow as pa

        values = pa.array(self.values, kind)
        if len(self.values) == rows and all(count == 1 for count in self.counts):
            return values
        order: list[int | None] = [None] * rows
        for index, (start, count) in enumerate(zip(self.starts, self.counts, strict=True)):
            order[start : start + count] = [index] * count
        return values.take(pa.array(order, pa.int32()))


class Entries:
    """Lists of entries, one a row, as flat columns with offsets."""

    __slots__ = ("_flat", "_offsets")

    def __init__(self) -> None:
        self._flat: list[Entry] = []
        self._offsets: list[int] = [0]

    def row(self, *parts: list[Entry]) -> None:
        """Close a row that holds the entries of all `parts`."""
        for part in parts:
            self._flat.extend(part)
        self._offsets.append(len(self._flat))

    def array(self) -> pa.Array:
        """The rows as list of structs; a row without entries holds an empty list."""
        import pyarrow as pa

        return pa.ListArray.from_arrays(pa.array(self._offsets, pa.int32()), struct_of(self._flat))
