"""Templates: columns of values by path, from which the node of each row is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.envelope import segments
from allotrope.labels import free

if TYPE_CHECKING:
    from allotrope.envelope import Node


class Template:
    """Columns of values by path, laid out once as a tree, so that each row fills a node without looking paths up again."""

    def __init__(self) -> None:
        self.leaves: list[tuple[str, str | None, list[Any]]] = []
        self.taken: set[str] = set()
        self.branches: dict[tuple[str, bool], Template] = {}

    def add(self, path: str, values: list[Any], unit: str | None = None, label: str = "") -> None:
        """Put a column at a path; with a label, under that label in the custom information that the path names."""
        place = self
        keys = segments(path)
        for step in keys if label else keys[:-1]:
            place = place.branches.setdefault(step, Template())
        name = free(label, place.taken) if label else keys[-1][0]
        place.taken.add(name)
        place.leaves.append((name, unit, values))

    def rows(self, count: int) -> list[Node]:
        """The values of every row as a tree; what is empty leaves no trace."""
        rows: list[Node] = [{} for _ in range(count)]
        for key, unit, values in self.leaves:
            for row, value in zip(rows, values, strict=True):
                if value is not None:
                    row[key] = value if unit is None else {"value": value, "unit": unit}
        for (key, is_list), branch in self.branches.items():
            for row, node in zip(rows, branch.rows(count), strict=True):
                if node:
                    row[key] = [node] if is_list else node
        return rows
