"""Versions of Nextflow and what a manifest demands of them (`!>=25.04.3`, `>=23.04.0, <26`, `24.10+`)."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

COMPARE: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    "": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
TERM = re.compile(r"\s*(>=|<=|!=|==|=|>|<|)\s*v?(\d+(?:\.\d+)*)[\w.-]*?(\+?)\s*")


def numbers(version: str) -> tuple[int, ...]:
    """`25.04.2` as (25, 4, 2): the first three numbers, padded with zeros; a build number or a suffix does not count."""
    found = [int(part) for part in re.findall(r"\d+", version.partition("-")[0])[:3]]
    return tuple((*found, 0, 0, 0)[:3])


@dataclass(frozen=True, slots=True)
class Demand:
    """What `manifest.nextflowVersion` says; with a leading `!` Nextflow refuses to run, without it only warns."""

    text: str

    @property
    def strict(self) -> bool:
        """Whether another version is refused."""
        return self.text.lstrip().startswith("!") and not self.text.lstrip().startswith("!=")

    def terms(self) -> list[tuple[str, str]]:
        """Comparison and version of every term; a term that does not parse is an error of the manifest: ValueError."""
        body = self.text.strip()
        found = []
        for part in (body[1:] if self.strict else body).split(","):
            match = TERM.fullmatch(part)
            if match is None:
                raise ValueError(part)
            found.append((">=" if match[3] else match[1], match[2]))
        return found

    def met(self, version: str) -> bool:
        """Whether a version meets every term; ValueError when the manifest's words do not parse."""
        have = numbers(version)
        return all(COMPARE[sign](have, numbers(wanted)) for sign, wanted in self.terms())
