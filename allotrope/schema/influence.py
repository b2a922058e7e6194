"""What in a schema can tell two values of one place apart: by value, by order, by nothing but their type and keys.

Two values that nothing tells apart have the same verdict under every part of the schema that can apply at their place, so one of
them stands for both. Here everything that can apply is taken together: references, alternatives, conditions and what they negate.
"""

from __future__ import annotations

import re
from typing import Any

_VALUE = frozenset(
    (
        "const",
        "enum",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
    )
)
_ORDER = frozenset(("prefixItems", "contains", "minContains", "maxContains", "uniqueItems", "maxItems"))
_BELOW = frozenset(("properties", "patternProperties", "required", "items"))
_LISTS = ("allOf", "anyOf", "oneOf")
_NODES = ("if", "then", "else", "not")
_KNOWN = frozenset((*_VALUE, *_ORDER, *_BELOW, *_LISTS, *_NODES, "$ref", "$defs", "type", "format", "minItems", "unique"))
"""Keywords that are understood here (`unique` is none, and without effect); a place with another one is `strange`."""


class Influence:
    """What can apply at one place; `child` and `item` go one step down."""

    def __init__(self, fragments: list[Any], definitions: dict[str, Any], *, strange: bool = False) -> None:
        self._definitions = definitions
        self._fragments: list[dict[str, Any]] = []
        self._children: dict[str, Influence] = {}
        self._item: Influence | None = None
        self.by_value = False
        """Whether scalars of one type can have different verdicts."""
        self.by_time = False
        """Whether texts have to be times."""
        self.by_order = False
        """Whether the order or number of a list's items matters, beyond none or some."""
        self.strange = strange
        """Whether a keyword applies that is not understood here: then nothing stands for anything else, here and below."""
        self._collect(fragments)
        self.blind = not (self.by_value or self.by_order or self.strange or any(_BELOW & part.keys() for part in self._fragments))
        """Whether nothing below the value's own type matters."""

    def _collect(self, fragments: list[Any]) -> None:
        stack, seen = list(fragments), set()
        while stack:
            part = stack.pop()
            if not isinstance(part, dict) or id(part) in seen:
                continue
            seen.add(id(part))
            self._fragments.append(part)
            if "$ref" in part:
                stack.append(self._definitions[part["$ref"].removeprefix("#/$defs/")])
            for key in _LISTS:
                stack.extend(part.get(key, ()))
            stack.extend(part.get(key) for key in _NODES)
            self._note(part)

    def _note(self, part: dict[str, Any]) -> None:
        kinds = part.get("type", ())
        whole = kinds == "integer" or ("integer" in kinds and "number" not in kinds)
        form = part.get("format")
        self.by_value |= whole or bool(_VALUE & part.keys()) or form not in (None, "date-time")
        self.by_time |= form == "date-time"
        self.by_order |= bool(_ORDER & part.keys()) or part.get("minItems", 0) > 1
        self.strange |= any(key not in _KNOWN and not key.startswith("$asm.") for key in part)

    def child(self, key: str) -> Influence:
        """What can apply to the value under a key."""
        if self.strange:
            return self
        if key not in self._children:
            found = [part["properties"][key] for part in self._fragments if key in part.get("properties", ())]
            patterns = (item for part in self._fragments for item in part.get("patternProperties", {}).items())
            found += [below for pattern, below in patterns if re.search(pattern, key)]
            self._children[key] = Influence(found, self._definitions)
        return self._children[key]

    @property
    def item(self) -> Influence:
        """What can apply to the items of a list."""
        if self.strange:
            return self
        if self._item is None:
            found = [part[key] for part in self._fragments for key in ("items", "contains") if key in part]
            found += [first for part in self._fragments for first in part.get("prefixItems", ())]
            self._item = Influence(found, self._definitions)
        return self._item
