"""Signatures: no pattern takes quadratic time on a hostile text, and each hand-made input is found by its own signature alone."""

from __future__ import annotations

import io
import re
import time
from functools import cache
from typing import TYPE_CHECKING

import pytest

import allotrope
from allotrope.probe import HEAD, Probe
from allotrope.registry import built_in
from allotrope.signature import Mark, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LENGTHS = (HEAD // 8, HEAD * 4)
"""Each text is tried short first: what is worse than quadratic ends there."""
CAP = 0.5
"""Seconds of processor time for one pattern on one text, four times as long as a signature ever sees. Linear patterns take a few
milliseconds there; a quadratic one that takes 0.05 s on what a signature sees takes 0.8 s. It is processor time: a busy
machine changes nothing, and no assertion compares two times."""
FILLERS = ("\n", " ", "\t", " \n", "\r\n", ",", ";", '"', "0", "1.5\t", "a", "A ", "=", "<", "[", ":\n")
JOINTS = (" ", "\n", "\t", ",")
LITERAL = re.compile(r"[A-Za-z#<*][\w &/<>#-]*[\w#=:]")


def marks() -> list[Mark]:
    """Every distinct mark of every signature."""
    signatures = [instrument.signature for instrument in built_in()]
    return list(dict.fromkeys(mark for signature in signatures for mark in (*signature.all, *signature.any, *signature.none)))


MARKS = marks()


def words(pattern: str) -> list[str]:
    """The literal words of a pattern, as they stand in a file that it is after."""
    plain = re.sub(r"\\([^\w\s])|\\[ntr]|\\[a-zA-Z]|\(\?[a-z-]*[:=!]|[*+?]", lambda found: found[1] or "\0", pattern)
    return list(dict.fromkeys(LITERAL.findall(plain)))


def hostile(pattern: str) -> Iterator[str]:
    """Parts to repeat: fillers; each word of the pattern with each joint; all words in a row, with and without the last one."""
    yield from FILLERS
    known = words(pattern)
    for joint in JOINTS:
        for count in range(1, len(known) + 1):
            yield known[count - 1] + joint
        yield joint.join(known) + joint
        yield joint.join(known[:-1]) + joint


def starts(pattern: str) -> Iterator[str]:
    """What stands before the repeated part: nothing, or the words of the pattern up to one of them."""
    known = words(pattern)
    for count in range(len(known) + 1):
        yield " ".join(known[:count])


@cache
def repeated(part: str, length: int) -> str:
    """A part, over and over."""
    return (part * (length // len(part) + 1))[:length]


@pytest.mark.parametrize("mark", MARKS, ids=[f"{mark.place} {mark.pattern[:40]}" for mark in MARKS])
def test_no_pattern_is_quadratic(mark: Mark) -> None:
    """A pattern's processor time on every hostile text, at growing length, stays below the cap."""
    expression = compiled(mark.pattern)
    texts = {(start if part in FILLERS else "", part) for part in hostile(mark.pattern) for start in starts(mark.pattern)}
    for length in LENGTHS:
        for start, part in sorted(texts):
            text = start + repeated(part, length)
            begun = time.process_time()
            expression.search(text)
            assert time.process_time() - begun < CAP, (mark.pattern, start, part, length)


@pytest.mark.parametrize("pattern", [r"^\n*x", r"\bWell\b.*\bPod\b", r"\d+,\s*;"])
def test_the_bench_finds_a_quadratic_pattern(pattern: str) -> None:
    """The hostile texts contain what makes typical careless patterns slow: blank lines, one long line, repeated words, digits."""
    expression = re.compile(pattern, re.MULTILINE)

    def spent(part: str) -> float:
        begun = time.process_time()
        expression.search(repeated(part, HEAD))
        return time.process_time() - begun

    assert any(spent(part) > CAP / 16 for part in hostile(pattern))


@pytest.mark.parametrize("filler", FILLERS)
def test_no_signature_matches_a_page_without_content(filler: str) -> None:
    """A page of one sign is nobody's export: detection says so, and tells why nothing matched."""
    stream = io.BytesIO(repeated(filler, HEAD + 1).encode())
    stream.name = "page.txt"
    with pytest.raises(allotrope.AllotropeError):
        allotrope.detect(stream)


def test_hand_made_input_is_found_by_its_signature(golden: Path) -> None:
    """The signature of the folder's instrument matches, and every other one that matches is overruled."""
    vendor = golden.parent.name
    probe = Probe(golden)
    signatures = {instrument.name: instrument.signature for instrument in built_in()}
    matching = {name: signature for name, signature in signatures.items() if signature.basis(probe) is not None}
    beaten = {name for signature in matching.values() for name in signature.beats}
    assert set(matching) - beaten == {vendor}
    assert allotrope.detect(golden).basis
