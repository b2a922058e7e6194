"""What the ledger calls kept stands in the document: every number of a kept cell, as a number or within a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from instruments_shared import scalars

from allotrope.convert import reader
from allotrope.record import KEPT
from allotrope.values import number

if TYPE_CHECKING:
    from instruments_shared import Case

WORD = re.compile(r"[^\s,;:=<>()\[\]%]+")


def in_document(asm: dict[str, Any]) -> set[str]:
    """Every number and word of a document; numbers in one form."""
    values = [value for _, value in scalars(asm)]  # no set: False would stand for 0
    words = {word for value in values if isinstance(value, str) for word in (value.strip(), *WORD.findall(value))}
    return {plain(value) for value in values} | {plain(word) for word in words}


def plain(value: Any) -> str:
    """A number in one form, whatever its decimal sign; a text as it is."""
    found = next((found for mark in ".," if (found := number(value, mark)) is not None), None)
    return str(value) if found is None else f"{found:.12g}"


def test_every_kept_number(case: Case) -> None:
    source, asm = reader(case.path, case.vendor)(None)
    there = in_document(asm)
    missing = []
    for store in source.stores:
        store.settle()
        for handle in (handle for handle, fate in enumerate(store.fates) if fate == KEPT):
            value = store.value(handle)
            if number(value, store.locale.decimal) is not None and plain(value) not in there:
                missing.append((store.where(handle), value))
    assert missing == []


@pytest.mark.parametrize(("value", "same"), [("1,5", 1.5), ("9.01000E+002", 901), ("abc", "abc"), (3.0, "3")])
def test_one_form(value: Any, same: Any) -> None:
    assert plain(value) == plain(same)
