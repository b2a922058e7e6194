"""Scalars without a column of their own, found below a place of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


DATUMS = frozenset(f"scalar {kind} datum" for kind in ("double", "string", "timestamp", "boolean"))


class Entry(NamedTuple):
    """A scalar without a column of its own: the place it stands in, its key, its value and, of a quantity, its unit.

    Custom information in the standard's form (`datum label` and a `scalar … datum`) is one entry: the label is the key, and the
    place is that of the value.
    """

    at: str
    label: str
    value: Any
    unit: str | None = None


def escape(key: str) -> str:
    """A key as one step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def is_cube(value: Any) -> bool:
    """Whether a JSON value is a data cube."""
    return isinstance(value, dict) and isinstance(value.get("cube-structure"), dict) and isinstance(value.get("data"), dict)


def loose(at: str, key: str, value: Any, cubes: list[tuple[str, str, dict[str, Any]]]) -> Iterator[Entry]:
    """Every scalar of a free-form value as entry, without recursion; data cubes found on the way are put on `cubes`."""
    stack: list[tuple[str, str, Any]] = [(at, key, value)]
    while stack:
        place, label, node = stack.pop()
        if isinstance(node, dict):
            if is_cube(node):
                cubes.append((place, label, node))
            elif _is_quantity(node):
                yield Entry(place, label, node["value"], node["unit"])
            elif (datum := _labelled(node)) is not None:
                yield Entry(f"{place}/{escape(label)}/{datum}", node["datum label"], node[datum], node.get("unit"))
            else:
                below = f"{place}/{escape(label)}"
                stack.extend((below, str(name), part) for name, part in reversed(node.items()))
        elif isinstance(node, list):
            below = f"{place}/{escape(label)}"
            stack.extend((below, str(index), node[index]) for index in range(len(node) - 1, -1, -1))
        else:
            yield Entry(place, label, node)


def _labelled(node: dict[str, Any]) -> str | None:
    """The key of the value in an item of custom information in the standard's form: a label, a value and perhaps a unit."""
    if not isinstance(node.get("datum label"), str) or not isinstance(node.get("unit", ""), str):
        return None
    datum = [key for key in node if key not in ("datum label", "unit")]
    return datum[0] if len(datum) == 1 and datum[0] in DATUMS and not isinstance(node[datum[0]], dict | list) else None


def _is_quantity(node: dict[str, Any]) -> bool:
    return len(node) == 2 and isinstance(node.get("unit"), str) and "value" in node and not isinstance(node["value"], dict | list)
