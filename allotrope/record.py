"""Stores, cells and records: the only view of the source that a mapping sees; reading a cell settles what becomes of it.

A store holds the cells of one container part (a sheet, a text, an XML tree) and one fate a cell: unread, mapped (its value is in
the document at a place the schema names, or it is structure that decided such a place), kept (in custom information) or ignored
with a reason. The ledger is what the stores say at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.labels import fold, free
from allotrope.values import Locale, Scalar, moment, number, part_of_time, scalar, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

UNREAD, MAPPED, KEPT, IGNORED = 0, 1, 2, 3


class TracedText(str):
    """Text that remembers the cell it came from, for `explain`."""

    __slots__ = ("where",)
    where: str


class TracedInt(int):
    """An integer that remembers the cell it came from, for `explain`."""

    where: str


class TracedFloat(float):
    """A number that remembers the cell it came from, for `explain`."""

    where: str


def traced(value: Any, where: str) -> Any:
    """The value with the address of its cell; values of other types are returned as they are."""
    kinds = {str: TracedText, int: TracedInt, float: TracedFloat}
    kind = kinds.get(type(value))
    if kind is None:
        return value
    marked = kind(value)
    marked.where = where
    return marked


class Store:
    """Cells of one part of the source by handle (0 … n-1), with the fate of each; subclasses give value and address."""

    def __init__(self, name: str, size: int, locale: Locale) -> None:
        self.name = name
        self.locale = locale
        self.fates = bytearray(size)
        self.reasons: list[str] = []
        self.deferred: list[Callable[[], None]] = []
        self.trace = False
        self.facts: dict[str, Any] = {}
        self.unparsed: dict[int, str] = {}
        """Filled cells that were asked for a number or a time and hold none: handle to label."""

    def empty(self, handle: int) -> None:
        """Read a cell as if it were empty."""
        raise NotImplementedError

    def value(self, handle: int) -> Any:
        """The raw value of a cell: text, number, bool, date, or None."""
        raise NotImplementedError

    def where(self, handle: int) -> str:
        """The address of a cell as a person writes it: `line 8 'Cell count'`, `Results!C14`, `Chrom.1.Xml/Curve[3]`."""
        raise NotImplementedError

    def filled(self, handle: int) -> bool:
        """Whether the cell holds anything but white space."""
        value = self.value(handle)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def unread(self) -> Iterator[int]:
        """The filled cells that nothing has read, in order."""
        position = self.fates.find(UNREAD)
        while position != -1:
            if self.filled(position):
                yield position
            position = self.fates.find(UNREAD, position + 1)

    def mark(self, handle: int, fate: int) -> None:
        """Settle a cell's fate; what is ignored may still be kept, and what is kept mapped, never the other way."""
        now = self.fates[handle]
        if now == UNREAD or fate == MAPPED or (fate == KEPT and now >= IGNORED):
            self.fates[handle] = fate

    def reason(self, because: str) -> int:
        """The fate code of an ignored cell with this reason."""
        if because not in self.reasons:
            self.reasons.append(because)
        return IGNORED + self.reasons.index(because)

    def cell(self, handle: int, label: str = "") -> Cell:
        """The cell at a handle."""
        return Cell(self, handle, label)

    def parse(self, text: str) -> str | None:
        """An ISO 8601 time from text that several cells make up."""
        return moment(text, self.locale)

    def settle(self) -> None:
        """Run what waits for the end of the mapping, such as the fates of table headers."""
        for action in self.deferred:
            action()
        self.deferred.clear()


class Cell:
    """One cell: where it stands, its label and text; the `as_…` readers mark it mapped, `keep` keeps it, `ignore` drops it."""

    __slots__ = ("handle", "label", "store")

    def __init__(self, store: Store, handle: int, label: str = "") -> None:
        self.store = store
        self.handle = handle
        self.label = label

    @property
    def value(self) -> Any:
        """The raw value; looking at it does not settle the fate."""
        return self.store.value(self.handle)

    @property
    def text(self) -> str:
        """The stripped text, empty where there is none; looking at it does not settle the fate."""
        return text_of(self.value)

    @property
    def number(self) -> int | float | None:
        """The number, None where there is none; looking at it does not settle the fate."""
        found = number(self.value, self.store.locale.decimal)
        if found is None and self.label and self:
            self.store.unparsed[self.handle] = self.label
        return found

    @property
    def where(self) -> str:
        """The address, with the label where there is one."""
        place = self.store.where(self.handle)
        return f"{place} '{self.label}'" if self.label else place

    def __bool__(self) -> bool:
        return self.store.filled(self.handle)

    def mapped(self) -> None:
        """Say that the cell shaped the document: a section title, a label, a value read by other means."""
        self.store.mark(self.handle, MAPPED)

    def _give(self, value: Any, fate: int) -> Any:
        if value is None:
            if self:
                self.store.unparsed[self.handle] = self.label
            return None
        self.store.mark(self.handle, fate)
        return traced(value, self.where) if self.store.trace else value

    def as_text(self) -> str | None:
        """The text, mapped; None where the cell is empty."""
        return self._give(self.text or None, MAPPED)  # type: ignore[no-any-return]

    def as_number(self) -> int | float | None:
        """The number, mapped; None, and still unread, where the cell holds none."""
        return self._give(number(self.value, self.store.locale.decimal), MAPPED)  # type: ignore[no-any-return]

    def as_time(self) -> str | None:
        """The time in ISO 8601, mapped; None, and still unread, where the cell holds none."""
        return self._give(moment(self.value, self.store.locale), MAPPED)  # type: ignore[no-any-return]

    def keep(self) -> Scalar | None:
        """The verbatim scalar for custom information; None where the cell is empty."""
        return self._give(scalar(self.value), KEPT) if self else None

    def keep_text(self) -> str:
        """The verbatim text for custom information, kept where nothing has read the cell; empty where it is empty."""
        if self:
            self.store.mark(self.handle, KEPT)
        return self.text

    def ignore(self, because: str) -> None:
        """Drop the cell, with the reason that the ledger will state."""
        self.store.mark(self.handle, self.store.reason(because))


