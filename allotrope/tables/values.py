"""Single values on their way into columns: what fits a column's type, times with their written form, and loose entries."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

EXACT = 2**53
DATUMS = frozenset(f"scalar {kind} datum" for kind in ("double", "string", "timestamp", "boolean"))
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d|)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Written(NamedTuple):
    """How a file writes its times, so that the text can be had again: the digits of the second's fraction, and the offset.

    `digits` is `iso` for six where the fraction is not zero and none where it is.
    """

    digits: str
    offset: str


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


@lru_cache(maxsize=4096)
def instant(text: str) -> tuple[int, Written] | None:
    """Microseconds since 1970 of an ISO 8601 time, and how it was written; None for anything else.

    A time without offset is taken as a clock's reading: it has the instant that a clock at UTC would show, and an empty offset.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not match[2]:
        moment = moment.replace(tzinfo=UTC)
    digits = len(match[1] or " ") - 1
    iso = digits == (6 if moment.microsecond else 0)
    return (moment - _EPOCH) // _MICROSECOND, Written("iso" if iso else str(digits), match[2])


def fits(kind: str, value: Any) -> bool:
    """Whether a JSON value goes into a column of that kind without losing anything."""
    if kind == "text":
        return isinstance(value, str)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "time":
        return isinstance(value, str) and instant(value) is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind == "integer":
        return isinstance(value, int) and -(2**63) <= value < 2**63
    return isinstance(value, float) or -EXACT <= value <= EXACT


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
