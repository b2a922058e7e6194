"""Differences of two ASM documents by meaning: values, units, paths, order and links.

No difference: the converter's version, generated identifiers that stand one to one, the order of keys, `1` and `1.0`, two
spellings of one character (µ and μ), two offsets of one instant. A difference: a value, unit or type that changed, a place
that is gone or new, an identifier that points elsewhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from allotrope.tables.entries import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "ASM converter version"
_GENERATED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_INDEX = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference at a JSON pointer of the old document (of the new one for `new`): value, unit, type, link, gone or new."""

    kind: str
    path: str
    old: Any = None
    new: Any = None

    @property
    def general(self) -> str:
        """The path with every index left open, so that differences of one column can be counted together."""
        return _INDEX.sub("/*", self.path)

    def to_json(self) -> dict[str, Any]:
        """The difference as plain JSON; whole branches as the number of their values."""
        body: dict[str, Any] = {"kind": self.kind, "path": self.path}
        for name, value in (("old", self.old), ("new", self.new)):
            if value is not None:
                body[name] = {"values": _leaves(value)} if isinstance(value, (dict, list)) else value
        return body


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """What differs between two documents, in the order of the old one."""
    walk = _Walk()
    walk.node(old, new, "", "")
    return walk.found


def summary(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """Differences of one kind at one open path counted together, with the first of them."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for one in found:
        groups.setdefault((one.kind, one.general), []).append(one)
    return [{**group[0].to_json(), "path": general, "count": len(group)} for (_, general), group in groups.items()]


class _Walk:
    """One comparison: what was found, and which generated identifiers stand for each other."""

    def __init__(self) -> None:
        self.found: list[Difference] = []
        self.new_of: dict[str, str] = {}
        self.old_of: dict[str, str] = {}

    def node(self, old: Any, new: Any, path: str, key: str) -> None:
        """Compare two values under one key."""
        if isinstance(old, dict) and isinstance(new, dict):
            self.objects(old, new, path)
        elif isinstance(old, list) and isinstance(new, list):
            self.lists(old, new, path, key)
        elif _is_generated(old, key) and _is_generated(new, key):
            if self.new_of.setdefault(old, new) != new or self.old_of.setdefault(new, old) != old:
                self.found.append(Difference("link", path, old, new))
        elif _kind(old) != _kind(new):
            self.found.append(Difference("type", path, old, new))
        elif not _same(old, new, key):
            self.found.append(Difference("unit" if key == "unit" else "value", path, old, new))

    def objects(self, old: dict[str, Any], new: dict[str, Any], path: str) -> None:
        """Compare two objects by their keys."""
        spelled = {_plain(key): key for key in new}
        for key, value in old.items():
            if key == VERSION:
                continue
            at = f"{path}/{escape(key)}"
            there = key if key in new else spelled.get(_plain(key))
            if there is None:
                self.found.append(Difference("gone", at, old=value))
            else:
                self.node(value, new[there], at, key)
        known = {_plain(key) for key in old}
        for name, key in spelled.items():
            if name not in known and key != VERSION:
                self.found.append(Difference("new", f"{path}/{escape(key)}", new=new[key]))

    def lists(self, old: list[Any], new: list[Any], path: str, key: str) -> None:
        """Compare two lists in order; where their lengths differ, what is equal on both sides is aligned first."""
        if len(old) == len(new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                self.node(one, other, f"{path}/{index}", key)
            return
        for first, last, start, end in _aligned(old, new):
            both = min(last - first, end - start)
            for index in range(both):
                self.node(old[first + index], new[start + index], f"{path}/{first + index}", key)
            self.found += [Difference("gone", f"{path}/{index}", old=old[index]) for index in range(first + both, last)]
            self.found += [Difference("new", f"{path}/{index}", new=new[index]) for index in range(start + both, end)]


def _aligned(old: list[Any], new: list[Any]) -> list[tuple[int, int, int, int]]:
    """Stretches (first and last of the old, of the new) that belong together; common ends are cut off before the search."""
    ours, theirs = [_token(item) for item in old], [_token(item) for item in new]
    shorter = min(len(ours), len(theirs))
    head = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    tail = next((at for at in range(shorter - head) if ours[-1 - at] != theirs[-1 - at]), shorter - head)
    inner = SequenceMatcher(None, ours[head : len(ours) - tail], theirs[head : len(theirs) - tail], autojunk=False)
    middle = [(head + a, head + b, head + c, head + d) for _, a, b, c, d in inner.get_opcodes()]
    ends = (len(ours) - tail, len(ours), len(theirs) - tail, len(theirs))
    return [(0, head, 0, head), *middle, ends]


def _token(item: Any) -> str:
    """An item's content without generated identifiers and version, as text."""
    return json.dumps(_stripped(item, ""), sort_keys=True)


def _stripped(item: Any, key: str) -> Any:
    if isinstance(item, dict):
        return {_plain(name): _stripped(value, name) for name, value in item.items() if name != VERSION}
    if isinstance(item, list):
        return [_stripped(value, key) for value in item]
    return "" if _is_generated(item, key) else item


def _is_generated(value: Any, key: str) -> bool:
    return isinstance(value, str) and key.endswith("identifier") and _GENERATED.fullmatch(value) is not None


def _kind(value: Any) -> str:
    """The type as JSON tells types apart; whole numbers and others are one."""
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def _same(old: Any, new: Any, key: str) -> bool:
    if old == new or (isinstance(old, float) and old != old and new != new):
        return True
    if not isinstance(old, str):
        return False
    if _plain(old) == _plain(new):
        return True
    return key.endswith(("time", "timestamp datum")) and _instant(old) is not None and _instant(old) == _instant(new)


def _instant(text: str) -> datetime | None:
    """The instant of a time with an offset; None for any other text, whose wall clock must stay as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _leaves(node: Any) -> int:
    if isinstance(node, dict):
        return sum(map(_leaves, node.values()))
    return sum(map(_leaves, node)) if isinstance(node, list) else 1
