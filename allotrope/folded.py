"""The quick pass over a document: column by column, and of all parts that nothing in the schema tells apart one is left.

Documents are long because they repeat: a measurement a well, a result a target. So objects of one place are looked at together,
key by key, and what is left of them is one of each kind: keys, types, and the values that the schema looks at. The folded
document is valid if and only if the whole one is (`Influence` says why), and hundreds of times smaller. On the way go the
closed-world checks: numbers finite, identifiers given once, data sources known, keys declared, units published.
"""

from __future__ import annotations

import math
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any

from allotrope.alike import all_are, columns_of
from allotrope.places import OWN, PLAIN, REFERENCE, UNIT
from allotrope.schema import is_iso_8601

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from allotrope.places import Place

FEW = 8
"""So many objects are sooner looked at one by one."""
CHUNK = 512
"""So many items of one list are looked at together: few enough to stay in the processor's cache."""
_NUMBERS: frozenset[Any] = frozenset((int, float))
_SCALARS: frozenset[Any] = _NUMBERS | {str, bool, type(None)}
_PARTS: frozenset[Any] = frozenset((dict, list))
Classes = tuple["Sequence[int] | None", list[Any]]
"""The class of each value (None: there is one class only), and a value that stands for each class."""


class Suspect(Exception):
    """The document has a fault that only a walk can place, or is nothing that JSON holds."""


class Folded:
    """One pass over one document; `unknown` and `units` are the keys and units to report, with how often they stand there."""

    def __init__(self, published: Container[object]) -> None:
        self.published = published
        self.unknown: dict[Place, int] = {}
        self.units: dict[tuple[Place, str], int] = {}
        self._seen: set[str] = set()
        self._identifiers: set[str] = set()
        self._owned: dict[str, set[str]] = {}
        self._sources: set[str] = set()

    def whole(self, asm: dict[str, Any], place: Place) -> Any:
        """The folded document; raises Suspect."""
        small = self._one(asm, place)
        if not self._sources <= self._identifiers:
            raise Suspect
        return small

    def _child(self, place: Place, key: Any, count: int) -> Place:
        """The place under a key that stands there in so many objects."""
        if type(key) is not str:
            raise Suspect
        child = place.child(key)
        if child.unknown:
            self.unknown[child] = self.unknown.get(child, 0) + count
        return child

    def _one(self, node: dict[str, Any], place: Place) -> dict[str, Any]:
        """An object that stands alone, with the lists below folded."""
        folded: dict[str, Any] = {}
        children = place.children
        for key, value in node.items():
            child = children.get(key)
            if child is None or child.unknown:
                child = self._child(place, key, 1)
            kind = type(value)
            if kind is str:
                if child.kind:
                    self._note((value,), child)
            elif kind is dict:
                small = self._one(value, child)
                if small is not value:
                    folded[key] = small
            elif kind is list:
                folded[key] = self._lists([value], child)[1][0]
            elif kind is float:
                if value - value != 0:
                    raise Suspect
            elif kind is not int and kind is not bool and value is not None:
                raise Suspect
        return node | folded if folded else node

    def _column(self, values: list[Any], place: Place) -> Classes:
        """Values of one place."""
        kind = type(values[0])
        if all_are(kind, values):
            if kind is str:
                return self._texts(values, place) if place.text else (None, values[:1])
            if kind is dict:
                return self._objects(values, place)
            if kind is list:
                return self._lists(values, place)
            kinds = {kind}
        else:
            kinds = set(map(type, values))
        if not kinds <= _SCALARS and not kinds <= _SCALARS | _PARTS:
            raise Suspect
        if kinds & _PARTS or (place.text and str in kinds and len(kinds) > 1):
            return _apart(values, map(type, values), lambda part: self._column(part, place))
        return self._scalars(values, kinds, place)

    def _scalars(self, values: list[Any], kinds: set[Any], place: Place) -> Classes:
        """Numbers, truths and nulls, and texts that nobody looks at."""
        if float in kinds:
            _finite(values, kinds)
        if place.influence.by_value:
            return _classes([(type(value), value) for value in values], values)
        return (None, values[:1]) if len(kinds) == 1 or kinds == _NUMBERS else _classes(map(type, values), values)

    def _texts(self, values: list[str], place: Place) -> Classes:
        """Texts of which it matters what they say."""
        influence = place.influence
        if place.kind == UNIT or influence.by_value:
            distinct = set(values)
            if place.kind == UNIT and not distinct <= self._seen:
                self._note(values, place)
            if influence.by_value and len(distinct) > 1:
                return _classes(values, values)
        if place.kind > PLAIN and place.kind != UNIT:
            self._note(values, place)
        if influence.by_time and not all(map(is_iso_8601, set(values))):
            raise Suspect
        return None, values[:1]

    def _note(self, values: Sequence[str], place: Place) -> None:
        """Note identifiers and references; check units."""
        if place.kind == UNIT:
            for unit in set(values) - self._seen:
                if unit in self.published:
                    self._seen.add(unit)
                else:
                    self.units[place, unit] = self.units.get((place, unit), 0) + values.count(unit)
        elif place.kind == REFERENCE:
            self._sources.update(values)
        else:
            if place.kind == OWN:
                owned = self._owned.setdefault(place.key, set())
                before = len(owned)
                owned.update(values)
                if len(owned) != before + len(values):
                    raise Suspect
            self._identifiers.update(values)

    def _objects(self, values: list[dict[str, Any]], place: Place) -> Classes:
        """Objects of one place, key by key where all have the same keys."""
        if place.loose:
            _loose(values)
            return None, values[:1]
        count = len(values)
        if count < FEW or place.influence.strange:
            return range(count), [self._one(value, place) for value in values]
        columns = columns_of(values)
        if columns is None:
            return _apart(values, map(tuple, values), lambda part: self._objects(part, place))
        base: dict[str, Any] = {}
        varying: list[tuple[str, Sequence[int], list[Any]]] = []
        for key, column in columns.items():
            child = place.children.get(key)
            if child is None or child.unknown:
                child = self._child(place, key, count)
            classes, examples = self._column(column, child)
            base[key] = examples[0]
            if classes is not None:
                varying.append((key, classes, examples))
        if not varying:
            return None, [base]
        if len(varying) == 1:
            key, classes, examples = varying[0]
            return classes, [base | {key: example} for example in examples]
        rows = list(zip(*(classes for _, classes, _ in varying), strict=True))
        whole, rows = _classes(rows, rows)
        return whole, [base | {key: parts[at] for (key, _, parts), at in zip(varying, row, strict=True)} for row in rows]

    def _lists(self, values: list[list[Any]], place: Place) -> Classes:
        """Lists of one place: what their items are, and where it matters how many and in which order."""
        flat = values[0] if len(values) == 1 else [*chain.from_iterable(values)]
        if not flat:
            return None, values[:1]
        ordered = place.influence.by_order or place.influence.strange
        if len(values) == 1 and len(flat) > CHUNK and not ordered:
            parts = (flat[at : at + CHUNK] for at in range(0, len(flat), CHUNK))
            return None, [[*chain.from_iterable(self._column(part, place.element)[1] for part in parts)]]
        classes, examples = self._column(flat, place.element)
        if classes is None:
            if not ordered and all(values):
                return None, [examples]
            lengths = list(map(len, values))
            counts = lengths if ordered else list(map(bool, lengths))
            whole, counts = _classes(counts, counts)
            return whole, [examples * count for count in counts]
        if len(values) == 1:
            return None, [[examples[at] for at in classes] if ordered else examples]
        rest, make = iter(classes), tuple if ordered else frozenset
        rows = [make(islice(rest, length)) for length in map(len, values)]
        whole, rows = _classes(rows, rows)
        return whole, [[examples[at] for at in row] for row in rows]


