"""Names that do not leave the machine: samples, donors and users become `sample-A`, `donor-B`, put back in what is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assayline.evidence import Evidence

OPEN = frozenset({"cluster"})  # kinds of names that this project made itself


def letters(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA: no digits, since a digit in a sentence is a number to be checked."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        text = ascii_uppercase[rest] + text
    return text


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Both directions of the replacement; made from the names that the evidence is about."""

    names: dict[str, str]

    @classmethod
    def of(cls, facts: Iterable[Evidence]) -> Pseudonyms:
        """A pseudonym for every name in `about`, in the order in which they come."""
        names: dict[str, str] = {}
        counts: dict[str, int] = {}
        for fact in facts:
            for kind, name in fact.about.items():
                if kind not in OPEN and name and name not in names:
                    names[name] = f"{kind}-{letters(counts.get(kind, 0))}"
                    counts[kind] = counts.get(kind, 0) + 1
        return cls(names)

    def hide(self, text: str) -> str:
        """The text with every name replaced, the longest first."""
        return _replace(text, self.names)

    def restore(self, text: str) -> str:
        """The text with every pseudonym replaced by its name."""
        return _replace(text, {pseudonym: name for name, pseudonym in self.names.items()})

    def fact(self, fact: Evidence) -> dict[str, Any]:
        """What of a fact leaves the machine: id, what, value, unit and pseudonyms; never a file or a path."""
        value = fact.value
        if isinstance(value, str):
            value = self.hide(value)
        elif isinstance(value, list):
            value = [self.hide(item) for item in value]
        body: dict[str, Any] = {"id": fact.id, "what": self.hide(fact.what), "value": value, "unit": fact.unit}
        if fact.about:
            body["about"] = {kind: self.names.get(name, name) for kind, name in fact.about.items()}
        return body | ({"difference": True} if fact.difference else {})


def _replace(text: str, table: dict[str, str]) -> str:
    if not table:
        return text
    pattern = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda match: table[match[0]], text)
