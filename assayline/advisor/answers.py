"""What is wrong with an answer: keys, types, and values outside the bounds of a question."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assayline.advisor.question import Bound, Question


def refusals(asked: Question, bounds: Mapping[str, Bound], choice: Any) -> list[str]:
    """Everything that is wrong with a choice: keys, types and values outside the bounds; empty for a good one."""
    if not isinstance(choice, dict):
        return [f"found {type(choice).__name__}, expected an object"]
    wanted = {field.name: str(field.type) for field in fields(asked.choice)}
    wrong = [f"'{key}' is not part of the choice" for key in choice if key not in wanted]
    for key, kind in wanted.items():
        if key not in choice:
            wrong.append(f"'{key}' is missing")
        elif not _is(choice[key], kind):
            wrong.append(f"{key}: found {choice[key]!r}, expected {kind}")
        elif key in bounds and not _within(choice[key], bounds[key]):
            wrong.append(f"{key}: found {choice[key]!r}, expected {_words(bounds[key])}")
    return wrong


def _is(value: Any, kind: str) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, str)


def _within(value: Any, bound: Bound) -> bool:
    if bound.one_of:
        return value in bound.one_of
    return (bound.minimum is None or value >= bound.minimum) and (bound.maximum is None or value <= bound.maximum)


def _words(bound: Bound) -> str:
    if bound.one_of:
        return f"one of {', '.join(map(str, bound.one_of))}"
    return f"{bound.minimum} to {bound.maximum}"
