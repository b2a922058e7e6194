"""One pass over a document: every scalar to the column, cube or entry its layout names, none left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.sources import DEFINING, referenced
from allotrope.tables.entries import escape, loose
from allotrope.tables.layout import CUSTOM
from allotrope.tables.sink import HERE, REPEATED, Frame, Sink
from allotrope.tables.sort import sort

if TYPE_CHECKING:
    from allotrope.tables.layout import Layout, Node
    from allotrope.tables.sink import Cube


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
        sort(node, value, at, sink, self.measurements)
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
        sort(node, item, HERE, sink, self.measurements)
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
                    sort(node, item, HERE, own, self.calculated)
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
