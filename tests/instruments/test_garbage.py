"""What a conversion leaves behind: nothing that only the cyclic garbage collector would find."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from instruments_shared import CASES

import allotrope
from allotrope.convert import FROZEN_AT_START
from allotrope.errors import AllotropeError

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = {case.vendor: case.path for case in reversed(CASES)}
"""The first case of each format."""


@pytest.fixture
def frozen() -> Iterator[None]:
    """The collector is off, and does not look at what is there before."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
        gc.unfreeze()


def left_by(work: Any) -> list[str]:
    """The types of this project of which a piece of work leaves objects in circles."""
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    work()
    gc.collect()
    gc.set_debug(0)
    left = sorted({type(one).__name__ for one in gc.garbage if type(one).__module__.startswith("allotrope")})
    gc.garbage.clear()
    return left


@pytest.mark.usefixtures("frozen")
def test_circles_are_seen() -> None:
    def circle() -> None:
        finding = allotrope.errors.Finding("code", "message")
        held: list[Any] = [finding]
        held.append(held)
        error = AllotropeError.__new__(AllotropeError)
        error.args = (held, error)

    assert left_by(circle) == ["AllotropeError", "Finding"]


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("vendor", sorted(FIRST))
def test_cells_are_let_go(vendor: str) -> None:
    path = FIRST[vendor]
    allotrope.convert(path)
    assert left_by(lambda: allotrope.convert(path)) == []


def test_a_document_counts_as_old() -> None:
    path = FIRST[min(FIRST)]
    gc.collect()
    conversion = allotrope.convert(path)
    young = {id(one) for generation in (0, 1) for one in gc.get_objects(generation)}
    assert id(conversion.asm) not in young
    assert gc.isenabled()


@pytest.mark.usefixtures("frozen")
def test_what_a_caller_has_frozen_stays_frozen() -> None:
    before = gc.get_freeze_count()
    assert before > FROZEN_AT_START
    gc.enable()
    allotrope.convert(FIRST[min(FIRST)])
    gc.disable()
    assert gc.get_freeze_count() > before - 100  # some may have ended meanwhile
