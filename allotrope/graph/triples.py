"""The statements of a document, one after the other: every object and scalar is a node, typed by the class its schema names.

A node's IRI is the document's base and the JSON pointer of the value. Structure is `has part`; a scalar has `has value`, a
quantity `qudt:numericValue` and `qudt:hasUnit`; calculated data is `prov:wasDerivedFrom` what its data sources name. A key with
no class gets one under the document's own base. Nothing is held but the way down to the present node and the identifiers in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from allotrope.graph import terms
from allotrope.graph.keys import CUSTOM, Key, Used
from allotrope.graph.literals import as_json, is_cube, is_number, is_value, literal
from allotrope.graph.prov import prov
from allotrope.graph.terms import Triple
from allotrope.schema import manifest_of, shape, units
from allotrope.sources import DEFINING, SOURCE, identifies, referenced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCES = "data source aggregate document"
_COMPONENTS = {"dimensions": terms.DIMENSION, "measures": terms.MEASURE}


class Place(NamedTuple):
    """A value still to be told: its node and the one above, its key, its position in a list, the node its data sources serve."""

    node: str
    above: str
    key: Key
    position: int | None
    value: Any
    holder: str


class Statements:
    """An iterator of the statements of one document; `own` collects the keys and units that have only an IRI of its own."""

    def __init__(self, asm: dict[str, Any], base: str, ledger: Mapping[str, Any] | None = None) -> None:
        self._asm = asm
        self._ledger = ledger
        self._manifest = manifest_of(asm)
        self.base = base
        self._units = units(self._manifest)
        self._owners: dict[str, str] = {}
        self._labelled: set[str] = set()
        self._root = Key("", (), shape(self._manifest))
        self.own: dict[str, str] = {}

    def __iter__(self) -> Iterator[Triple]:
        self._identify()
        yield Triple(self.base, terms.CONFORMS, self._manifest)
        yield from prov(self.base, self._asm, self._ledger)
        stack = [self._children(Place(self.base, "", self._root, None, self._asm, self.base), f"{self.base}#")]
        while stack:
            place = next(stack[-1], None)
            if place is None:
                stack.pop()
                continue
            yield from self._typed(place)
            if not isinstance(place.value, dict):
                yield from self._leaf(place)
            elif is_value(place.value):
                yield from self._leaf(place)
                stack.append(self._children(place, place.node, skip=("value", "unit")))
            elif is_cube(place.value):
                yield from self._cube(place)
            else:
                stack.append(self._children(place, place.node))

    def uses(self) -> dict[Used, int]:
        """How often each key was a node, once the statements have been gone through; free-form information is not counted."""
        found: dict[Used, int] = {}
        for key in self._root.below():
            if key.count and CUSTOM.isdisjoint(key.path[:-1]):
                used = Used(key.path, key.iri)
                found[used] = found.get(used, 0) + key.count
        return found

    def _identify(self) -> None:
        """Learn which nodes carry the identifiers that data sources name."""
        wanted = referenced(self._asm)
        if not wanted:
            return
        stack: list[tuple[str, Any]] = [(f"{self.base}#", self._asm)]
        while stack:
            node, value = stack.pop()
            if isinstance(value, dict):
                for key, part in value.items():
                    if identifies(key, part, wanted) and (key in DEFINING or part not in self._owners):
                        self._owners[part] = node
                stack.extend((f"{node}/{terms.step(key)}", part) for key, part in value.items() if isinstance(part, dict | list))
            elif value and isinstance(value[0], dict | list):
                stack.extend((f"{node}/{index}", part) for index, part in enumerate(value) if isinstance(part, dict | list))

    def _children(self, above: Place, prefix: str, skip: tuple[str, ...] = ()) -> Iterator[Place]:
        node, _, parent, _, values, holder = above
        for name, value in values.items():
            if name in skip or (name == "$asm.manifest" and parent is self._root and isinstance(value, str)):
                continue
            place = Place(
                f"{prefix}/{terms.step(name)}", node, parent.child(name), None, value, node if name == SOURCES else holder
            )
            if isinstance(value, list):
                yield from _items(place)
            else:
                yield place

    def _typed(self, place: Place) -> list[Triple]:
        """A node's place in the whole, its class, and the label of the class where it is met first."""
        node, above, key, position, _, _ = place
        key.count += 1
        iri = key.iri or self._own("key", key.name)
        found = [Triple(above, terms.PART, node), Triple(node, terms.TYPE, iri)]
        if position is not None:
            found.append(Triple(node, terms.INDEX, str(position), terms.INTEGER))
        if not key.told:
            key.told = True
            found += self._label(iri, key.name)
        return found

    def _label(self, iri: str, label: str) -> list[Triple]:
        mark = f"{iri} {label}"
        if mark in self._labelled:
            return []
        self._labelled.add(mark)
        return [Triple(iri, terms.LABEL, label, terms.STRING)]

    def _own(self, kind: str, name: str) -> str:
        iri = f"{self.base}#{kind}={terms.step(name)}"
        self.own[iri] = name
        return iri

    def _leaf(self, place: Place) -> list[Triple]:
        node, above, key, _, value, holder = place
        if isinstance(value, dict):
            if "unit" in value:
                return self._quantity(node, value)
            value = value.get("value")
        if value is None or isinstance(value, list):
            return []
        found = [Triple(node, terms.VALUE, *literal(value, key.datatype))]
        if key.name == SOURCE and value in self._owners:
            owner = self._owners[value]
            found += (Triple(above, terms.REFERENCES, owner), Triple(holder, terms.DERIVED, owner))
        return found

    def _quantity(self, node: str, value: dict[str, Any]) -> list[Triple]:
        number, unit = value.get("value"), value["unit"]
        found = []
        if is_number(number):
            found.append(Triple(node, terms.NUMBER, *literal(number, "double")))
        elif number is not None:
            found.append(Triple(node, terms.VALUE, *literal(number, None)))
        if isinstance(unit, str):
            found += self._unit(node, unit)
        return found

    def _unit(self, node: str, symbol: str) -> list[Triple]:
        iri = terms.unit_iri(symbol, self._units.get(symbol, "")) or self._own("unit", symbol)
        return [Triple(node, terms.UNIT, iri), *self._label(iri, symbol)]

    def _cube(self, place: Place) -> Iterator[Triple]:
        """A cube: a node for each dimension and measure, its values one JSON literal, and what else the cube says."""
        structure, data = place.value["cube-structure"], place.value["data"]
        for name, kind in _COMPONENTS.items():
            values = data.get(name)
            for index, component in enumerate(structure.get(name) or ()):
                node = f"{place.node}/cube-structure/{name}/{index}"
                yield Triple(place.node, terms.PART, node)
                yield Triple(node, terms.TYPE, kind)
                yield Triple(node, terms.INDEX, str(index), terms.INTEGER)
                if isinstance(component, dict):
                    yield from self._component(node, component)
                if isinstance(values, list) and index < len(values):
                    yield Triple(node, terms.VALUE, as_json(values[index]), terms.JSON)
        if "points" in data:
            yield Triple(place.node, terms.VALUE, as_json(data["points"]), terms.JSON)
        if isinstance(place.value.get("label"), str):
            yield Triple(place.node, terms.LABEL, place.value["label"], terms.STRING)

    def _component(self, node: str, component: dict[str, Any]) -> Iterator[Triple]:
        if isinstance(component.get("concept"), str):
            yield Triple(node, terms.LABEL, component["concept"], terms.STRING)
        if isinstance(component.get("unit"), str):
            yield from self._unit(node, component["unit"])
        if isinstance(component.get("@componentDatatype"), str):
            yield Triple(node, terms.RANGE, terms.XSD + terms.step(component["@componentDatatype"]))


def _items(place: Place) -> Iterator[Place]:
    """The items of a list, each a node under the key of the list; lists in lists lose no item."""
    stack = [(place.node, place.value, place.key)]
    while stack:
        node, values, key = stack.pop()
        item = key.element()
        for index, value in enumerate(values):
            if isinstance(value, list):
                stack.append((f"{node}/{index}", value, item))
            else:
                yield Place(f"{node}/{index}", place.above, item, index, value, place.holder)
