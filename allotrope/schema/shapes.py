"""What a schema says of one place in a document: all fragments that apply there, merged on demand, with their annotations.

A schema is a tree of `allOf`, `oneOf`, `$ref` and `properties`; a reader of documents wants the reverse: given a path, which keys
are known, which units allowed, which class does the ontology give. `Shape` answers that, following the document's own keys, so
only places a document has are ever merged. Alternatives (`oneOf`, `anyOf`) are taken together: what may be, not must.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("then", "else")
IGNORED_ANNOTATIONS = frozenset(("", "TODO"))


class Shape:
    """The merged fragments of one place; `child` and `item` go one step down and return None where the schema knows nothing."""

    def __init__(self, fragments: list[Any], definitions: dict[str, Any], certain: list[Any] | None = None) -> None:
        self._definitions = definitions
        self._certain = fragments if certain is None else certain
        self.fragments: list[dict[str, Any]] = []
        seen: set[int] = set()
        for fragment in fragments:
            self._add(fragment, seen)
        self._children: dict[str, Shape | None] = {}

    def _add(self, fragment: Any, seen: set[int]) -> None:
        if not isinstance(fragment, dict) or id(fragment) in seen:
            return
        seen.add(id(fragment))
        self.fragments.append(fragment)
        if "$ref" in fragment:
            self._add(self._definitions[fragment["$ref"].removeprefix("#/$defs/")], seen)
        for key in _ALTERNATIVES:
            for part in fragment.get(key, ()):
                self._add(part, seen)
        for key in _BRANCHES:
            self._add(fragment.get(key), seen)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every key that some fragment declares here; empty for a scalar, a list or a free-form object."""
        return frozenset(key for fragment in self.fragments for key in fragment.get("properties", ()))

    @cached_property
    def required(self) -> frozenset[str]:
        """Keys that every document must have here (not those required by one alternative only)."""
        return frozenset(key for fragment in self._binding for key in fragment.get("required", ()))

    @cached_property
    def _binding(self) -> list[dict[str, Any]]:
        """The fragments that hold in every document: those reached without an alternative."""
        found: dict[int, dict[str, Any]] = {}
        stack = [*self._certain]
        while stack:
            fragment = stack.pop()
            if not isinstance(fragment, dict) or id(fragment) in found:
                continue
            found[id(fragment)] = fragment
            if "$ref" in fragment:
                stack.append(self._definitions[fragment["$ref"].removeprefix("#/$defs/")])
            stack.extend(fragment.get("allOf", ()))
        return list(found.values())

    def child(self, key: str) -> Shape | None:
        """The shape of the value under `key`, or None if no fragment declares that key."""
        found = self._children.get(key)
        if found is None and key not in self._children:
            parts = [fragment["properties"][key] for fragment in self.fragments if key in fragment.get("properties", ())]
            certain = [fragment["properties"][key] for fragment in self._binding if key in fragment.get("properties", ())]
            found = self._children[key] = Shape(parts, self._definitions, certain) if parts else None
        return found

    @cached_property
    def item(self) -> Shape | None:
        """The shape of a list's items, or None if the schema says nothing of them."""
        parts = [fragment["items"] for fragment in self.fragments if isinstance(fragment.get("items"), dict)]
        certain = [fragment["items"] for fragment in self._binding if isinstance(fragment.get("items"), dict)]
        return Shape(parts, self._definitions, certain) if parts else None

    def annotations(self, name: str) -> tuple[str, ...]:
        """The distinct values of `$asm.<name>` here, nearest first, without empty ones and `TODO`."""
        found = (fragment.get(f"$asm.{name}") for fragment in self.fragments)
        return tuple(dict.fromkeys(value for value in found if isinstance(value, str) and value not in IGNORED_ANNOTATIONS))

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The IRIs of the ontology's classes for the value here, nearest first; several only where alternatives disagree."""
        return self.annotations("property-class")

    @cached_property
    def datatype(self) -> str | None:
        """The name of the XSD datatype of a scalar here, or None if the schema states none."""
        xsd = "http://www.w3.org/2001/XMLSchema#"
        return next((name.removeprefix(xsd) for name in self.annotations("type") if name.startswith(xsd)), None)

    @cached_property
    def units(self) -> dict[str, str]:
        """Allowed unit symbols → their IRIs; empty where any unit may stand."""
        unit = self.child("unit")
        consts = [part for part in unit.fragments if "const" in part] if unit is not None else []
        return {part["const"]: str(part.get("$asm.unit-iri", "")) for part in consts}

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """Allowed values where the schema enumerates them."""
        return tuple(dict.fromkeys(value for fragment in self.fragments for value in fragment.get("enum", ())))

    @cached_property
    def types(self) -> frozenset[str]:
        """JSON types some fragment allows here."""
        found: set[str] = set()
        for fragment in self.fragments:
            stated = fragment.get("type", ())
            found.update((stated,) if isinstance(stated, str) else stated)
        return frozenset(found)

    def walk(self, path: tuple[str, ...] = (), above: frozenset[int] = frozenset()) -> Iterator[tuple[tuple[str, ...], Shape]]:
        """Every declared place below, as (path, shape); a list's items carry the list's path; cycles end where they close."""
        mine = frozenset(map(id, self.fragments))
        if mine and mine <= above:
            return
        yield path, self
        deeper = above | mine
        if self.item is not None:
            yield from self.item.walk(path, deeper)
        for key in sorted(self.known):
            child = self.child(key)
            if child is not None:
                yield from child.walk((*path, key), deeper)
