"""Regions: neighbouring cells of one fate as rectangles of a grid, or as leaves that follow each other."""

from __future__ import annotations

import re
from itertools import compress, groupby
from typing import TYPE_CHECKING

from allotrope.dropped import Dropped
from allotrope.grid import Grid
from allotrope.labels import column_name
from allotrope.record import Leaves, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from allotrope.grid import Turned

_RUN = re.compile(rb"(.)\1*", re.DOTALL)
"""Equal fates that follow each other."""


def regions(store: Store) -> list[tuple[str, int, int]]:
    """Runs of one fate as (region, fate, count): rectangles of a grid, addresses of leaves."""
    if isinstance(store, Dropped):
        return [store.whole()]
    if isinstance(store, Grid):
        return _rectangles(store)
    if isinstance(store, Leaves):
        return _paths(store)
    return [(store.where(handle), store.fates[handle], 1) for handle in range(len(store.fates)) if store.filled(handle)]


def _rectangles(grid: Grid) -> list[tuple[str, int, int]]:
    """Stretches down each column, joined with equal stretches of the columns to the right."""
    open_runs: dict[tuple[int, int, int], list[int]] = {}
    done: list[tuple[int, int, int, int, int, int]] = []
    columns = grid.turned
    before = -1
    for column in [*columns.used(), grid.width]:
        stretches = {(first, last, fate): count for first, last, fate, count in _stretches(grid, columns, column)}
        for key in [key for key in open_runs if key not in stretches or column > before + 1]:
            start, count = open_runs.pop(key)
            done.append((key[0], start, key[1], before, key[2], count))
        before = column
        for key, count in stretches.items():
            run = open_runs.setdefault(key, [column, 0])
            run[1] += count
    return [(_region(grid, run), run[4], run[5]) for run in sorted(done)]


def _stretches(grid: Grid, columns: Turned, column: int) -> Iterable[tuple[int, int, int, int]]:
    """First row, last row, fate and count of filled cells of each stretch of one fate in a column; empty cells do not part it."""
    if column >= grid.width:
        return
    fates = bytes(grid.fates[column :: grid.width])
    filled = columns.filled(column)
    if filled is not None:
        fates = bytes(compress(fates, filled))
    if fates and fates.count(fates[0]) == len(fates):
        first, last = (filled.find(1), filled.rfind(1)) if filled is not None else (0, len(fates) - 1)
        yield first, last, fates[0], len(fates)
        return
    rows: Sequence[int] = range(len(fates)) if filled is None else list(compress(range(len(filled)), filled))
    for run in _RUN.finditer(fates):
        yield rows[run.start()], rows[run.end() - 1], fates[run.start()], run.end() - run.start()


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
