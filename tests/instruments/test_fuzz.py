"""Damaged input: a seeded part of the mutation bench; the whole of it is `make fuzz`."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from mutate import mutate, repeated

from tools.fuzz import PACKED, REPEATED, attempt

if TYPE_CHECKING:
    from instruments_shared import Case

INPUTS = 4
LARGE = 200_000


@pytest.mark.parametrize("number", range(INPUTS))
def test_damaged_files_give_a_document_or_a_declared_error(case: Case, number: int) -> None:
    """Neither another exception, nor a ledger that does not balance, nor more than ten seconds."""
    if case.path.stat().st_size > LARGE and number:
        return
    data, how = mutate(case.path.read_bytes(), f"{case.name}/ci/{number}")
    outcome = attempt(data, case.path.name, case.vendor if number % 2 else None)
    assert not outcome.startswith("BUG"), (how, outcome)


def test_what_is_repeated_thousands_of_times_is_read_in_time(case: Case) -> None:
    """One line, field or element, in a seeded tenth of the texts; all of them in `make fuzz`."""
    data = case.path.read_bytes() if case.path.stat().st_size < REPEATED else PACKED[0]
    if data.startswith(PACKED) or random.Random(case.name).random() > 0.1:
        return
    longer, how = repeated(data, f"{case.name}/ci")
    outcome = attempt(longer, case.path.name, case.vendor)
    assert not outcome.startswith("BUG"), (how, outcome)


def test_mutations_are_seeded(case: Case) -> None:
    """The same seed makes the same damage, another one another."""
    data = case.path.read_bytes()[:50_000]
    if data.startswith(b"PK"):
        return
    assert mutate(data, "one") == mutate(data, "one")
    assert len({mutate(data, f"{number}")[0] for number in range(12)}) > 3
