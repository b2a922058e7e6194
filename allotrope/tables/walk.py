"""One pass over a document: every scalar to the column, cube or entry its layout names, none left behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allotrope.schema.unitlist import fold
from allotrope.sources import DEFINING, identifies, referenced
from allotrope.tables.layout import CUSTOM, Layout, Node
from allotrope.tables.store import Column, Entries, written
from allotrope.tables.values import Entry, Written, escape, fits, is_cube, loose

REPEATED = 50_000
HERE = "."
"""The start of a place that is relative to the pointer of its row."""
Cube = tuple[str, str, dict[str, Any]]


@dataclass(slots=True)
class Sink:
    """What one object gave: cells for columns, entries of custom information and others, its cubes and its identifiers."""

    wanted: frozenset[str]
    cells: dict[str, Any] = field(default_factory=dict)
    custom: list[Entry] = field(default_factory=list)
    other: list[Entry] = field(default_factory=list)
    cubes: list[Cube] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    calculated: list[tuple[str, Node, Any]] = field(default_factory=list)
    spine: list[tuple[str, Node, Any]] = field(default_factory=list)


class Frame:
    """One table in the making: its columns and the two lists of entries a row has."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns: dict[str, Column] = {}
        self.forms: dict[str, Written] = {}
        self.foreign: dict[str, str] = {}
        self.pointers: list[str] = []
        self.custom = Entries()
        self.other = Entries()

    def spread(self, sink: Sink, start: int, count: int) -> None:
        """Put the cells of `sink` into `count` rows; a long list only into the first of them."""
        for name, value in sink.cells.items():
            rows = 1 if isinstance(value, list) and count * len(value) > REPEATED else count
            column = self.columns.get(name)
            if column is None:
                column = self.columns[name] = Column()
            column.add(value, start, rows)

    def close(self, pointer: str, sink: Sink, above: list[Sink]) -> None:
        """End a row: its own cells, and its own entries after those of what stands above it."""
        self.spread(sink, self.rows, 1)
        self.pointers.append(pointer)
        self.custom.row(*(part.custom for part in above), sink.custom)
        self.other.row(*(part.other for part in above), sink.other)
        self.rows += 1


class Walk:
    """Measurement rows, calculated rows, cubes with their measurement and what belongs to the document as a whole."""

    def __init__(self, layout: Layout, asm: dict[str, Any]) -> None:
        self._asm = asm
        self.measurements = Frame()
        self.calculated = Frame()
        self._wanted = referenced(asm)
        self.document = Sink(self._wanted)
        self.cubes: list[tuple[str, Cube]] = []
        self.owners: dict[str, tuple[int, int]] = {}
        self.sources: list[dict[str, Any]] = []
        self._layout = layout

    def run(self) -> None:
        """Walk the whole document but for the name of its manifest, which the tables carry in their metadata."""
        body = {key: value for key, value in self._asm.items() if key != "$asm.manifest" or not isinstance(value, str)}
        self._level(self._layout.root, body, "", [], repeat=False)

    def _level(self, node: Node, value: dict[str, Any], at: str, above: list[Sink], *, repeat: bool) -> None:
        """Something that holds measurements: first its own scalars, then the rows below, then its scalars spread over them."""
        sink = Sink(self._wanted)
        if not _count(node, value):
            _rowless(node, value, at, sink)
            self._calculations(sink)
            self._keep(sink)
            return
        _object(node, value, at, sink, self.measurements)
        self._calculations(sink)
        expected = sum(_count(child, part) for _, child, part in sink.spine)
        entries = len(sink.custom) + len(sink.other)
        repeated = repeat and expected > 0 and expected * entries <= REPEATED
        below = [*above, sink] if repeated else above
        start = self.measurements.rows
        for place, child, part in sink.spine:
            self._below(child, part, place, below, repeat=repeat)
        count = self.measurements.rows - start
        self.measurements.spread(sink, start, count)
        self._own(sink, start, count)
        if repeated:
            self.cubes.extend(("", cube) for cube in sink.cubes)
        else:
            self._keep(sink)

    def _keep(self, sink: Sink) -> None:
        """Entries and cubes that belong to the document and to none of its rows."""
        self.document.custom.extend(sink.custom)
        self.document.other.extend(sink.other)
        self.document.cubes.extend(sink.cubes)

    def _below(self, node: Node, value: Any, at: str, above: list[Sink], *, repeat: bool) -> None:
        if isinstance(value, dict):
            self._level(node, value, at, above, repeat=repeat)
            return
        for index, item in enumerate(value):
            place = f"{at}/{index}"
            if not isinstance(item, dict):
                self.document.other.extend(loose(at, str(index), item, self.document.cubes))
            elif node.kind == "rows":
                self._measurement(node, item, place, above)
            else:
                self._level(node, item, place, above, repeat=True)

    def _measurement(self, node: Node, item: dict[str, Any], at: str, above: list[Sink]) -> None:
        sink = Sink(self._wanted)
        _object(node, item, HERE, sink, self.measurements)
        self._calculations(sink, at)
        self._own(sink, self.measurements.rows, 1)
        identifier = str(sink.cells.get("measurement identifier", ""))
        self.cubes.extend((identifier, _absolute(cube, at)) for cube in sink.cubes)
        self.measurements.close(at, sink, above)

    def _own(self, sink: Sink, start: int, count: int) -> None:
        for key, name in sink.identifiers:
            if key in DEFINING or name not in self.owners:
                self.owners[name] = (start, count)

    def _calculations(self, sink: Sink, above: str = "") -> None:
        for relative, node, value in sink.calculated:
            at = above + relative.removeprefix(HERE)
            for index, item in enumerate(value):
                place = f"{at}/{index}"
                if isinstance(item, dict):
                    own = Sink(self._wanted)
                    _object(node, item, HERE, own, self.calculated)
                    self.sources.append(own.cells)
                    self.cubes.extend(("", _absolute(cube, place)) for cube in own.cubes)
                    self.calculated.close(place, own, [])
                else:
                    self.document.other.extend(loose(at, str(index), item, self.document.cubes))