def not_parsed(cells: int, first: Cell) -> str:
    """What a finding says of so many cells under one label that hold no number or time."""
    named = f" under {first.label!r}" if first.label else ""
    return f"{cells} cells{named} do not parse and are kept as text, first {first.text[:40]!r}"


def told(cell: Cell, value: Any) -> Any:
    """The value with the address of its cell where the conversion is traced, else as it is."""
    return traced(value, cell.where) if cell.store.trace and value is not None else value


class Record:
    """Labelled cells of one thing: a row, a header block, the attributes of an element. Labels are given in any spelling."""

    __slots__ = ("base", "index", "store")

    def __init__(self, store: Store, index: dict[str, tuple[int, str]], base: int = 0) -> None:
        self.store = store
        self.index = index
        self.base = base

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Record:
        """A record of cells that carry their labels; a label met again gets `.1`, `.2` …, nothing is overwritten."""
        found = list(cells)
        store = found[0].store if found else Leaves("", Locale())
        return cls(store, index_labels((cell.label, cell.handle) for cell in found))

    def cell(self, *labels: str) -> Cell | None:
        """The first cell that has one of these labels, filled or not."""
        for label in labels:
            entry = self.index.get(fold(label))
            if entry is not None:
                return Cell(self.store, self.base + entry[0], entry[1])
        return None

    def _filled(self, labels: tuple[str, ...]) -> Cell | None:
        for label in labels:
            cell = self.cell(label)
            if cell:
                return cell
        return None

    def peek(self, *labels: str) -> str:
        """The stripped text of the first filled cell with one of these labels, or empty; does not settle its fate."""
        cell = self._filled(labels)
        return cell.text if cell else ""

    def peek_number(self, *labels: str) -> int | float | None:
        """The number of the first filled cell with one of these labels, None where it holds none; does not settle its fate."""
        cell = self._filled(labels)
        return cell.number if cell else None

    def text(self, *labels: str) -> str | None:
        """The text under the first of these labels that is filled, mapped."""
        cell = self._filled(labels)
        return cell.as_text() if cell else None

    def number(self, *labels: str) -> int | float | None:
        """The number under the first of these labels that is filled, mapped; what does not parse stays for `rest`."""
        cell = self._filled(labels)
        return cell.as_number() if cell else None

    def time(self, *labels: str) -> str | None:
        """The ISO 8601 time under the first of these labels that is filled, mapped."""
        cell = self._filled(labels)
        return cell.as_time() if cell else None

    def joined_time(self, *labels: str) -> str | None:
        """The ISO 8601 time that cells with exactly these labels hold together (a date and a time of day), all mapped."""
        cells = [cell for cell in map(self.cell, labels) if cell]
        found = moment(" ".join(part_of_time(cell.value) for cell in cells), self.store.locale) if cells else None
        if found is None:
            return None
        for cell in cells:
            cell.mapped()
        return told(cells[0], found)  # type: ignore[no-any-return]

    def ignore(self, *labels: str, because: str) -> None:
        """Drop the cells under these labels, with the reason."""
        for label in labels:
            cell = self.cell(label)
            if cell:
                cell.ignore(because)

    def keep(self, *labels: str) -> dict[str, Scalar]:
        """Custom information from the cells under exactly these labels, in this order."""
        kept: dict[str, Scalar] = {}
        for label in labels:
            cell = self.cell(label)
            value = cell.keep() if cell and self.store.fates[cell.handle] == UNREAD else None
            if cell and value is not None:
                kept[cell.label] = value
        return kept

    def rest(self) -> dict[str, Scalar]:
        """Custom information from every cell that nothing has read: label to verbatim scalar."""
        kept: dict[str, Scalar] = {}
        for cell in self:
            if self.store.fates[cell.handle] == UNREAD:
                value = cell.keep()
                if value is not None:
                    kept[cell.label] = value
        return kept

    def __iter__(self) -> Iterator[Cell]:
        for offset, label in self.index.values():
            yield Cell(self.store, self.base + offset, label)

    def __contains__(self, label: str) -> bool:
        return fold(label) in self.index


def index_labels(labels: Iterable[tuple[str, int]]) -> dict[str, tuple[int, str]]:
    """Folded label → (offset, label as written), in order; doubled labels get `.1`, `.2` … and both stay."""
    index: dict[str, tuple[int, str]] = {}
    for label, offset in labels:
        name = free(label, index, fold)
        index[fold(name)] = (offset, name)
    return index


class Leaves(Store):
    """A store that grows: the leaves of a tree or of a binary stream, each with its own address."""

    def __init__(self, name: str, locale: Locale) -> None:
        super().__init__(name, 0, locale)
        self.values: list[Any] = []
        self.places: list[str] = []
        self.blanked = -1

    def empty(self, handle: int) -> None:
        """Read a leaf as if it were empty; the leaves may still be to come."""
        self.blanked = handle

    def add(self, where: str, value: Any) -> int:
        """Add a cell and return its handle."""
        self.values.append(None if len(self.values) == self.blanked else value)
        self.places.append(where)
        self.fates.append(UNREAD)
        return len(self.values) - 1

    def value(self, handle: int) -> Any:
        """The raw value of a leaf."""
        return self.values[handle]

    def where(self, handle: int) -> str:
        """The address of a leaf."""
        return f"{self.name}/{self.places[handle]}" if self.name else self.places[handle]
