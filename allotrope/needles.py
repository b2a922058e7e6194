"""Needles: plain texts of which a match of a pattern must hold one, so that most patterns need not be searched for."""

from __future__ import annotations

import re

SHORTEST = 3
"""Letters of a needle that is worth looking for."""
_MANY = re.compile(r"(?:\*|\?|\{0?,\d*\}|\{0\}|\{0,\d*\})[+?]?|(?:\+|\{\d+(?:,\d*)?\})[+?]?")
_OPENS = re.compile(r"\((?!\?)|\(\?(?:[aims-]*:|=|<?!|<=|P<\w+>|>)")
_KNOWN = "dDsSwWbBAZtnrfv"
"""Letters that stand for several characters, or for one that is no part of a needle."""


def needles(pattern: str) -> tuple[str, ...]:
    """Case-folded texts of which every match holds at least one; empty where the pattern does not tell."""
    try:
        return _Reader(pattern).alternatives()
    except NotImplementedError:
        return ()


class _Reader:
    """One pass over a pattern; what is not understood is no needle."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> tuple[str, ...]:
        """The needles of alternatives up to the end of their group: one each, or none at all."""
        branches = [self._branch()]
        while self.at < len(self.pattern) and self.pattern[self.at] == "|":
            self.at += 1
            branches.append(self._branch())
        self.at += 1
        return tuple(dict.fromkeys(text for branch in branches for text in branch)) if all(branches) else ()

    def _branch(self) -> tuple[str, ...]:
        """The best needles of a sequence: those whose shortest is longest."""
        found: list[tuple[str, ...]] = [()]
        run = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            part = self._part()
            many = _MANY.match(self.pattern, self.at)
            self.at = many.end() if many else self.at
            optional = many is not None and many[0][0] != "+" and not many[0][1:2].strip("0,").isdigit()
            if isinstance(part, str) and part and many is None:
                run += part
                continue
            if isinstance(part, str):
                run += "" if optional else part
            elif not optional:
                found.append(part)
            found.append((run.casefold(),))
            run = ""
        found.append((run.casefold(),))
        return max(found, key=_worth) if _worth(max(found, key=_worth)) >= SHORTEST else ()

    def _part(self) -> str | tuple[str, ...]:
        """The next part: a plain character, the needles of a group, or an empty text for what may be several things."""
        text, at = self.pattern, self.at
        opened = _OPENS.match(text, at)
        if opened:
            self.at = opened.end()
            inside = self.alternatives()
            return () if opened[0].endswith("!") else inside
        self.at += 1
        if text[at] == "(" or (text[at] == "\\" and text[at + 1].isalnum() and text[at + 1] not in _KNOWN):
            raise NotImplementedError
        if text[at] == "[":
            end = text.index("]", at + (3 if text.startswith("[^", at) else 2))
            self.at = end + 1
            return ""
        if text[at] == "\\":
            self.at += 1
            return "" if text[at + 1].isalnum() else text[at + 1]
        return "" if text[at] in "^$." else text[at]


def _worth(needles: tuple[str, ...]) -> int:
    return min(map(len, needles), default=0)