def _classes(keys: Iterable[Any], values: list[Any]) -> tuple[Sequence[int] | None, list[Any]]:
    """Numbered classes of values with equal keys, and the first value of each."""
    keys = keys if isinstance(keys, list) else list(keys)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    if len(numbers) == 1:
        return None, values[:1]
    first = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
    return list(map(numbers.__getitem__, keys)), [values[first[key]] for key in numbers]


def _apart(values: list[Any], keys: Iterable[Any], look: Callable[[list[Any]], Classes]) -> Classes:
    """The classes of values that are looked at in parts, those of equal keys together."""
    keys = list(keys)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    which = list(map(numbers.__getitem__, keys))
    parts: list[list[Any]] = [[] for _ in numbers]
    for value, number in zip(values, which, strict=True):
        parts[number].append(value)
    examples: list[Any] = []
    slots: list[Iterator[int]] = []
    for part in parts:
        start = len(examples)
        classes, found = look(part)
        slots.append(repeat(start) if classes is None else map(start.__add__, classes))
        examples += found
    return [next(slots[number]) for number in which], examples


def _finite(values: list[Any], kinds: set[Any]) -> None:
    """Raise Suspect unless all floats among the values are finite; a sum of them can only overflow beside that."""
    try:
        total = sum(values if kinds <= _NUMBERS else [value for value in values if type(value) is float])
    except OverflowError:  # a whole number beside them is larger than any float
        total = math.inf
    if total - total != 0 and any(value - value != 0 for value in values if type(value) is float):
        raise Suspect


def _loose(values: Sequence[dict[str, Any]]) -> None:
    """Raise Suspect unless free-form objects hold only what JSON can, with finite numbers."""
    if not all_are(str, chain.from_iterable(values)):
        raise Suspect
    flat = [*chain.from_iterable(map(dict.values, values))]
    while flat:
        kinds = set(map(type, flat))
        if not kinds <= _SCALARS | _PARTS:
            raise Suspect
        if float in kinds:
            _finite(flat, kinds)
        if dict in kinds:
            _loose([value for value in flat if type(value) is dict])
        flat = [*chain.from_iterable(value for value in flat if type(value) is list)] if list in kinds else []