def _absolute(cube: Cube, pointer: str) -> Cube:
    place, key, body = cube
    return (pointer + place.removeprefix(HERE) if place.startswith(HERE) else place), key, body


def _rowless(node: Node, value: dict[str, Any], at: str, sink: Sink) -> None:
    """Keep all of an object below which no measurement stands; calculated data is found there too."""
    for key, part in value.items():
        child = node.children.get(key)
        place = f"{at}/{escape(key)}"
        if child is not None and child.kind == "calculated" and isinstance(part, list):
            sink.calculated.append((place, child, part))
        elif child is not None and child.kind == "object" and isinstance(part, dict):
            _rowless(child, part, place, sink)
        else:
            (sink.custom if key in CUSTOM else sink.other).extend(loose(at, key, part, sink.cubes))


def _count(node: Node, value: Any) -> int:
    """How many measurement rows lie in `value`."""
    if isinstance(value, list):
        if node.kind == "rows":
            return len(value)
        return sum(_count(node, item) for item in value if isinstance(item, dict))
    children = ((node.children.get(key), part) for key, part in value.items())
    return sum(_count(child, part) for child, part in children if child is not None and _leads_to_rows(child, part))


def _leads_to_rows(node: Node, value: Any) -> bool:
    if node.kind in ("rows", "spine"):
        return isinstance(value, list)
    return node.holds_rows and isinstance(value, dict)


def _object(node: Node, value: dict[str, Any], at: str, sink: Sink, frame: Frame) -> None:
    """Sort every key of an object; what has no column of its own type becomes entries."""
    for key, part in value.items():
        child = node.children.get(key)
        if child is None or not _typed(child, key, part, at, sink, frame):
            into = sink.custom if key in CUSTOM else sink.other
            into.extend(loose(at, key, part, sink.cubes))


def _typed(node: Node, key: str, value: Any, at: str, sink: Sink, frame: Frame) -> bool:
    """Put a value where its node says; False if it is not of the shape the schema declares."""
    kind = node.kind
    if kind == "scalar":
        return _scalar(node, key, value, at, sink, frame)
    if kind == "quantity":
        return isinstance(value, dict) and _quantity(node, key, value, at, sink, frame)
    place = f"{at}/{escape(key)}"
    if isinstance(value, dict):
        if kind == "object":
            if node.holds_rows:
                sink.spine.append((place, node, value))
            else:
                _object(node, value, place, sink, frame)
            return True
        return False
    if not isinstance(value, list):
        return False
    if kind in ("rows", "spine"):
        sink.spine.append((place, node, value))
    elif kind == "calculated":
        sink.calculated.append((place, node, value))
    elif kind == "first" and value and isinstance(value[0], dict):
        _object(node, value[0], f"{place}/0", sink, frame)
        for index, item in enumerate(value[1:], start=1):
            sink.other.extend(loose(place, str(index), item, sink.cubes))
    elif kind in ("list", "scalars") and not node.column:
        return False
    elif kind == "list" and all(isinstance(item, dict) and not is_cube(item) for item in value):
        sink.cells[node.column] = [_item(node, item, f"{place}/{index}", sink, frame) for index, item in enumerate(value)]
    elif kind == "scalars" and all(fits(node.type, item) for item in value):
        sink.cells[node.column] = value
    else:
        return False
    return True


def _item(node: Node, value: dict[str, Any], at: str, sink: Sink, frame: Frame) -> dict[str, Any]:
    """One item of a list of structs; its loose entries, cubes and identifiers belong to the row."""
    own = Sink(
        sink.wanted,
        custom=sink.custom,
        other=sink.other,
        cubes=sink.cubes,
        identifiers=sink.identifiers,
        calculated=sink.calculated,
    )
    _object(node, value, at, own, frame)
    return own.cells


def _scalar(node: Node, key: str, value: Any, at: str, sink: Sink, frame: Frame) -> bool:
    if not fits(node.type, value):
        return False
    if node.type == "time":
        moment, exact = written(node, value, frame.forms)
        sink.cells[node.column] = moment
        if not exact:
            sink.other.append(Entry(at, key, value))
        return True
    sink.cells[node.column] = value
    if identifies(key, value, sink.wanted):
        sink.identifiers.append((key, value))
    return True


def _quantity(node: Node, key: str, value: dict[str, Any], at: str, sink: Sink, frame: Frame) -> bool:
    """A quantity goes into its column only with the unit of that column; one of another unit is kept whole, as entry."""
    number, unit = value.get("value"), value.get("unit")
    if not fits(node.type, number):
        return False
    exact = unit == node.unit
    if node.unit_column and isinstance(unit, str):
        sink.cells[node.unit_column] = unit
        exact = True
    elif not exact and not (isinstance(unit, str) and fold(unit) == fold(node.unit)):
        frame.foreign.setdefault(node.column, str(unit))
        return False
    sink.cells[node.column] = written(node, number, frame.forms)[0]
    for name, part in value.items():
        if name != "value" and not (name == "unit" and exact):
            sink.other.extend(loose(f"{at}/{escape(key)}", name, part, sink.cubes))
    return True
