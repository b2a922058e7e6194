"""The ledger: every filled cell of the source is mapped, kept or ignored with a reason; stored as rectangles, not by cells."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from allotrope.errors import Unaccounted
from allotrope.grid import Grid
from allotrope.labels import column_name
from allotrope.record import IGNORED, KEPT, MAPPED, UNREAD, Leaves, Store

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = "assayline/ledger/1"
NAMES = {MAPPED: "mapped", KEPT: "kept"}


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells with one fate."""

    region: str
    fate: str
    count: int
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The run as plain JSON, without an empty reason."""
        body: dict[str, Any] = {"region": self.region, "fate": self.fate, "count": self.count}
        return body | {"reason": self.reason} if self.reason else body


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of filled cells by fate, and the runs they make up; `parts` names each container part and its kind."""

    mapped: int
    kept: int
    ignored: int
    runs: tuple[Run, ...]
    parts: tuple[dict[str, Any], ...] = ()

    @property
    def cells(self) -> int:
        """All filled cells; equal to mapped + kept + ignored."""
        return self.mapped + self.kept + self.ignored

    def to_json(self) -> dict[str, Any]:
        """The ledger as plain JSON with its version."""
        counts = {"cells": self.cells, "mapped": self.mapped, "kept": self.kept, "ignored": self.ignored}
        return {"schema": VERSION, **counts, "parts": list(self.parts), "runs": [run.to_json() for run in self.runs]}


def balance(stores: Iterable[Store], file: str) -> Ledger:
    """The ledger of all parts of a source; raises Unaccounted if a filled cell has no fate."""
    counts = {MAPPED: 0, KEPT: 0, IGNORED: 0}
    runs: list[Run] = []
    parts = []
    for store in stores:
        store.settle()
        total = 0
        for region, fate, count in regions(store):
            if fate == UNREAD:
                raise Unaccounted(file=file, found=count, where=region, expected="all")
            counts[min(fate, IGNORED)] += count
            total += count
            reason = store.reasons[fate - IGNORED] if fate >= IGNORED else ""
            runs.append(Run(region, NAMES.get(fate, "ignored"), count, reason))
        parts.append({"name": store.name, "cells": total, **store.facts})
    return Ledger(counts[MAPPED], counts[KEPT], counts[IGNORED], tuple(runs), tuple(parts))


def regions(store: Store) -> list[tuple[str, int, int]]:
    """Runs of one fate as (region, fate, count): rectangles of a grid, addresses of leaves."""
    if isinstance(store, Grid):
        return _rectangles(store)
    if isinstance(store, Leaves):
        return _paths(store)
    return [(store.where(handle), store.fates[handle], 1) for handle in range(len(store.fates)) if store.filled(handle)]


def _rectangles(grid: Grid) -> list[tuple[str, int, int]]:
    """Stretches down each column, joined with equal stretches of the columns to the right."""
    open_runs: dict[tuple[int, int, int], list[int]] = {}
    done: list[tuple[int, int, int, int, int, int]] = []
    columns = _columns(grid)
    for column in range(grid.width + 1):
        stretches = {(first, last, fate): count for first, last, fate, count in _stretches(grid, columns, column)}
        for key in [key for key in open_runs if key not in stretches]:
            start, count = open_runs.pop(key)
            done.append((key[0], start, key[1], column - 1, key[2], count))
        for key, count in stretches.items():
            run = open_runs.setdefault(key, [column, 0])
            run[1] += count
    return [(_region(grid, run), run[4], run[5]) for run in sorted(done)]


def _columns(grid: Grid) -> list[tuple[Any, ...]]:
    """The grid's values column by column, short rows filled up with None."""
    from itertools import zip_longest

    return list(zip_longest(*grid.rows)) if grid.rows else []


def _stretches(grid: Grid, columns: list[tuple[Any, ...]], column: int) -> Iterable[tuple[int, int, int, int]]:
    """First row, last row, fate and count of filled cells of each stretch of one fate in a column; empty cells do not part it."""
    if column >= grid.width:
        return
    values = columns[column]
    blank = {value for value in set(values) if value is None or (isinstance(value, str) and not value.strip())}
    rows = [row for row, value in enumerate(values) if value not in blank] if blank else range(len(values))
    fates = grid.fates[column :: grid.width]
    start = 0
    for fate, run in groupby(bytes(fates[row] for row in rows) if blank else bytes(fates)):
        count = len(list(run))
        yield rows[start], rows[start + count - 1], fate, count
        start += count


def _region(grid: Grid, run: tuple[int, int, int, int, int, int]) -> str:
    first, left, last, right = run[:4]
    if grid.sheet:
        start, end = f"{column_name(left)}{first + 1}", f"{column_name(right)}{last + 1}"
        return f"{grid.name}!{start}" if start == end else f"{grid.name}!{start}:{end}"
    prefix = f"{grid.name} " if grid.name else ""
    one, two = grid.line(first), grid.line(last)
    lines = f"line {one}" if one == two else f"lines {one}-{two}"
    return f"{prefix}{lines} " + (f"field {left + 1}" if left == right else f"fields {left + 1}-{right + 1}")


def _paths(leaves: Leaves) -> list[tuple[str, int, int]]:
    """Leaves that follow each other with one fate under one parent."""
    filled = [handle for handle in range(len(leaves.fates)) if leaves.filled(handle)]

    def parent(handle: int) -> tuple[str, int]:
        return leaves.places[handle].rpartition("/")[0], leaves.fates[handle]

    found = []
    for (_, fate), run in groupby(filled, key=parent):
        handles = list(run)
        first, last = leaves.where(handles[0]), leaves.places[handles[-1]].rpartition("/")[2]
        found.append((first if len(handles) == 1 else f"{first} … {last}", fate, len(handles)))
    return found
