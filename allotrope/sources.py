"""Which identifiers of a document its data sources name: the ends of the links between results and measurements."""

from __future__ import annotations

from typing import Any

SOURCE = "data source identifier"
DEFINING = frozenset(("measurement identifier", "processed data identifier", "calculated data identifier"))


def referenced(asm: dict[str, Any]) -> frozenset[str]:
    """Every identifier that some data source of the document names."""
    found: set[str] = set()
    stack: list[Any] = [asm]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            source = node.get(SOURCE)
            if isinstance(source, str):
                found.add(source)
            stack.extend(part for part in node.values() if isinstance(part, dict | list))
        elif node and isinstance(node[0], dict | list):
            stack.extend(part for part in node if isinstance(part, dict | list))
    return frozenset(found)


def identifies(key: str, value: Any, wanted: frozenset[str]) -> bool:
    """Whether a key and value name the object they stand in, for a data source that wants it."""
    return key.endswith("identifier") and key != SOURCE and isinstance(value, str) and value in wanted
