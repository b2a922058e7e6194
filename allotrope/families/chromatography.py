"""Chromatography as JSON: long arrays of numbers, chromatograms over seconds, labelled values of one thing in several objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from allotrope.cube import cube
from allotrope.envelope import put
from allotrope.field import as_percent
from allotrope.labels import fold
from allotrope.record import KEPT, MAPPED, Cell, Record, told
from allotrope.values import moment, number, scalar

if TYPE_CHECKING:
    from allotrope.envelope import Node as Asm
    from allotrope.readers.tree import Node

MINUTE = 60
"""Seconds."""
Quantities = Sequence[tuple[str, str, str, float]]
"""Label, key, unit, and by what the value is multiplied."""


class Facts:
    """Labelled scalars of one thing, from several objects; equal values under one label are one fact in several cells."""

    def __init__(self, *records: Record) -> None:
        self.cells: dict[str, list[Cell]] = {}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Add an object's scalars; a label that is there already with another value gets `.1`, `.2` and so on."""
        for cell in record:
            if cell.value is None:
                continue
            name, again = cell.label, 0
            while fold(name) in self.cells and self.cells[fold(name)][0].value != cell.value:
                again += 1
                name = f"{cell.label}.{again}"
            cell.label = name
            self.cells.setdefault(fold(name), []).append(cell)

    def raw(self, label: str, fate: int = MAPPED) -> Any:
        """The raw value under a label, with that fate; None where there is none."""
        cells = self.cells.get(fold(label), ())
        for cell in cells:
            cell.store.mark(cell.handle, fate)
        return told(cells[0], cells[0].value) if cells else None

    def peek(self, label: str) -> Any:
        """The raw value under a label, whose fate stays open."""
        cells = self.cells.get(fold(label))
        return cells[0].value if cells else None

    def text(self, label: str) -> str | None:
        """The text under a label, mapped; None where it is empty."""
        value = self.raw(label)
        return None if value is None or value == "" else self.told(label, str(value))

    def number(self, label: str, factor: float = 1) -> float | None:
        """The number under a label times a factor, mapped; what is none stays unread."""
        value = self.peek(label)
        found = as_percent(value, self.cells[fold(label)][0].store.locale) if value is not None else None
        if found is None:
            return None
        self.raw(label)
        return self.told(label, found if factor == 1 else found * factor)  # type: ignore[no-any-return]

    def told(self, label: str, value: Any) -> Any:
        """A value with the address of its first cell, where the conversion is traced."""
        return told(self.cells[fold(label)][0], value)

    def time(self, label: str) -> str | None:
        """The time under a label, mapped."""
        value = self.peek(label)
        found = moment(value, self.cells[fold(label)][0].store.locale) if value is not None else None
        if found is not None:
            self.raw(label)
            return self.told(label, found)  # type: ignore[no-any-return]
        return None

    def keep(self, labels: Iterable[str] | Mapping[str, str]) -> dict[str, Any]:
        """Custom information under these labels, or under the names that a mapping gives them, as text."""
        names = labels if isinstance(labels, Mapping) else {label: label for label in labels}
        kept = {}
        for label, name in names.items():
            value = self.raw(label, KEPT)
            if value is not None and value != "":
                kept[name.replace("_", " ")] = self.told(label, str(value))
        return kept

    def others(self, known: Iterable[str] = ()) -> dict[str, Any]:
        """Custom information from every fact but the known ones, verbatim; also of what something else has read."""
        without = {fold(label) for label in known}
        kept = {}
        for label, cells in self.cells.items():
            if label not in without:
                for cell in cells:
                    cell.store.mark(cell.handle, KEPT)
                value = cells[0].value
                if value != "":
                    plain = value if isinstance(value, (str, bool)) else scalar(value)
                    kept[cells[0].label.replace("_", " ")] = told(cells[0], plain)
        return kept


def quantities(node: Asm, facts: Facts, table: Quantities) -> None:
    """Put the numbers of a table into a node."""
    for label, key, unit, factor in table:
        put(node, key, facts.number(label, factor), unit)


def series(node: Node | None) -> list[Any]:
    """The numbers of a JSON array, mapped; None where an element is none."""
    if node is None:
        return []
    values = []
    for cell in node.cells:
        value = number(cell.value)
        values.append(told(cell, value))
        if value is not None:
            cell.store.fates[cell.handle] = MAPPED
    return values


def chromatogram(label: str, minutes: Sequence[float], values: Sequence[Any]) -> dict[str, Any]:
    """Absorbance (mAU) over retention time, which the programs state in minutes, in seconds."""
    seconds = [minute * MINUTE for minute in minutes]
    return cube(label, [("retention time", "s", seconds)], [("absorbance", "mAU", values)])
