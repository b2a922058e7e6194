"""What the ledger calls kept or mapped stands in the document: every number, be it in a text or in another unit."""

from __future__ import annotations

import re
from bisect import bisect_left
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from edited_exports import EDITED, edited
from instruments_shared import scalars, stream
from made_analyzers import ANALYZERS
from made_exports import EXPORTS
from mutate import mutate

from allotrope.convert import reader
from allotrope.custom import CUSTOM
from allotrope.errors import AllotropeError
from allotrope.record import KEPT, MAPPED
from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from instruments_shared import Case

    from allotrope.source import Source

LARGE = 200_000
MADE = EXPORTS | ANALYZERS
FACTORS = (1, 1e-6, 1e-3, 0.01, 0.1, 10, 100, 1000, 1e6, 60, 1 / 60, 3600)
"""From the units of files to those of schemas."""
SHAPING = {"moldev_softmax_pro": 1.3}
"""Numbers that say how a file is to be read: the version of the form of a SoftMax Pro text."""
WORD = re.compile(r"[^\s;:=<>()\[\]%]+")
BITS = re.compile(r"/word \d+$")
"""Parts of a binary stream, which need not be numbers at all."""


def in_document(asm: dict[str, Any]) -> set[str]:
    """Every number and word of a document; numbers in one form."""
    found = scalars(asm)
    values = [value for _, value in found]  # no set: False would stand for 0
    values += {label for path, _ in found if CUSTOM in path for label in path.partition(CUSTOM)[2].split("/")}
    words = {
        word
        for value in values
        if isinstance(value, str)
        for word in (value.strip(), *WORD.findall(value), *WORD.findall(value.replace(",", " ")))
    }
    return {plain(value) for value in values} | {plain(word) for word in words}


def plain(value: Any) -> str:
    """A number in one form, whatever its decimal sign; a text as it is."""
    found = next((found for mark in ".," if (found := number(value, mark)) is not None), None)
    return str(value) if found is None else f"{found + 0.0:.12g}"


def numbers(source: Source, fate: int) -> Iterator[tuple[str, float]]:
    """Place and value of every cell of a fate that holds a number."""
    for store in source.stores:
        store.settle()
        for handle in (handle for handle, now in enumerate(store.fates) if now == fate):
            value = number(store.value(handle), store.locale.decimal)
            if value is not None and not BITS.search(store.where(handle)):
                yield store.where(handle), value


def test_of_the_corpus(case: Case) -> None:
    check(case.path, case.vendor)


def test_of_goldens(golden: Path) -> None:
    check(golden, golden.parent.name)


@pytest.mark.parametrize("made", MADE)
def test_of_made_exports(shared: Path, made: str) -> None:
    instrument, name, make = MADE[made]
    content = make(shared / "corpus")
    check(stream(content if isinstance(content, bytes) else content.encode(), name), instrument)


@pytest.mark.parametrize("export", EDITED)
def test_of_edited_exports(shared: Path, export: str) -> None:
    name, content = edited(shared / "corpus", export)
    check(stream(content, name), EDITED[export][0].partition("/")[0])


@pytest.mark.parametrize("seed", range(3))
def test_of_damaged_files(case: Case, seed: int) -> None:
    """An odd row costs at most its place in the document, never its values."""
    data = case.path.read_bytes()
    damaged, _ = mutate(data, f"{case.name}/kept/{seed}")
    if len(data) < LARGE:
        with suppress(AllotropeError):
            check(stream(damaged, case.path.name), case.vendor)


def check(export: Path | BinaryIO, instrument: str) -> None:
    """Every number that a file's ledger calls kept or mapped is in its document."""
    source, asm = reader(export, instrument)(None)
    there = in_document(asm)
    assert [(where, value) for where, value in numbers(source, KEPT) if plain(value) not in there] == []
    near = sorted(float(text) for text in there if number(text) is not None)
    exact = [(where, value) for where, value in numbers(source, MAPPED) if value % 1 and value != SHAPING.get(instrument)]
    assert [one for one in exact if not any(has(near, one[1] * factor) for factor in FACTORS)] == []


def has(values: list[float], wanted: float) -> bool:
    """Whether sorted values have one that is nearly the wanted one."""
    at = bisect_left(values, wanted - abs(wanted) * 1e-6)
    return at < len(values) and values[at] <= wanted + abs(wanted) * 1e-6


@pytest.mark.parametrize(("value", "same"), [("1,5", 1.5), ("9.01000E+002", 901), ("abc", "abc"), (3.0, "3")])
def test_one_form(value: Any, same: Any) -> None:
    assert plain(value) == plain(same)
