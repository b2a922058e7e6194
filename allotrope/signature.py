"""Signature: detection as data, and its one evaluator, which says on what basis a file matched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from allotrope.labels import column_name
from allotrope.needles import needles
from allotrope.probe import SHEET_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.probe import Probe


@dataclass(frozen=True, slots=True)
class Mark:
    """A pattern (regular expression, case ignored) and its place: text, encoding, sheet, cell, member, root or name."""

    place: str
    pattern: str

    def found(self, probe: Probe) -> str | None:
        """Where the pattern stands, with what matched; None where it does not."""
        look = compiled(self.pattern)
        if self.place == "cell":
            return _cell(look, probe)
        if self.place == "text" and not look.may_be_in(probe.folded_head):
            return None
        for where, text in _texts(self.place, probe):
            hit = look.search(text)
            if hit:
                return f"{where} {hit[0].strip()[:60]!r}" if self.place != "text" else _line(text, hit)
        return None


@dataclass(frozen=True, slots=True)
class Signature:
    """What the files of a format show.

    A file matches if it is of one of the kinds, has one of the suffixes (if any are named), and shows all of `all`, at least one
    of `any` (if there are any) and none of `none`. `beats` names instruments whose match this one overrules.
    """

    kinds: tuple[str, ...]
    all: tuple[Mark, ...] = ()
    any: tuple[Mark, ...] = ()
    none: tuple[Mark, ...] = ()
    suffixes: tuple[str, ...] = ()
    beats: tuple[str, ...] = ()

    def basis(self, probe: Probe) -> str | None:
        """On what basis the file matches, or None."""
        if probe.kind not in self.kinds or (self.suffixes and probe.suffix not in self.suffixes):
            return None
        bases = []
        for mark in self.all:
            basis = mark.found(probe)
            if basis is None:
                return None
            bases.append(basis)
        if self.any:
            basis = next((basis for basis in (mark.found(probe) for mark in self.any) if basis is not None), None)
            if basis is None:
                return None
            bases.append(basis)
        if any(mark.found(probe) is not None for mark in self.none):
            return None
        return ", ".join(bases) or f"kind {probe.kind}"


def text(pattern: str) -> Mark:
    """A pattern in the first 16,384 characters; `^` and `$` match at lines."""
    return Mark("text", pattern)


def encoding(pattern: str) -> Mark:
    """A pattern in the name of a text's encoding, such as `utf-16`."""
    return Mark("encoding", pattern)


def sheet(pattern: str) -> Mark:
    """A pattern that a sheet's name has."""
    return Mark("sheet", pattern)


def cell(pattern: str) -> Mark:
    """A pattern that a text cell in the first 200 rows of any sheet has."""
    return Mark("cell", pattern)


def member(pattern: str) -> Mark:
    """A pattern that the name of an archive member, an OLE stream or a file of the folder has."""
    return Mark("member", pattern)


def root(pattern: str) -> Mark:
    """A pattern in the root element of XML, as written."""
    return Mark("root", pattern)


def name(pattern: str) -> Mark:
    """A pattern in the file's name."""
    return Mark("name", pattern)


class Look:
    """An expression: case ignored, `^` and `$` at lines; asked only of texts that hold one of its needles."""

    def __init__(self, pattern: str) -> None:
        # A leading \W* or \s* must not run over line ends: on a page of blank lines that takes quadratic time.
        bounded = pattern.replace(r"^\W*", r"^[^\w\n]*").replace(r"^\s*", r"^[^\S\n]*")
        expression = re.compile(bounded, re.IGNORECASE | re.MULTILINE)
        self.search = expression.match if _at_start(pattern) else expression.search
        self.pattern = pattern

    @cached_property
    def _needles(self) -> tuple[str, ...]:
        return needles(self.pattern)

    def may_be_in(self, folded: str) -> bool:
        """Whether a case-folded text may hold a match."""
        return not self._needles or any(needle in folded for needle in self._needles)


def _at_start(pattern: str) -> bool:
    """Whether a match can only stand where the text begins: its anchor first, and no alternatives outside of groups."""
    outside = re.sub(r"\[[^\]]*\]", "", re.sub(r"\\.", "", pattern))
    while (shorter := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = shorter
    return pattern.startswith(r"\A") and "|" not in outside


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Look:
    """The expression of a pattern."""
    return Look(pattern)


def _texts(place: str, probe: Probe) -> Iterator[tuple[str, str]]:
    if place == "text":
        yield "", probe.head
    elif place == "name":
        yield "name", probe.name
    elif place == "encoding":
        yield "encoding", probe.encoding
    elif place == "root":
        yield "root", probe.root
    elif place == "sheet":
        yield from (("sheet", sheet) for sheet in probe.sheets)
    elif place == "member":
        yield from (("member", member) for member in probe.members)


def _cell(look: Look, probe: Probe) -> str | None:
    """The first text cell with a match; no sheet is laid out where a glance at the workbook shows that there is none."""
    texts = probe.cell_texts
    if texts is not None and not (look.may_be_in(probe.folded_cells) and look.search(texts)):
        return None
    for sheet in probe.sheets:
        for number, row in enumerate(probe.rows(sheet)[:SHEET_ROWS], start=1):
            for column, value in enumerate(row):
                hit = look.search(value) if value and isinstance(value, str) else None
                if hit:
                    return f"{sheet}!{column_name(column)}{number} {hit[0].strip()[:60]!r}"
    return None


def _line(text: str, hit: re.Match[str]) -> str:
    start = hit.start() + len(hit[0]) - len(hit[0].lstrip())
    # Look-aheads match nothing themselves and some patterns several lines: the beginning of the first line says where.
    shown = hit[0].strip() or text[start : start + 60]
    return f"line {text.count(chr(10), 0, start) + 1} {(shown.splitlines() or [''])[0].strip()[:60]!r}"
