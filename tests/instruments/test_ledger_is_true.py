"""What the ledger calls mapped is in the document: a mapped cell that says something else changes the document or a finding.

Seeded mapped cells of every file of the corpus are altered one at a time (a number or a time becomes another one, a text gets
a letter more), and the conversion is made again. One whose document and findings stay the same was mapped in name only.

Exempt is a cell that is structure rather than a value: a title, a header or a label (`is_structure`), by which the parser finds
its way. Altered, it may leave the document as it is if the parser has another mark to go by, but then the ledger must tell of
it, or a declared error must say what is missing.
"""

from __future__ import annotations

import random
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import allotrope
from allotrope.convert import reader
from allotrope.grid import Grid
from allotrope.ledger import balance
from allotrope.record import MAPPED, Leaves, Store
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from instruments_shared import Case

    from allotrope.source import Source

CELLS_IN_CI = 3
CELLS = 40
LARGE = 300_000
"""Bytes above which a file is skipped: every cell costs a conversion."""
TIME = re.compile(r"\d[-/.]\w+[-/.]\d|\d:\d\d")
"""What holds a date or a time of day; readers of times are lenient about a letter after it."""


def altered(value: Any) -> Any:
    """Another value of the same kind: another number, another date or time of day, or the text with a letter more."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value * 2 + 1
    if isinstance(value, datetime):
        return value + timedelta(days=1)
    if isinstance(value, (date, time)):
        value = str(value)
    if not isinstance(value, str):
        return f"{value}x"
    text = value.strip()
    digits = [at for at, letter in enumerate(text) if letter in "0123456789"]
    if not digits or (number(text) is None and not TIME.search(text)):
        return f"{text}x"
    at = digits[-1] if TIME.search(text) else digits[0]
    return text[:at] + str((int(text[at]) + 1) % 9 + (at == digits[0])) + text[at + 1 :]


def alter(store: Store, handle: int) -> None:
    """Let a store hold another value at a handle; the leaves of a tree are still to come when it is adopted."""
    if isinstance(store, Grid):
        row, column = divmod(handle, store.width)
        store.rows = list(store.rows)
        values = list(store.rows[row])
        values[column] = altered(values[column])
        store.rows[row] = values
    elif isinstance(store, Leaves):
        plain: Callable[[str, Any], int] = store.add

        def add(where: str, value: Any) -> int:
            return plain(where, altered(value) if len(store.values) == handle else value)

        vars(store)["add"] = add


def with_altered(part: int, handle: int) -> Callable[[Source], None]:
    """A preparation of a source in which one cell says something else."""

    def prepare(source: Source) -> None:
        adopt = source.adopt

        def adopting(store: Store, **facts: Any) -> None:
            if len(source.stores) == part:
                alter(store, handle)
            adopt(store, **facts)

        vars(source)["adopt"] = adopting

    return prepare


def mapped_cells(source: Source) -> list[tuple[int, int]]:
    """Part and handle of every filled cell that the ledger calls mapped."""
    return [
        (part, handle)
        for part, store in enumerate(source.stores)
        for handle in range(len(store.fates))
        if store.fates[handle] == MAPPED and store.filled(handle)
    ]


def is_structure(store: Store, handle: int) -> bool:
    """Whether a cell is a text without a digit: a title, a header, a label or a word that stands for a kind."""
    text = store.cell(handle).text
    return not any(letter.isdigit() for letter in text) or text.endswith((":", "]", ")"))


def untrue(case: Case, cells: int) -> list[str]:
    """The seeded mapped cells whose change nothing shows, with their texts."""
    read = reader(case.path, case.vendor)
    source, asm = read(None)
    before = balance(source.stores, case.name)
    everything = mapped_cells(source)
    silent = []
    for part, handle in random.Random(case.name).sample(everything, min(cells, len(everything))):
        cell = source.stores[part].cell(handle)
        try:
            again, changed = read(with_altered(part, handle))
        except allotrope.AllotropeError as error:
            assert str(error), cell.where  # noqa: PT017 - an error that says why is one of the right outcomes
            continue
        if changed != asm or again.findings != source.findings:
            continue
        if is_structure(source.stores[part], handle) and balance(again.stores, case.name).runs != before.runs:
            continue
        silent.append(f"{cell.where}: {cell.text[:60]!r}")
    return silent


def check(case: Case, cells: int) -> None:
    """No seeded mapped cell is untrue."""
    if case.path.stat().st_size > LARGE:
        pytest.skip("a large file: every cell costs a conversion")
    assert untrue(case, cells) == []


def test_a_changed_mapped_cell_shows(case: Case) -> None:
    """A few seeded cells of every file."""
    check(case, CELLS_IN_CI)


@pytest.mark.slow
def test_forty_changed_mapped_cells_show(case: Case) -> None:
    """Forty seeded cells of every file."""
    check(case, CELLS)
