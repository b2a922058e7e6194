"""Many values of one place, looked at together: whether all are of one type, and objects of equal keys as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def all_are(kind: type, values: Iterable[Any]) -> bool:
    """Whether all values are of one type; texts are sooner joined than asked."""
    if kind is str:
        try:
            "".join(values)
        except TypeError:
            return False
        return True
    kinds = list(map(type, values))
    return kinds.count(kind) == len(kinds)


def columns_of(objects: Sequence[dict[str, Any]]) -> dict[str, list[Any]] | None:
    """The values of each key, or None unless all objects have the same keys."""
    keys = objects[0]
    if sum(map(len, objects)) != len(keys) * len(objects):
        return None
    try:
        return {key: [one[key] for one in objects] for key in keys}
    except KeyError:
        return None
