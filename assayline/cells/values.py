"""What the numbers of a matrix are: counts, normalised, log, scaled or corrected, told from the values alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

TOLERANCE = 1e-6  # relative; counts that went through a normalisation and back differ from whole numbers by about 1e-12
FLAT = 0.02  # coefficient of variation of the totals below which cells were brought to one depth
LOG_LIMIT = 25.0  # ln(1 + count) of any real count lies below this


@dataclass(frozen=True, slots=True)
class Values:
    """`kind` is counts, scaled, log, normalised, corrected or empty; `basis` says why; the rest are measurements behind it."""

    kind: str
    basis: str
    minimum: float
    maximum: float
    negative: int
    nonzero: int
    density: float
    fractional: int
    deviation: float
    totals_variation: float

    def to_json(self) -> dict[str, Any]:
        """The measurements as plain JSON."""
        return asdict(self)


def judge(values: Any) -> Values:
    """Judge a cells × genes CSR matrix; whole numbers whose cells all have one depth are normalised and rounded, not counts."""
    data = values.data[values.data != 0]
    size = values.shape[0] * values.shape[1]
    if not len(data):
        return Values("empty", "every value is zero", 0.0, 0.0, 0, 0, 0.0, 0, 0.0, 0.0)
    gap = np.abs(data - np.round(data))
    fractional = int((gap > TOLERANCE * np.maximum(1.0, np.abs(data))).sum())
    low, high = min(0.0, float(data.min())), float(data.max())
    facts = (low, high, int((data < 0).sum()), len(data), len(data) / size, fractional, float(gap.max()))
    variation = _variation(np.asarray(values.sum(axis=1)).ravel())
    kind, basis = _kind(values, facts, variation)
    return Values(kind, basis, *facts, variation)


def _kind(values: Any, facts: tuple[Any, ...], variation: float) -> tuple[str, str]:
    low, high, negative, nonzero, _, fractional, deviation = facts
    enough = values.shape[0] >= 10
    if negative:
        return "scaled", f"{negative} values are negative (lowest {low:.3g}); counts never are"
    if not fractional:
        if enough and variation < FLAT:
            return (
                "normalised",
                f"whole numbers, but every cell has the same total within {variation:.1%}: normalised and rounded",
            )
        noise = f" within {deviation:.0e} (float noise, rounded)" if deviation else ""
        return "counts", f"all {nonzero} non-zero values are whole numbers{noise}, none is negative, the largest is {high:.0f}"
    share = f"{fractional} of {nonzero} non-zero values are not whole numbers"
    if high < LOG_LIMIT:
        raised = values.copy()
        raised.data = np.expm1(raised.data)
        totals = np.asarray(raised.sum(axis=1)).ravel()
        if enough and _variation(totals) < FLAT:
            return "log", f"{share}; exp(x) − 1 gives every cell the total {np.median(totals):.0f}: log1p of normalised counts"
        return "log", f"{share} and the largest is {high:.3g}: logarithms or another transformation"
    if enough and variation < FLAT:
        return "normalised", f"{share} and every cell has the same total within {variation:.1%}"
    return "corrected", f"{share}; totals differ between cells: corrected (ambient, probabilistic) or partly normalised values"


def _variation(totals: Any) -> float:
    mean = float(totals.mean())
    return float(totals.std() / mean) if mean > 0 else 0.0
