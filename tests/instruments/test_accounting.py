"""A cell that is blanked shows: the document or the ledger changes at that place. Seeded cells of every file of the corpus."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from instruments_shared import Case, scalars

import allotrope
from allotrope.convert import reader
from allotrope.ledger import balance

if TYPE_CHECKING:
    from allotrope.source import Source

CELLS_IN_CI = 3
CELLS = 50
LARGE = 300_000
"""Bytes above which a file gives one cell in the default run."""


def filled_cells(source: Source) -> list[tuple[int, int]]:
    """Part and handle of every filled cell."""
    return [
        (part, handle) for part, store in enumerate(source.stores) for handle in range(len(store.fates)) if store.filled(handle)
    ]


def check_blanking(case: Case, cells: int) -> None:
    """Blank cells one at a time: the ledger has one filled cell less, and the run that covered the cell is another one."""
    read = reader(case.path, case.vendor)
    source, _ = read(None)
    before = balance(source.stores, case.name)
    everything = filled_cells(source)
    chosen = random.Random(case.name).sample(everything, min(cells, len(everything)))
    for part, handle in chosen:
        cell = source.stores[part].cell(handle)
        where, text = cell.where, cell.text

        def blank(fresh: Source, at: tuple[int, int] = (part, handle)) -> None:
            fresh.blanked = at

        try:
            again, _ = read(blank)
        except allotrope.AllotropeError as error:
            assert str(error), where  # noqa: PT017 - both outcomes are right
            continue
        after = balance(again.stores, case.name)
        assert after.cells == before.cells - 1, (where, text)
        assert after.runs != before.runs, (where, text)


def test_blanked_cells_show(case: Case) -> None:
    """A few seeded cells of every file."""
    check_blanking(case, 1 if case.path.stat().st_size > LARGE else CELLS_IN_CI)


@pytest.mark.slow
def test_fifty_blanked_cells_show(case: Case) -> None:
    """Fifty seeded cells of every file."""
    check_blanking(case, CELLS)


def test_mapped_values_come_from_their_cell(case: Case) -> None:
    """What is mapped is in the document: traced values exist, and each equals its cell's text or number."""
    read = reader(case.path, case.vendor)

    def trace(source: Source) -> None:
        source.trace = True

    source, asm = read(trace)
    traced = [value for _, value in scalars(asm) if hasattr(value, "where")]
    addresses = {store.where(handle) for store in source.stores for handle in range(len(store.fates)) if store.filled(handle)}
    places: set[Any] = {value.where.partition(" '")[0] for value in traced}
    assert places <= addresses
    assert places or not asm
