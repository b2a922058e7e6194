"""An object sorted key by key: into columns, lists of structs, cubes and calculated data, and the rest into entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.schema.unitlist import fold
from allotrope.sources import identifies
from allotrope.tables.entries import Entry, escape, is_cube, loose
from allotrope.tables.layout import CUSTOM
from allotrope.tables.sink import Sink
from allotrope.tables.types import written
from allotrope.tables.values import fits

if TYPE_CHECKING:
    from allotrope.tables.layout import Node
    from allotrope.tables.sink import Frame


def sort(node: Node, value: dict[str, Any], at: str, sink: Sink, frame: Frame) -> None:
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
                sort(node, value, place, sink, frame)
            return True
        return False
    if not isinstance(value, list):
        return False
    if kind in ("rows", "spine"):
        sink.spine.append((place, node, value))
    elif kind == "calculated":
        sink.calculated.append((place, node, value))
    elif kind == "first" and value and isinstance(value[0], dict):
        sort(node, value[0], f"{place}/0", sink, frame)
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
    sort(node, value, at, own, frame)
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
