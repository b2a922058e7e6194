"""Needles of signatures: a pattern is found with them wherever it is found without, and odd patterns have none."""

from __future__ import annotations

import random
import re

import pytest

from allotrope.needles import needles
from allotrope.registry import built_in
from allotrope.signature import Look

PATTERNS = sorted({mark.pattern for one in built_in() for mark in (*one.signature.all, *one.signature.any, *one.signature.none)})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^\s*Software Version\t", ("software version",)),
        (r"\b(Absorbance|Alpha) (Endpoint|Area Scan)\b", ("endpoint", "area scan")),
        (r"colou?r", ("colo",)),
        (r"(Plate )?Barcode|Well", ("barcode", "well")),
        (r"(Plate )?Barcode|\d+", ()),
        (r"\A(?!.*Image).*", ()),
        (r"(?=.*Alpha)(?i:BETAS)", ("alpha",)),
        (r"(ab){0,3}Run{1,2}", ("run",)),
        (r"x\x41BCDEF", ()),
        (r"(?P<a>Alpha)(?P=a)", ()),
        (r"[]Data]Raw", ("raw",)),
    ],
)
def test_what_a_match_must_hold(pattern: str, expected: tuple[str, ...]) -> None:
    assert needles(pattern) == expected


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_match_holds_a_needle_and_stands_where_it_is_looked_for(pattern: str) -> None:
    """Texts made of pieces of all patterns, with and without a match."""
    generator = random.Random(pattern)
    words = [word for one in PATTERNS for word in re.findall(r"[A-Za-z][\w .%/-]*", one)]
    own = re.findall(r"[A-Za-z][\w .%/-]*", pattern) or words
    look = Look(pattern)
    plain = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for _ in range(200):
        pieces = [generator.choice(generator.choice((own, own, words))) for _ in range(generator.randrange(1, 12))]
        text = "".join(piece + generator.choice(("\n", "\t", ",", " = ", "\t1\n")) for piece in pieces)
        if plain.search(text):
            assert look.may_be_in(text.casefold())
            assert look.search(text)
