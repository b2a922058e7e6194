"""Columns of a long table in the making: texts that repeat, and numbers with texts between them."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


class Labels:
    """A column of repeated texts as codes into a growing list of distinct texts."""

    __slots__ = ("codes", "texts")

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.codes: list[int | None] = []

    def add(self, text: str | None, count: int) -> None:
        """Append `text` for `count` rows."""
        self.codes.extend([None if text is None else self.texts.setdefault(text, len(self.texts))] * count)

    def array(self) -> pa.Array:
        """The column as dictionary array; starts anew."""
        import pyarrow as pa

        found = pa.DictionaryArray.from_arrays(pa.array(self.codes, pa.int32()), pa.array(list(self.texts), pa.string()))
        self.texts, self.codes = {}, []
        return found


class Values:
    """Numbers, and beside them texts where a value is no number."""

    __slots__ = ("_numbers", "_texts")

    def __init__(self) -> None:
        self._numbers: list[Any] = []
        self._texts: dict[int, str] = {}

    def add(self, values: list[Any], rows: int) -> None:
        """Append `rows` values, null beyond the end of `values`."""
        start = len(self._numbers)
        if {float, int, type(None)}.issuperset(map(type, values)):
            self._numbers.extend(values)
        else:
            for index, value in enumerate(values, start=start):
                plain = isinstance(value, int | float) and not isinstance(value, bool)
                self._numbers.append(value if plain else None)
                if not plain and value is not None:
                    self._texts[index] = value if isinstance(value, str) else str(value).lower()
        self._numbers.extend(repeat(None, rows - len(values)))

    def arrays(self) -> tuple[pa.Array, pa.Array]:
        """Numbers and texts as Arrow arrays; starts anew."""
        import pyarrow as pa

        rows = len(self._numbers)
        texts = (
            pa.array([self._texts.get(index) for index in range(rows)], pa.string())
            if self._texts
            else pa.nulls(rows, pa.string())
        )
        found = pa.array(self._numbers, pa.float64()), texts
        self._numbers, self._texts = [], {}
        return found
