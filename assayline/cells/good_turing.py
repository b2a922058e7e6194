"""Proportions of genes from counts that miss many of them.

Simple Good–Turing: Gale and Sampson 1995, doi:10.1080/09296179508590051.
"""

from __future__ import annotations

from typing import Any

import numpy as np

CONFIDENCE = 1.96


def proportions(counts: Any) -> Any:
    """The proportion of every gene, also of those not seen, summing to one; raises `ValueError` when nothing was counted."""
    counts = np.asarray(np.round(counts), dtype=np.int64)
    if counts.sum() == 0:
        message = "no counts"
        raise ValueError(message)
    seen, frequency = np.unique(counts[counts > 0], return_counts=True)
    unseen = int((counts == 0).sum())
    total = float((seen * frequency).sum())
    zero = float(frequency[0]) / total if seen[0] == 1 else 0.0
    smoothed = _smoothed(seen.astype(float), frequency.astype(float))
    share = (1 - zero) * smoothed / (smoothed * frequency).sum()
    found = np.zeros(len(counts))
    found[counts > 0] = share[np.searchsorted(seen, counts[counts > 0])]
    if unseen:
        found[counts == 0] = zero / unseen
    still = found <= 0
    if still.any():  # every gene seen at least twice: one count is shared out
        found[~still] *= 1 - 1 / total
        found[still] = 1 / total / still.sum()
    return found / found.sum()


def _smoothed(seen: Any, frequency: Any) -> Any:
    """The expected count behind every observed one: Turing's where it is clear, else the log-linear trend's."""
    before = np.concatenate([[0.0], seen[:-1]])
    after = np.concatenate([seen[1:], [2 * seen[-1] - before[-1]]])
    height = 2 * frequency / (after - before)
    slope = -1.0
    if len(seen) > 1:
        x, y = np.log(seen), np.log(height)
        slope = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
    trend = seen * (1 + 1 / seen) ** (slope + 1)
    found = trend.copy()
    for place in range(len(seen) - 1):
        if seen[place + 1] != seen[place] + 1:
            break
        ratio = frequency[place + 1] / frequency[place]
        turing = (seen[place] + 1) * ratio
        spread = np.sqrt((seen[place] + 1) ** 2 * frequency[place + 1] / frequency[place] ** 2 * (1 + ratio))
        if abs(turing - trend[place]) <= CONFIDENCE * spread:
            break
        found[place] = turing
    return found
