"""Where a value came from, and what became of a cell: the file is read again, with every value traced to its cell.

Where a value was computed, or a cell shaped the document without giving a value, a trial tells: the cell is read as if it were
empty, and what changes is what it did.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.convert import reader
from allotrope.errors import AllotropeError
from allotrope.labels import fold
from allotrope.ledger import balance
from allotrope.record import IGNORED, KEPT, MAPPED
from assayline.errors import NothingThere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allotrope.ledger import Ledger
    from allotrope.record import Store
    from allotrope.source import Source
    from allotrope.stated import Stated

MOST_TRIALS = 300
"""Cells tried for one value, those that hold its text first."""
FATES = {MAPPED: "mapped", KEPT: "kept"}
_LABEL = re.compile(r"\s+'.*'$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of the document: JSON pointer, value, and its cell (empty: declared or computed by the converter)."""

    pointer: str
    value: Any
    where: str

    def to_json(self) -> dict[str, Any]:
        """The leaf as plain JSON."""
        return {"pointer": self.pointer, "value": self.value, "where": self.where or None}


@dataclass(frozen=True, slots=True)
class Place:
    """One filled cell: its address and value, its fate with the reason, and the pointers of the values made of it."""

    where: str
    value: Any
    fate: str
    reason: str
    pointers: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The place as plain JSON, without an empty reason."""
        body = {"where": self.where, "value": str(self.value), "fate": self.fate, "pointers": list(self.pointers)}
        return body | {"reason": self.reason} if self.reason else body


def leaves(node: Any, pointer: str = "") -> Iterator[Leaf]:
    """Every scalar of a document with its JSON pointer (RFC 6901) and its origin."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, f"{pointer}/{index}")
    else:
        yield Leaf(pointer, node, getattr(node, "where", ""))


def bare(where: str) -> str:
    """An address without the label that follows it: `line 8 field 3 'Cell count'` → `line 8 field 3`."""
    return _LABEL.sub("", where)


class Explanation:
    """A source read with tracing: its document, its ledger and its cells."""

    def __init__(self, path: Path, instrument: str | None, stated: Stated) -> None:
        def trace(source: Source) -> None:
            source.trace = True

        self._read = reader(path, instrument, stated)
        self.source, self.asm = self._read(trace)
        self.name = self.source.name
        self.ledger: Ledger = balance(self.source.stores, self.name)

    def under(self, pointer: str) -> list[Leaf]:
        """The scalars at or below a pointer, or those whose pointer ends with it; raises NothingThere if there is none."""
        everything = list(leaves(self.asm))
        wanted = pointer.rstrip("/")
        found = [leaf for leaf in everything if leaf.pointer == wanted or leaf.pointer.startswith(f"{wanted}/")]
        found = found or [
            leaf for leaf in everything if f"{leaf.pointer}/".endswith(f"{wanted}/") or f"{wanted}/" in leaf.pointer
        ]
        if not found:
            nearest = self._nearest(wanted, everything)
            raise NothingThere(
                file=self.name, found=f"nothing at {pointer}", expected=f"a JSON pointer of the document, as {nearest}"
            )
        if len(found) == 1 and not found[0].where:
            found = [Leaf(found[0].pointer, found[0].value, self._tried(found[0]))]
        return found

    def _tried(self, leaf: Leaf) -> str:
        """The cell without which an untraced value is another one, or empty: the converter made it."""
        trials = [(part, handle) for part, store in enumerate(self.source.stores) for handle in _filled(store)]
        stores = self.source.stores
        trials.sort(key=lambda trial: stores[trial[0]].cell(trial[1]).text != str(leaf.value))
        for part, handle in trials[:MOST_TRIALS]:
            if leaf.pointer in self.changes(part, handle):
                return stores[part].where(handle)
        return ""

    def changes(self, part: int, handle: int) -> set[str]:
        """Pointers of values that differ when one cell is read as empty; `/` where the file cannot be read without it."""

        def empty(source: Source) -> None:
            source.blanked = (part, handle)

        try:
            _, asm = self._read(empty)
        except AllotropeError:
            return {"/"}
        after = {leaf.pointer: leaf.value for leaf in leaves(asm)}
        return {leaf.pointer for leaf in leaves(self.asm) if leaf.pointer not in after or after[leaf.pointer] != leaf.value}

    @staticmethod
    def _nearest(pointer: str, everything: list[Leaf]) -> str:
        from difflib import get_close_matches

        names = [leaf.pointer for leaf in everything]
        return (get_close_matches(pointer, names[:5000], n=1, cutoff=0.1) or names[:1] or ["/"])[0]

    def cells(self, address: str) -> list[Place]:
        """The filled cells at an address: `Results!C14`, `C14` of any sheet, `line 8`, `line 8 field 3`."""
        made = self._made()
        found = [place for part in range(len(self.source.stores)) for place in self._matching(part, address, made)]
        if not found:
            example = next((store.where(handle) for store in self.source.stores for handle in _filled(store)), "none")
            raise NothingThere(file=self.name, found=f"no filled cell at {address!r}", expected=f"an address such as {example!r}")
        return found

    def _made(self) -> dict[str, list[str]]:
        """Address of a cell → pointers of the values made of it."""
        made: dict[str, list[str]] = {}
        for leaf in leaves(self.asm):
            if leaf.where:
                made.setdefault(bare(leaf.where), []).append(leaf.pointer)
        return made

    def _matching(self, part: int, address: str, made: dict[str, list[str]]) -> Iterator[Place]:
        store = self.source.stores[part]
        wanted = fold(address)
        for handle in _filled(store):
            where = store.where(handle)
            here = fold(where)
            if here == wanted or here.startswith(f"{wanted} ") or here.rpartition("!")[2] == wanted:
                pointers = made.get(where) or sorted(self.changes(part, handle))
                yield self._place(store, handle, where, pointers)

    @staticmethod
    def _place(store: Store, handle: int, where: str, pointers: list[str]) -> Place:
        fate = store.fates[handle]
        reason = store.reasons[fate - IGNORED] if fate >= IGNORED else ""
        return Place(where, store.value(handle), FATES.get(fate, "ignored"), reason, tuple(pointers))


def _filled(store: Store) -> Iterator[int]:
    return (handle for handle in range(len(store.fates)) if store.filled(handle))
