"""What the open ASM schemas let pass: a closed-world check of a document against the shape of its schema.

The schemas forbid no key and look at no cross-reference. This lint reports keys they do not declare, numbers that JSON cannot
hold, identifiers given twice, data sources that lead nowhere and units that no release of the unit list knows. Custom information
is free-form by design, and so is an object for which the schema declares no key at all: there only values are looked at.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from allotrope.errors import Finding
from allotrope.folded import Folded, Suspect
from allotrope.places import CUSTOM
from allotrope.schema.problems import LIMIT, Path, pointer, show
from allotrope.schema.unitlist import nearest, released
from allotrope.sources import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from allotrope.places import Place
    from allotrope.schema.shapes import Shape

_OWNERS = {
    "measurement identifier": "measurement document",
    "calculated data identifier": "calculated data document",
    "processed data identifier": "processed data document",
}


def lint(asm: dict[str, Any], place: Place, units: Collection[str]) -> tuple[tuple[Finding, ...], Any]:
    """Closed-world findings of a document, each class of fault listed at most `LIMIT` times; `units` are those of its schemas.

    With them the folded document, which is valid if the document is; None where it could not be folded.
    """
    folded = Folded(_Units(units))
    try:
        small = folded.whole(asm, place)
        if len(folded.unknown) + len(folded.units) <= LIMIT:
            return tuple(_told(asm, folded, units)), small
    except (RecursionError, Suspect):
        pass  # a fault to be placed, or nested too deeply for the quick pass; the walk keeps its own stack
    walk = _Walk(units)
    walk.run(asm, place.shape)
    walk.references()
    return tuple(walk.findings()), None


def _told(asm: dict[str, Any], folded: Folded, units: Collection[str]) -> Iterator[Finding]:
    """The findings about keys and units that the quick pass has counted, each at its first place."""
    for place, count in folded.unknown.items():
        first = _first(asm, place.path, lambda _: True)
        yield _unknown_key(place.key, count, first)
    for (place, unit), count in folded.units.items():
        first = _first(asm, place.path, unit.__eq__)
        yield _unknown_unit(unit, count, first, units)


def _first(node: Any, keys: tuple[str, ...], fits: Callable[[Any], bool], path: Path = ()) -> Path:
    """The path of the first value that fits below these keys, through all lists; empty if there is none."""
    if not keys:
        return path if fits(node) else ()
    if isinstance(node, list):
        found = (_first(part, keys, fits, (*path, index)) for index, part in enumerate(node))
        return next((one for one in found if one), ())
    if not isinstance(node, dict) or keys[0] not in node:
        return ()
    return _first(node[keys[0]], keys[1:], fits, (*path, keys[0]))


def _unknown_key(key: str, count: int, path: Path) -> Finding:
    message = (
        f"found the key {show(key)}, which the schema does not declare there{_again(count)}; expected it under {CUSTOM[0]!r}"
    )
    return Finding("unknown-key", message, pointer(path), "warning")


def _unknown_unit(unit: str, count: int, path: Path, units: Collection[str]) -> Finding:
    near = nearest(unit, frozenset(units))
    hint = f"; the nearest is {show(near)}" if near else ""
    message = f"found {show(unit)}{_again(count)}; expected a unit of the published lists{hint}"
    return Finding("unknown-unit", message, pointer(path), "warning")


def _again(count: int) -> str:
    return f" (and at {count - 1} more like places)" if count > 1 else ""


class _Units:
    """The units of a document's schemas, and behind them those of every release."""

    def __init__(self, units: Collection[str]) -> None:
        self._units = units

    def __contains__(self, unit: object) -> bool:
        return unit in self._units or unit in released()


class _Place(NamedTuple):
    """A container still to be looked at: its shape (None where unknown), its path, and whether it stands in a free-form part."""

    node: Any
    at: Shape | None
    path: Path
    free: bool


