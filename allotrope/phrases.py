"""Phrases: cells that hold a label and its value in one text, such as `User: Jones` or `Method = Wash`, read as a record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.labels import fold
from allotrope.record import KEPT, MAPPED, Cell, Record, index_labels, traced
from allotrope.values import moment, number, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from allotrope.record import Store
    from allotrope.values import Locale

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


class Facts:
    """Labelled texts found by a format's own rules, each in one or more cells; a fact is taken once, a cell may hold many."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, str, list[Cell]]] = {}

    def add(self, label: str, value: str, cells: list[Cell]) -> None:
        """Add a fact; a label met again gets `.1`, `.2` and so on."""
        name, again = label, 0
        while fold(name) in self.entries:
            again += 1
            name = f"{label}.{again}"
        self.entries[fold(name)] = (name, value, cells)

    def _take(self, label: str, fate: int, read: Callable[[str], Any]) -> Any:
        entry = self.entries.get(fold(label))
        found = read(entry[1]) if entry else None
        if entry is None or found is None:
            return None
        del self.entries[fold(label)]
        for cell in entry[2]:
            cell.store.mark(cell.handle, fate)
        first = entry[2][0]
        return traced(found, first.where) if first.store.trace else found

    def text(self, label: str) -> str | None:
        """The text of a fact, mapped."""
        return self._take(label, MAPPED, str)  # type: ignore[no-any-return]

    def time(self, label: str, locale: Locale) -> str | None:
        """The time of a fact in ISO 8601, mapped."""
        return self._take(label, MAPPED, lambda value: moment(value, locale))  # type: ignore[no-any-return]

    def number(self, label: str, locale: Locale) -> int | float | None:
        """The number at the start of a fact such as `0.0025  Sq.mm`, mapped."""
        return self._take(label, MAPPED, lambda value: number(value.split()[0], locale.decimal))  # type: ignore[no-any-return]

    def keep(self, *labels: str) -> dict[str, Any]:
        """Custom information from the facts with these labels, or from all that nothing has taken."""
        kept = {}
        for name in [self.entries[fold(label)][0] for label in labels or list(self.entries) if fold(label) in self.entries]:
            kept[name] = self._take(name, KEPT, scalar)
        return kept
