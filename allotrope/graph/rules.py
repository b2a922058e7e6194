"""What a schema demands of the nodes of a class, over all places where the class stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from allotrope.graph import terms
from allotrope.graph.keys import CUSTOM
from allotrope.graph.literals import FORMS
from allotrope.schema import Shape, shape
from allotrope.sources import SOURCE

_DATES = ("dateTime", "dateTimeStamp")


@dataclass(slots=True)
class Rules:
    """What holds at all places of a class: required keys, and for values their datatypes, units and choices (None: anything)."""

    label: str
    required: frozenset[str]
    kinds: set[str] = field(default_factory=set)
    units: frozenset[str] | None = frozenset()
    choices: frozenset[str] | None = frozenset()
    datatypes: frozenset[str] | None = frozenset()
    referring: bool = False

    def meet(self, at: Shape) -> None:
        """Take in one more place of the class."""
        self.required &= _required(at)
        declared = {name for name in at.known if not name.startswith("@")}
        if {"value", "unit"} <= declared:
            self.kinds.add("quantity")
            allowed = frozenset(at.units)
            self.units = None if self.units is None or not allowed else self.units | allowed
        elif declared - {"value"} or not (at.types - {"object", "array"} or at.datatype):
            self.kinds.add("object")
        else:
            self.kinds.add("scalar")
            self.choices = None if self.choices is None or not at.choices else self.choices | set(map(str, at.choices))
            kinds = _datatypes(at)
            self.datatypes = None if self.datatypes is None or not kinds else self.datatypes | kinds
        self.referring = self.referring or SOURCE in at.known


def _required(at: Shape) -> frozenset[str]:
    return frozenset(
        key for key in at.required if not key.startswith(("@", "$")) and key not in ("value", "unit") and at.child(key)
    )


def _datatypes(at: Shape) -> frozenset[str]:
    """The datatypes a scalar's literal may have; a schema's type for a text stands only where the text has its form."""
    boxed = at.child("value")
    types = at.types - {"object", "null", "array"} or (boxed.types if boxed is not None else frozenset())
    if types == {"string"} and at.datatype in FORMS:
        same = ("dateTime", "dateTimeStamp") if at.datatype in _DATES else (at.datatype,)
        return frozenset(f"{terms.XSD}{name}" for name in same)
    named = {"number": ("double", "integer"), "integer": ("integer",), "boolean": ("boolean",), "string": ("string",)}
    return frozenset(terms.XSD + name for kind in types for name in named.get(kind, ()))


def rules(manifest: str) -> dict[str, Rules]:
    """Class → rules of a manifest; `NotAsm` if the manifest is unknown."""
    found: dict[str, Rules] = {}
    for path, at in shape(manifest).walk():
        if not at.classes or not CUSTOM.isdisjoint(path) or at.item is not None:
            continue
        if at.classes[0] not in found:
            found[at.classes[0]] = Rules(path[-1], _required(at))
        found[at.classes[0]].meet(at)
    return found
