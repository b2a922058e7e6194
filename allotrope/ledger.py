"""The ledger: every filled cell of the source is mapped, kept or ignored with a reason; stored as rectangles, not by cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.errors import Unaccounted
from allotrope.record import IGNORED, KEPT, MAPPED, UNREAD, Store
from allotrope.regions import regions

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = "assayline/ledger/1"
NAMES = {MAPPED: "mapped", KEPT: "kept"}


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells with one fate."""

    region: str
    fate: str
    count: int
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The run as plain JSON, without an empty reason."""
        body: dict[str, Any] = {"region": self.region, "fate": self.fate, "count": self.count}
        return body | {"reason": self.reason} if self.reason else body


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of filled cells by fate, and the runs they make up; `parts` names each container part and its kind."""

    mapped: int
    kept: int
    ignored: int
    runs: tuple[Run, ...]
    parts: tuple[dict[str, Any], ...] = ()

    @property
    def cells(self) -> int:
        """All filled cells; equal to mapped + kept + ignored."""
        return self.mapped + self.kept + self.ignored

    def to_json(self) -> dict[str, Any]:
        """The ledger as plain JSON with its version."""
        counts = {"cells": self.cells, "mapped": self.mapped, "kept": self.kept, "ignored": self.ignored}
        return {"schema": VERSION, **counts, "parts": list(self.parts), "runs": [run.to_json() for run in self.runs]}


def balance(stores: Iterable[Store], file: str) -> Ledger:
    """The ledger of all parts of a source; raises Unaccounted if a filled cell has no fate."""
    counts = {MAPPED: 0, KEPT: 0, IGNORED: 0}
    runs: list[Run] = []
    parts = []
    for store in stores:
        store.settle()
        total = 0
        for region, fate, count in regions(store):
            if fate == UNREAD:
                raise Unaccounted(file=file, found=count, where=region, expected="all")
            counts[min(fate, IGNORED)] += count
            total += count
            reason = store.reasons[fate - IGNORED] if fate >= IGNORED else ""
            runs.append(Run(region, NAMES.get(fate, "ignored"), count, reason))
        parts.append({"name": store.name, "cells": total, **store.facts})
    return Ledger(counts[MAPPED], counts[KEPT], counts[IGNORED], tuple(runs), tuple(parts))