class _Walk:
    """One pass over a document with an explicit stack, so that depth costs no recursion."""

    def __init__(self, units: Collection[str]) -> None:
        self._units = units
        self._found: dict[str, list[tuple[str, str]]] = {}
        self._count: dict[str, int] = {}
        self._unknown: dict[tuple[str, ...], list[Any]] = {}
        """Code, keys on the way, and the key or unit: how often it stands there, and where first."""
        self._owned: dict[tuple[str, str], Path] = {}
        self._identifiers: set[str] = set()
        self._sources: list[tuple[str, Path]] = []
        self._stack: list[_Place] = []

    def run(self, asm: dict[str, Any], shape: Shape | None) -> None:
        self._stack.append(_Place(asm, shape, (), free=False))
        while self._stack:
            place = self._stack.pop()
            if isinstance(place.node, dict):
                self._object(place)
            else:
                self._list(place)

    def _object(self, place: _Place) -> None:
        node, at, path, free = place
        free = free or at is None or not at.known
        ahead: list[_Place] = []
        key: object
        for key, value in node.items():
            if not isinstance(key, str):
                self._add("not-json", path, f"found the key {key!r}; expected text")
                continue
            below = None if free or at is None else at.child(key)
            if below is None and not free and key not in CUSTOM and not key.startswith(("@", "$asm.")):
                self._like("unknown-key", key, (*path, key))
            if isinstance(value, dict | list):
                ahead.append(_Place(value, below, (*path, key), free or key in CUSTOM))
            elif isinstance(value, str):
                self._text(key, value, path, free=free)
                if key == "unit" and not free:
                    self._unit(value, path)
            else:
                self._scalar(value, path, key)
        self._stack.extend(reversed(ahead))

    def _list(self, place: _Place) -> None:
        node, at, path, free = place
        if _all_finite(node):
            return
        item = None if at is None else at.item
        ahead: list[_Place] = []
        for index, value in enumerate(node):
            if isinstance(value, dict | list):
                ahead.append(_Place(value, item, (*path, index), free))
            elif not isinstance(value, str):
                self._scalar(value, path, index)
        self._stack.extend(reversed(ahead))

    def _scalar(self, value: Any, path: Path, key: str | int) -> None:
        if isinstance(value, float):
            if not math.isfinite(value):
                self._add("not-finite", (*path, key), f"found {value}; expected a finite number, or the key left out")
        elif not isinstance(value, int | str | None):
            self._add("not-json", (*path, key), f"found {type(value).__name__}; expected text, number, true, false or null")

    def _unit(self, value: str, path: Path) -> None:
        if value not in self._units and value not in released():
            self._like("unknown-unit", value, (*path, "unit"))

    def _text(self, key: str, value: str, path: Path, *, free: bool) -> None:
        if not key.endswith("identifier") or not path:
            return
        where = (*path, key)
        if key == SOURCE:
            if not free:
                self._sources.append((value, where))
            return
        self._identifiers.add(value)
        if not free and _OWNERS.get(key) in path[-2:]:
            first = self._owned.setdefault((key, value), where)
            if first is not where:
                self._add(
                    "duplicate-identifier", where, f"found {key} {show(value)} again; expected it once, at {pointer(first)}"
                )

    def _like(self, code: str, what: str, path: Path) -> None:
        """Count faults at like places (the same keys on the way) as one."""
        kind = (code, *(part for part in path if isinstance(part, str)), what)
        places = self._unknown.setdefault(kind, [0, path])
        places[0] += 1
        if len(self._unknown) > LIMIT:
            self._unknown.popitem()
            self._add(code, path, "")

    def _add(self, code: str, path: Path, message: str) -> None:
        self._count[code] = self._count.get(code, 0) + 1
        if self._count[code] <= LIMIT and message:
            self._found.setdefault(code, []).append((pointer(path), message))

    def references(self) -> None:
        """Data sources whose identifier no other part of the document carries."""
        for value, where in self._sources:
            if value not in self._identifiers:
                self._add(
                    "dangling-reference", where, f"found data source {show(value)}; expected an identifier of this document"
                )

    def findings(self) -> Iterator[Finding]:
        for (code, *_, what), (count, path) in self._unknown.items():
            yield _unknown_key(what, count, path) if code == "unknown-key" else _unknown_unit(what, count, path, self._units)
        for code, count in self._count.items():
            level = "warning" if code in ("unknown-key", "unknown-unit") else "error"
            listed = self._found.get(code, [])
            for where, message in listed:
                yield Finding(code, message, where, level)
            if count > len(listed):
                yield Finding(code, f"{count - len(listed)} more such places are not listed", "", level)


def _all_finite(values: list[Any]) -> bool:
    """Whether a list holds only finite numbers and nulls, found without looking at each in Python where possible."""
    kinds = set(map(type, values))
    if kinds <= {int, bool, type(None), str}:
        return True
    try:
        if kinds <= {float, int}:
            return all(map(math.isfinite, values))
        return kinds <= {float, int, type(None)} and all(math.isfinite(value) for value in values if value is not None)
    except OverflowError:  # a whole number larger than any float; each is looked at for itself
        return False
