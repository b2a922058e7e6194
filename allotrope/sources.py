"""Which identifiers of a document its data sources name: the ends of the links between results and measurements."""

from __future__ import annotations

from typing import Any

SOURCE = "data source identifier"
NUMBERS = frozenset((float, int, type(None)))
DEFINING = frozenset(("measurement identifier", "processed data identifier", "calculated data identifier"))


def referenced(asm: dict[str, Any]) -> frozenset[str]:
    """Every identifier that some data source of the document names."""
    found: set[str] = set()
    stack: list[Any] = [asm]
    push = stack.append
    while stack:
        node = stack.pop()
        if type(node) is dict:
            if type(node.get(SOURCE)) is str:
                found.add(node[SOURCE])
            for part in node.values():
                kind = type(part)
                if kind is dict or (kind is list and not NUMBERS.issuperset(map(type, part[:2]))):
                    push(part)
        else:
            for part in node:
                if type(part) is dict or type(part) is list:
                    push(part)
    return frozenset(found)


def identifies(key: str, value: Any, wanted: frozenset[str]) -> bool:
    """Whether a key and value name the object they stand in, for a data source that wants it."""
    return key.endswith("identifier") and key != SOURCE and isinstance(value, str) and value in wanted
