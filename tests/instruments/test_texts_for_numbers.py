"""A text where a number was is in the document, in a finding, or left out for a reason that holds for any value: never lost."""

from __future__ import annotations

import random
import re
import zlib
from typing import TYPE_CHECKING

import pytest
from instruments_shared import CASES, source_of, stream

import allotrope
from allotrope.convert import reader
from allotrope.probe import Probe
from allotrope.record import IGNORED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from instruments_shared import Case

    from allotrope.record import Store

TEXTS = [case for case in CASES if case.path.suffix.lower() in (".txt", ".csv", ".tsv", ".asc")]
NUMBER = re.compile(rb"(?<=[\t,;])-?\d+[.]\d+(?=[\t,;\r\n])")
WORD = b"abcq"
SAYS = re.compile(r"repeats|the same|stands for|stands with|no result|was read|without a value")
"""Reasons that say what the value is."""


def cells(store: Store) -> Iterator[tuple[int, object]]:
    """Every cell of a store with its value."""
    return ((handle, store.value(handle)) for handle in range(len(store.fates)))


def reasons(stores: list[Store]) -> list[str]:
    """Why the cells that hold the word were left out; a cell that was not is the text `mapped or kept`."""
    found = []
    for store in stores:
        store.settle()
        fates = [store.fates[handle] for handle, value in cells(store) if isinstance(value, str) and WORD.decode() in value]
        found += [store.reasons[fate - IGNORED] if fate >= IGNORED else "mapped or kept" for fate in fates]
    return found


@pytest.mark.parametrize("export", TEXTS, ids=[case.name for case in TEXTS])
def test_a_text_in_place_of_a_number(export: Case) -> None:
    data = export.path.read_bytes()
    chance = random.Random(zlib.crc32(export.name.encode()))
    numbers = list(NUMBER.finditer(data))
    for one in chance.sample(numbers, min(12, len(numbers))):
        changed = stream(data[: one.start()] + WORD + data[one.end() :], export.path.name)
        try:
            source, asm = reader(changed, export.vendor)(None)
        except allotrope.AllotropeError:
            continue
        place = f"line {data.count(b'\n', 0, one.start()) + 1}, where {one[0].decode()} was"
        told = any(WORD.decode() in finding.message for finding in source.findings)
        if WORD.decode() not in str(asm) and not told:
            left = reasons(source.stores)
            assert left, place
            assert not [reason for reason in left if reason == "mapped or kept" or SAYS.search(reason)], f"{place}: {left}"


@pytest.mark.parametrize("rows", [1, 45])
def test_a_curve_of_another_sample(shared: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """A sheet of curves repeats the results; where it does not, in one row or in all of a reaction, it is kept."""
    laid_out = Probe.rows

    def changed(self: Probe, name: str) -> list[list[object]]:
        found = [list(row) for row in laid_out(self, name)]
        if name == "Amplification Data":
            head = next(at for at, row in enumerate(found) if "Sample" in row and "Cycle Number" in row)
            column, well = found[head].index("Sample"), found[head + 1][found[head].index("Well")]
            of_well = [row for row in found[head + 1 :] if row[found[head].index("Well")] == well]
            for row in of_well[:rows]:
                row[column] = WORD.decode()
        return found

    monkeypatch.setattr(Probe, "rows", changed)
    found = allotrope.convert(source_of(shared, "appbio_quantstudio_designandanalysis/03"))
    assert WORD in found.to_json()
    assert found.ledger.cells == found.ledger.mapped + found.ledger.kept + found.ledger.ignored
