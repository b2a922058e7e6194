"""Calculated data: values the instrument's software derived, each with references to the measurements it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Node = dict[str, Any]
Sources = Iterable[tuple[Node | str, str]]


class Calculated:
    """The calculated-data documents of one ASM document."""

    def __init__(self, identifier: Callable[[str], str], result: str = "calculated result") -> None:
        self.identifier = identifier
        self.result = result
        self.documents: list[Node] = []
        self.loose: list[tuple[str, Node]] = []
        """Values of which nothing measured is a source."""

    def add(
        self, name: str, value: float | None, unit: str, sources: Sources, *, alone: bool = False, **extra: Any
    ) -> str | None:
        """Add a value with its data sources, (measurement or identifier, feature) pairs; returns its identifier.

        Other values can stand on that. None is returned where there is no number, or no source: such a value is `loose`.
        `alone` is for a schema that knows values without a source: there it is added without one.
        """
        documents = [
            {
                "data source identifier": source if isinstance(source, str) else identifier_of(source),
                "data source feature": feature,
            }
            for source, feature in sources
        ]
        if value is not None and not documents and not alone:
            self.loose.append((name, {"value": value, "unit": unit}))
        if value is None or not (documents or alone):
            return None
        identifier = self.identifier("calculated data")
        node: Node = {
            "calculated data name": name,
            self.result: {"value": value, "unit": unit},
            "calculated data identifier": identifier,
        }
        if documents:
            node["data source aggregate document"] = {"data source document": documents}
        self.documents.append(node | {key.replace("_", " "): item for key, item in extra.items() if item is not None})
        return identifier

    def finish(self) -> Node | None:
        """The aggregate document, or None where nothing was calculated."""
        return {"calculated data document": self.documents} if self.documents else None


def identifier_of(node: Node) -> str:
    """The identifier of a measurement (or of anything else that a calculation can stand on)."""
    for key in ("measurement identifier", "calculated data identifier"):
        if key in node:
            return str(node[key])
    message = f"no identifier in a node with the keys {sorted(node)}"
    raise KeyError(message)
