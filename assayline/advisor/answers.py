"""What is wrong with an answer: keys, types, and values outside the bounds of a question.

A choice is an object of numbers, texts, truth values, and lists of texts or of such objects. Bounds name a field, or with a dot a
field of the items of a list (`columns.role`).
"""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assayline.advisor.question import Bound, Facts, Question

LONGEST, MOST_ITEMS = 300, 500
NAMES = {bool: "bool", int: "int", float: "float", str: "str"}


def refusals(asked: Question, bounds: Mapping[str, Bound], choice: Any, facts: Facts | None = None) -> list[str]:
    """Everything that is wrong with a choice: keys, types, values outside the bounds, and with facts what `check` says."""
    wrong = list(_object(asked.choice, bounds, choice, ""))
    if not wrong and asked.check is not None and facts is not None:
        wrong = asked.check(facts, choice)
    return wrong


def _object(shape: Any, bounds: Mapping[str, Bound], found: Any, place: str) -> Iterator[str]:
    """What is wrong with an object of the shape of a dataclass; `place` is the list that it stands in, with its dot."""
    if not isinstance(found, dict):
        yield f"{place or 'choice'}: found {type(found).__name__}, expected an object"
        return
    wanted = get_type_hints(shape)
    names = [field.name for field in fields(shape)]
    yield from (f"'{place}{key}' is not part of the choice" for key in found if key not in names)
    for name in names:
        if name not in found:
            yield f"'{place}{name}' is missing"
        else:
            yield from _value(wanted[name], bounds, found[name], place + name)


def _value(kind: Any, bounds: Mapping[str, Bound], value: Any, name: str) -> Iterator[str]:
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        if not isinstance(value, list | tuple) or len(value) > MOST_ITEMS:
            yield f"{name}: found {type(value).__name__}, expected a list of at most {MOST_ITEMS}"
            return
        for one in value:
            yield from _object(item, bounds, one, f"{name}.") if is_dataclass(item) else _value(item, bounds, one, name)
    elif not _is(value, kind):
        yield f"{name}: found {value!r}, expected {NAMES.get(kind, kind)}"
    elif name in bounds and not _within(value, bounds[name]):
        yield f"{name}: found {value!r}, expected {_words(bounds[name])}"


def _is(value: Any, kind: Any) -> bool:
    if kind is bool:
        return isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, str) and len(value) <= LONGEST and value.isprintable()


def _within(value: Any, bound: Bound) -> bool:
    if bound.one_of:
        return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in bound.one_of)
    return (bound.minimum is None or value >= bound.minimum) and (bound.maximum is None or value <= bound.maximum)


def _words(bound: Bound) -> str:
    if bound.one_of:
        shown = ", ".join(map(str, bound.one_of[:12]))
        return f"one of {shown}{' …' if len(bound.one_of) > 12 else ''}"
    return f"{bound.minimum} to {bound.maximum}"
