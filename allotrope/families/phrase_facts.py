"""Facts that phrases or cells state: text, time or number by label, and what nothing has read, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.labels import fold, free
from allotrope.record import KEPT, MAPPED, Cell, traced
from allotrope.values import moment, number_within, scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.values import Locale


class Facts:
    """Labelled texts found by a format's own rules, each in one or more cells; a fact is taken once, a cell may hold many."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, str, list[Cell]]] = {}

    def add(self, label: str, value: str, cells: list[Cell]) -> None:
        """Add a fact; a label met again gets `.1`, `.2` and so on."""
        name = free(label, self.entries, fold)
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

    def number(self, label: str, locale: Locale, unit: str = "") -> int | float | None:
        """The number of a fact, mapped; with a unit, that of `0.0025  Sq.mm`; None, and still there, in another unit."""

        def read(value: str) -> int | float | None:
            text, *rest = value.split(maxsplit=1)
            return number_within(text, locale.decimal) if rest in ([], [unit]) else None

        return self._take(label, MAPPED, read)  # type: ignore[no-any-return]

    def keep(self, *labels: str) -> dict[str, Any]:
        """Custom information from the facts with these labels, or from all that nothing has taken."""
        kept = {}
        for name in [self.entries[fold(label)][0] for label in labels or list(self.entries) if fold(label) in self.entries]:
            kept[name] = self._take(name, KEPT, scalar)
        return kept
