"""Fields: which labels go to which path, in which unit; applied to a record, or to all rows of a table, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, Document, Group, Node, add_error, put
from allotrope.labels import fold
from allotrope.record import KEPT, MAPPED, UNREAD, Record, not_parsed, traced
from allotrope.required import MEANING, NO_RESULT
from allotrope.template import Template
from allotrope.values import Locale, moment, number, scalar

if TYPE_CHECKING:
    from allotrope.grid import Table
    from allotrope.record import Cell

Read = Callable[[Any, Locale], Any]


def as_text(value: Any, _locale: Locale) -> str | None:
    """The stripped text of a cell, None where it is empty."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return (value if isinstance(value, str) else str(scalar(value))).strip() or None


def as_number(value: Any, locale: Locale) -> int | float | None:
    """The number of a cell under the file's decimal sign."""
    return number(value, locale.decimal)


def as_percent(value: Any, locale: Locale) -> int | float | None:
    """A number in percent, with or without its sign."""
    return number(value.rstrip(" %") if isinstance(value, str) else value, locale.decimal)


def as_time(value: Any, locale: Locale) -> str | None:
    """A time in ISO 8601."""
    return moment(value, locale)


@dataclass(frozen=True, slots=True)
class Field:
    """Labels (in any spelling, the first that has a value wins) and the path of their value.

    With a unit the value is a quantity and read as a number; without, as text, unless `read` says otherwise. Paths are relative
    to the measurement; `@document/`, `@group/`, `@device/` and `@system/` start at the technique document, the measurement
    aggregate, the device and the data system. A path that ends in `custom information document` keeps the value there under its
    own label; one more segment after it gives another label. A table's row without a `required` value gives no measurement,
    unless it is a quantity and the row has others: then it had no result.
    """

    labels: str | tuple[str, ...]
    path: str
    unit: str | None = None
    read: Read | None = None
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The labels as a tuple."""
        return (self.labels,) if isinstance(self.labels, str) else self.labels

    @property
    def reader(self) -> Read:
        """The function that reads a cell."""
        return self.read or (as_number if self.unit else as_text)

    @property
    def fate(self) -> int:
        """Kept for custom information, else mapped."""
        return KEPT if CUSTOM in self.path else MAPPED


@dataclass(frozen=True, slots=True)
class Ignored:
    """Cells under a label that are dropped, and why; the only way to drop a cell."""

    label: str
    because: str


Rule = Field | Ignored


def apply(
    rules: Iterable[Rule], record: Record, node: Node, document: Document | None = None, group: Group | None = None
) -> None:
    """Put what a record holds into a measurement node (and, by anchored paths, into its group and document).

    What an anchored path says already stays: a cell that says otherwise is kept as custom information of the measurement.
    """
    owner = document or (group.owner if group else None)
    for rule in rules:
        if isinstance(rule, Ignored):
            record.ignore(rule.label, because=rule.because)
            continue
        for label in rule.names:
            cell = record.cell(label)
            if not cell:
                continue
            if rule.path.endswith(CUSTOM):
                put(anchor(rule.path, node, document, group), local(rule.path), {cell.label: cell.keep()})
                break
            value = rule.reader(cell.value, record.store.locale)
            if value is None:
                record.store.unparsed[cell.handle] = cell.label
                continue
            place = anchor(rule.path, node, document, group)
            if place is not node and owner and not owner.said.agrees(place, rule.path, value, cell):
                put(node, CUSTOM, {cell.label: cell.keep()})
                break
            record.store.mark(cell.handle, rule.fate)
            value = traced(value, cell.where) if record.store.trace else value
            put(place, local(rule.path), value, rule.unit)
            break


def anchor(path: str, node: Node, document: Document | None, group: Group | None) -> Node:
    """The node at which a path starts."""
    if not path.startswith("@"):
        return node
    place = path.partition("/")[0]
    if place == "@document" and group:
        return group.document
    if place == "@group" and group:
        return group.node
    if place == "@device" and document:
        return document.device
    if place == "@system" and document:
        return document.system
    message = f"path {path!r} starts at {place}, which is not given here"
    raise ValueError(message)


def local(path: str) -> str:
    """The path without its anchor."""
    return path.partition("/")[2] if path.startswith("@") else path


def measurements(
    document: Document,
    table: Table,
    rules: Sequence[Rule],
    *,
    constants: Mapping[str, Any] | None = None,
    custom: str = CUSTOM,
    within: Group | None = None,
) -> list[tuple[Group, Node]]:
    """One group with one measurement for every filled row of a table, column by column: fast, and flat in memory.

    `constants` are values by path for every measurement; a column that no rule names is kept under the path `custom`. With
    `within`, all measurements go into that one group.
    """
    grid = table.grid
    rows = [row for row in range(table.first, min(table.last, len(grid.rows))) if not grid.blank(row)]
    plan = _Plan(table, rows)
    for rule in rules:
        plan.add(rule)
    for message, where in plan.notes:
        document.source.find("not-parsed", message, where, "warning")
    rows = plan.leave_out(document)
    plan.add_rest(custom)
    template = Template()
    for path, value in (constants or {}).items():
        template.add(path, [value] * len(rows))
    anchored = []
    for path, key, unit, values in plan.columns:
        if path.startswith("@"):
            anchored.append((path, local(path), key, unit, values))
        else:
            template.add(path, values, unit, key)
    found = []
    for at, row in enumerate(template.rows(len(rows))):
        group = within or document.group()
        node = group.measurement()
        node |= row
        if plan.further:
            put(node, custom, plan.further.get(at))
        found.append((group, node))
        for path, below, key, unit, values in anchored:
            value = values[at]
            if value is None:
                continue
            place = anchor(path, node, document, group)
            said = key or place is node or document.said.same(place, path, value)
            cell = None if said else plan.origin(path, at, value)
            if cell is None or document.said.agrees(place, path, value, cell):
                put(place, below, {key: value} if key else value, unit)
            else:
                table.grid.fates[cell.handle] = KEPT
                put(node, custom, {cell.label: scalar(cell.value)})
    if plan.failed:
        for (_, node), row_at in zip(found, rows, strict=True):
            for message, feature in plan.failed.get(row_at, ()):
                add_error(node, message, feature)
    return found


class _Plan:
    """The columns of a table, read whole: (path, label of custom information or empty, unit, values)."""

    def __init__(self, table: Table, rows: list[int]) -> None:
        self.table = table
        self.rows = rows
        self.columns: list[tuple[str, str, str | None, list[Any]]] = []
        self.required: list[tuple[Field, list[Any]]] = []
        self.failed: dict[int, list[tuple[str, str]]] = {}
        self.anchored: dict[str, Field] = {}
        self.notes: list[tuple[str, str]] = []
        self.further: dict[int, dict[str, Any]] = {}
        """What a row holds far to the right, by its place among the rows."""

    def add(self, rule: Rule) -> None:
        """Read the columns of one rule."""
        if isinstance(rule, Ignored):
            entry = self.table.index.get(fold(rule.label))
            if entry:
                self._read(entry[0], lambda value, _: value, self.table.grid.reason(rule.because))
            return
        merged: list[Any] | None = None
        for label in rule.names:
            entry = self.table.index.get(fold(label))
            if entry is None:
                continue
            if rule.path.endswith(CUSTOM):
                self.columns.append((rule.path, entry[1], None, self._read(entry[0], lambda value, _: scalar(value), KEPT)))
                return
            values = self._read(entry[0], rule.reader, rule.fate, merged)
            self._unparsed(entry, values)
            merged = values if merged is None else [new if old is None else old for old, new in zip(merged, values, strict=True)]
        if rule.required:
            merged = merged or [None] * len(self.rows)
            self.required.append((rule, merged))
        if merged is not None:
            self.columns.append((rule.path, "", rule.unit, merged))
            if rule.path.startswith("@"):
                self.anchored[rule.path] = rule

    def origin(self, path: str, at: int, value: Any) -> Cell | None:
        """The cell of a row that an anchored path's value was read from."""
        rule, grid = self.anchored[path], self.table.grid
        for label in rule.names:
            entry = self.table.index.get(fold(label))
            if entry:
                cell = grid.cell(self.rows[at] * grid.width + entry[0], entry[1])
                if cell and rule.reader(cell.value, grid.locale) == value:
                    return cell
        return None

    def _unparsed(self, entry: tuple[int, str], values: list[Any]) -> None:
        """Note the filled cells under a known label that do not parse: they will be kept as text, and that is said."""
        if None not in values:
            return
        grid, (column, label) = self.table.grid, entry
        handles = (row * grid.width + column for row, value in zip(self.rows, values, strict=True) if value is None)
        missed = [handle for handle in handles if grid.fates[handle] == UNREAD and grid.filled(handle)]
        if missed:
            first = grid.cell(missed[0], label)
            self.notes.append((not_parsed(len(missed), first), first.where))

    def leave_out(self, document: Document) -> list[int]:
        """Leave out the rows that lack a required value, and say so (their cells are kept verbatim); return the others.

        A row with other numbers is a measurement whose required quantity had no result (`NO_RESULT`), and stays.
        """
        if not any(None in values for _, values in self.required):
            return self.rows
        measured = [any(row) for row in zip(*self._numbers(), strict=True)] or [False] * len(self.rows)
        lacking: dict[int, str] = {}
        for rule, values in self.required:
            for at, value in enumerate(values):
                if value is None and rule.unit and measured[at]:
                    values[at] = NO_RESULT
                    feature = rule.path.rpartition("/")[2]
                    self.failed.setdefault(self.rows[at], []).append((self.said(rule, at), feature))
                    document.fill({}, feature, MEANING)
                elif value is None:
                    lacking[at] = rule.names[0]
        if not lacking:
            return self.rows
        grid = self.table.grid
        for at, label in lacking.items():
            row = self.rows[at]
            start = row * grid.width
            grid.fates[start : start + grid.width] = bytes(grid.width)
            where = f"{grid.where(start)}"
            document.source.find(
                "left-out", f"no {label}, which the schema requires: no measurement, the cells are kept", where, "warning"
            )
        left = [at for at in range(len(self.rows)) if at not in lacking]
        self.rows = [self.rows[at] for at in left]
        self.columns = [(path, key, unit, [values[at] for at in left]) for path, key, unit, values in self.columns]
        return self.rows

    def said(self, rule: Field, at: int) -> str:
        """What a row says where a rule has no value: the first filled cell under its labels, else that there is none."""
        entries = [entry for label in rule.names if (entry := self.table.index.get(fold(label)))]
        cells = (self.table.grid.cell(self.rows[at] * self.table.grid.width + column, label) for column, label in entries)
        return next((cell.text for cell in cells if cell), f"no {rule.names[0]}")

    def _numbers(self) -> list[list[bool]]:
        """Whether each row has a number, for each column of a quantity that is not required."""
        needed = [values for _, values in self.required]
        quantities = (values for _, _, unit, values in self.columns if unit and not any(values is other for other in needed))
        return [[value is not None for value in values] for values in quantities]

    def add_rest(self, custom: str) -> None:
        """Keep every cell that no rule has read, those that few rows reach cell by cell."""
        grid, far = self.table.grid, {}
        for column, label in self.table.index.values():
            if column >= len(grid.turned.columns):
                far[column] = label
            elif UNREAD in self._fates(column):
                values = self._read(column, lambda value, _: scalar(value), KEPT)
                if any(value is not None for value in values):
                    self.columns.append((custom, label, None, values))
        for at, row in enumerate(self.rows) if far else ():
            columns = (column for column in range(len(grid.turned.columns), len(grid.rows[row])) if column in far)
            cells = [grid.cell(row * grid.width + column, far[column]) for column in columns]
            self.further[at] = {cell.label: cell.keep() for cell in cells if cell and grid.fates[cell.handle] == UNREAD}

    def _read(self, column: int, read: Read, fate: int, taken: list[Any] | None = None) -> list[Any]:
        """The values of the still unread cells of a column, None where a cell is empty, does not parse or is `taken` already."""
        grid = self.table.grid
        values = _read_each(self._raw(column), read, grid.locale)
        before = self._fates(column)
        if any(before):
            values = [None if old else value for old, value in zip(before, values, strict=True)]
        if taken is not None:
            values = [value if old is None else None for old, value in zip(taken, values, strict=True)]
        if None in values:
            after = bytes([old if value is None else fate for old, value in zip(before, values, strict=True)])
        else:
            after = bytes([fate]) * len(values)
        self._settle(column, after)
        if grid.trace:
            handles = (row * grid.width + column for row in self.rows)
            return [v if v is None else traced(v, grid.cell(at).where) for at, v in zip(handles, values, strict=True)]
        return values

    def _stretch(self) -> slice | None:
        """The rows as one stretch, where no blank row parts them."""
        rows = self.rows
        return slice(rows[0], rows[-1] + 1) if rows and rows[-1] - rows[0] + 1 == len(rows) else None

    def _raw(self, column: int) -> Sequence[Any]:
        """The raw values of a column, None beyond the end of a short row."""
        grid, stretch = self.table.grid, self._stretch()
        if stretch and column < len(grid.turned.columns):
            return grid.turned.columns[column][stretch]
        return [row[column] if column < len(row) else None for row in map(grid.rows.__getitem__, self.rows)]

    def _span(self, column: int) -> slice | None:
        """The fates that the column has, where no blank row parts the rows."""
        stretch, width = self._stretch(), self.table.grid.width
        return slice(stretch.start * width + column, (stretch.stop - 1) * width + column + 1, width) if stretch else None

    def _fates(self, column: int) -> bytes:
        """The fates of a column's cells, row by row."""
        grid, span = self.table.grid, self._span(column)
        return bytes(grid.fates[span] if span else [grid.fates[row * grid.width + column] for row in self.rows])

    def _settle(self, column: int, fates: bytes) -> None:
        """Write the fates of a column's cells."""
        grid, span = self.table.grid, self._span(column)
        if span:
            grid.fates[span] = fates
        else:
            for row, fate in zip(self.rows, fates, strict=True):
                grid.fates[row * grid.width + column] = fate


def _read_each(raw: Sequence[Any], read: Read, locale: Locale) -> list[Any]:
    """Read every value; of texts each distinct one only once (numbers are no keys: 0.0, -0.0, 0 and False would be one)."""
    kinds = set(map(type, raw))
    texts = set(raw) if kinds == {str} else {value for value in raw if isinstance(value, str)}
    known: dict[str, Any] = {text: None if not text or text.isspace() else read(text, locale) for text in texts}
    if kinds == {str}:
        return list(map(known.__getitem__, raw))
    return [known[value] if isinstance(value, str) else None if value is None else read(value, locale) for value in raw]


def paths_of(rules: Iterable[Rule]) -> list[tuple[str, str | None]]:
    """Every (path, unit) that rules can produce, for the test that proves them against the schema."""
    return [(rule.path, rule.unit) for rule in rules if isinstance(rule, Field)]


__all__ = ["Field", "Ignored", "apply", "as_number", "as_percent", "as_text", "as_time", "measurements"]
