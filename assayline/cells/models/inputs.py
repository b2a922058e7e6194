"""What a model reads from an AnnData: a place, and what must stand there; told from the values, not from names.

Not `assayline.cells.needs`: that asks the gate's report whether a station may begin; data given in Python never saw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assayline.errors import Refused

UNLABELLED = "unknown"


@dataclass(frozen=True, slots=True)
class Input:
    """One place (`layers/counts`, `obs/sample`, `obsm/protein`, `X`) and the kind of what stands there.

    Kinds: counts (whole, not negative), log (fractions below 25), coordinates (two
    columns), groups (at least two), labels (at least two beside `unknown`), column (anything, for every cell). `how` says
    where the command line takes it from.
    """

    place: str
    kind: str
    what: str
    how: str = ""


def at(data: Any, place: str) -> Any:
    """What stands at a place, or None."""
    slot, _, key = place.partition("/")
    holder = getattr(data, slot)
    if not key:
        return holder
    return holder.get(key)


def wanting(data: Any, needs: tuple[Input, ...]) -> list[tuple[str, str, str]]:
    """For every need that is not met what was found, what was expected, and where it comes from."""
    lacks = []
    for need in needs:
        values = at(data, need.place)
        found = "nothing" if values is None else _wrong(values, need.kind)
        if found:
            lacks.append((f"{found} at {need.place}", f"{need.what} ({need.kind}) at {need.place}", need.how))
    return lacks


def _wrong(values: Any, kind: str) -> str:
    """What is wrong with values for a kind; empty when nothing is."""
    if kind in ("groups", "labels", "column") and values.isna().any():
        return "cells without a value"
    if kind in ("groups", "labels"):
        known = {str(value) for value in values if str(value) != UNLABELLED or kind == "groups"}
        return "" if len(known) >= 2 else f"{len(known)} {kind}"
    if kind == "column":
        return ""
    numbers = np.asarray(values.data if hasattr(values, "indptr") else values, dtype=float)
    if not np.isfinite(numbers).all():
        return "values that are not finite"
    if kind == "coordinates":
        return "" if numbers.ndim == 2 and numbers.shape[1] == 2 else f"an array of shape {numbers.shape}"
    whole = not (np.abs(numbers - np.round(numbers)) > 1e-6).any()
    if (numbers < 0).any():
        return "negative values"
    if kind == "counts" and not whole:
        return "values that are not whole numbers"
    if kind == "log" and whole:
        return "whole numbers"
    return "values too large for logarithms" if kind == "log" and numbers.max() >= 25 else ""


def other_genes(data: Any, count: int, what: object, step: str) -> Refused:
    """What is said of data whose genes are not the model's `count` genes in their order."""
    return Refused(
        what=f"genes of the data for {what}",
        found=f"{data.n_vars} genes that are not those of the model",
        expected=f"its {count} genes in their order",
        next=step,
    )


def dense(values: Any, kind: Any = np.float64) -> Any:
    """Values (cells × features), sparse or not, as a plain array of a type."""
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=kind)
