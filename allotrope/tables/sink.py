"""Where the parts of a document go: what one object gave, and the rows of a table in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.tables.store import Column, Entries

if TYPE_CHECKING:
    from allotrope.tables.entries import Entry
    from allotrope.tables.layout import Node
    from allotrope.tables.values import Written

REPEATED = 50_000
HERE = "."
"""The start of a place that is relative to the pointer of its row."""
Cube = tuple[str, str, dict[str, Any]]


@dataclass(slots=True)
class Sink:
    """What one object gave: cells for columns, entries of custom information and others, its cubes and its identifiers."""

    wanted: frozenset[str]
    cells: dict[str, Any] = field(default_factory=dict)
    custom: list[Entry] = field(default_factory=list)
    other: list[Entry] = field(default_factory=list)
    cubes: list[Cube] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    calculated: list[tuple[str, Node, Any]] = field(default_factory=list)
    spine: list[tuple[str, Node, Any]] = field(default_factory=list)


class Frame:
    """One table in the making: its columns and the two lists of entries a row has."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns: dict[str, Column] = {}
        self.forms: dict[str, Written] = {}
        self.foreign: dict[str, str] = {}
        self.pointers: list[str] = []
        self.custom = Entries()
        self.other = Entries()

    def spread(self, sink: Sink, start: int, count: int) -> None:
        """Put the cells of `sink` into `count` rows; a long list only into the first of them."""
        for name, value in sink.cells.items():
            rows = 1 if isinstance(value, list) and count * len(value) > REPEATED else count
            column = self.columns.get(name)
            if column is None:
                column = self.columns[name] = Column()
            column.add(value, start, rows)

    def close(self, pointer: str, sink: Sink, above: list[Sink]) -> None:
        """End a row: its own cells, and its own entries after those of what stands above it."""
        self.spread(sink, self.rows, 1)
        self.pointers.append(pointer)
        self.custom.row(*(part.custom for part in above), sink.custom)
        self.other.row(*(part.other for part in above), sink.other)
        self.rows += 1
