"""Phrases: cells that hold a label and its value in one text, such as `User: Jones` or `Method = Wash`, read as a record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.labels import fold
from allotrope.record import Cell, Record, index_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from allotrope.record import Store

COLON = r"^\s*([^:]+?)\s*:\s*(.*?)\s*$"
"""`label: value`; the first colon parts them."""


class Phrase(Cell):
    """A cell whose value is the part of its text after the label."""

    __slots__ = ("part",)

    def __init__(self, store: Store, handle: int, label: str, part: str) -> None:
        super().__init__(store, handle, label)
        self.part = part

    @property
    def value(self) -> Any:
        """The text after the label."""
        return self.part

    def __bool__(self) -> bool:
        return bool(self.part)


class Phrases(Record):
    """A record of phrases; the first two groups of `pattern` that matched are label and value.

    Cells that do not match are in `others`; a label without a value is ignored as such.
    """

    __slots__ = ("others", "parts")

    def __init__(self, cells: Iterable[Cell], pattern: str = COLON) -> None:
        expression = re.compile(pattern, re.DOTALL)
        self.others: list[Cell] = []
        self.parts: dict[int, str] = {}
        labels: list[tuple[str, int]] = []
        store = None
        for cell in cells:
            store = cell.store
            found = expression.match(cell.text)
            if not found:
                self.others.append(cell)
                continue
            label, part = [group for group in found.groups() if group is not None][:2]
            if not part:
                cell.ignore("label without a value")
                continue
            self.parts[cell.handle] = part
            labels.append((label, cell.handle))
        super().__init__(store or Record.of(()).store, index_labels(labels))

    def cell(self, *labels: str) -> Cell | None:
        """The first phrase that has one of these labels."""
        for label in labels:
            entry = self.index.get(fold(label))
            if entry is not None:
                return Phrase(self.store, entry[0], entry[1], self.parts[entry[0]])
        return None

    def __iter__(self) -> Iterator[Cell]:
        for handle, label in self.index.values():
            yield Phrase(self.store, handle, label, self.parts[handle])
