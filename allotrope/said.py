"""What rows have said of the file as a whole, so that a later row that says otherwise never silently takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allotrope.envelope import Node
    from allotrope.record import Cell
    from allotrope.source import Source


class Said:
    """Values by place and path that cells gave to device, data system, technique document or measurement aggregate."""

    def __init__(self, source: Source) -> None:
        self.find = source.find
        self.values: dict[tuple[int, str], Any] = {}
        self.differing: set[tuple[int, str]] = set()

    def same(self, place: Node, path: str, value: Any) -> bool:
        """Whether a value is new at its place, or the same as before."""
        return bool(self.values.setdefault((id(place), path), value) == value)

    def agrees(self, place: Node, path: str, value: Any, cell: Cell) -> bool:
        """Whether a value is new or the same as before; the first that differs at a path is a finding.

        What the format declares or a parser sets by itself is a default, not said by a cell: the first cell replaces it.
        """
        if self.same(place, path, value):
            return True
        key = id(place), path
        before = self.values[key]
        if key not in self.differing:
            self.differing.add(key)
            name = path.rpartition("/")[2]
            message = f"{name}: {str(value)[:60]!r} where {str(before)[:60]!r} was said before; kept with its measurement"
            self.find("differs", message, cell.where, "warning")
        return False
