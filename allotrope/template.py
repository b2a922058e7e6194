"""Templates: columns of values by path, from which the node of each row is made."""

from __future__ import annotations

from itertools import compress, repeat
from typing import TYPE_CHECKING, Any

from allotrope.envelope import segments

if TYPE_CHECKING:
    from allotrope.envelope import Node


class Template:
    """Columns of values by path, laid out once as a tree, so that each row fills a node without looking paths up again."""

    def __init__(self) -> None:
        self.leaves: list[tuple[str, str | None, list[Any]]] = []
        self.branches: dict[tuple[str, bool], Template] = {}

    def add(self, path: str, values: list[Any], unit: str | None = None, label: str = "") -> None:
        """Put a column at a path; with a label, under that label in the custom information that the path names."""
        place = self
        keys = segments(path)
        for step in keys if label else keys[:-1]:
            place = place.branches.setdefault(step, Template())
        name = label or keys[-1][0]
        taken = {key for key, _, _ in place.leaves}
        if name in taken and label:
            name = next(f"{label}.{again}" for again in range(1, len(taken) + 2) if f"{label}.{again}" not in taken)
        place.leaves.append((name, unit, values))

    def rows(self, count: int) -> list[Node]:
        """The values of every row as a tree; what is empty leaves no trace."""
        columns: dict[str, list[Any]] = {}
        for key, unit, values in self.leaves:
            _merge(columns, key, values if unit is None else _quantities(values, unit))
        for (key, is_list), branch in self.branches.items():
            below = branch.rows(count)
            _merge(columns, key, [[node] if node else None for node in below] if is_list else [node or None for node in below])
        if not columns:
            return [{} for _ in range(count)]
        if len(columns) == 1:
            [(name, values)] = columns.items()
            return [{} if value is None else {name: value} for value in values]
        names, rows = tuple(columns), zip(*columns.values(), strict=True)
        gapped = [type(None) in set(map(type, values)) for values in columns.values()]
        if not any(gapped):
            return [*map(dict, map(zip, repeat(names), rows))]
        marked = zip(gapped, columns.values(), strict=True)
        stands = ([value is not None for value in values] if gap else [True] * count for gap, values in marked)
        kinds = [*zip(*stands, strict=True)]
        left = {kind: tuple(compress(names, kind)) for kind in set(kinds)}
        return [*map(dict, map(zip, map(left.__getitem__, kinds), map(compress, rows, kinds)))]


def _merge(columns: dict[str, list[Any]], key: str, values: list[Any]) -> None:
    """Add a column; where there is one of that name, the later value goes before."""
    old = columns.get(key)
    columns[key] = values if old is None else [one if new is None else new for one, new in zip(old, values, strict=True)]


def _quantities(values: list[Any], unit: str) -> list[Node | None]:
    return [None if value is None else {"value": value, "unit": unit} for value in values]
