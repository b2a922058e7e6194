"""Single values on their way into columns: what fits a column's type, and times with their written form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

EXACT = 2**53
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d|)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Written(NamedTuple):
    """How a file writes its times, so that the text can be had again: the digits of the second's fraction, and the offset.

    `digits` is `iso` for six where the fraction is not zero and none where it is.
    """

    digits: str
    offset: str


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
