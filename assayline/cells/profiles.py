"""Sums of counts over groups of cells as profiles, and how far two profiles lie apart once the noise of counting is taken off."""

from __future__ import annotations

from typing import Any

import numpy as np

PRIOR = 200.0  # counts of the background that every profile is mixed with, so that no gene is impossible
DRAWS = 10  # Poisson draws for the deviance that noise alone gives


def totals(counts: Any, groups: Any, size: int) -> Any:
    """Summed counts (groups × genes) of cells in groups 0 … size - 1; `counts` is cells × genes, CSR."""
    return np.vstack([np.asarray(counts[groups == group].sum(axis=0), dtype=float).ravel() for group in range(size)])


def background(counts: Any) -> Any:
    """The mean profile of counts (any × genes), no gene zero; sums to 1."""
    summed = np.asarray(counts.sum(axis=0), dtype=float).ravel() + 1.0
    return summed / summed.sum()


def profiles(sums: Any, behind: Any) -> Any:
    """Rows of sums as profiles that sum to 1, each mixed with the background."""
    return (sums + PRIOR * behind) / (sums.sum(axis=1, keepdims=True) + PRIOR)


def unit(rows: Any) -> Any:
    """Rows scaled to sum 1."""
    return rows / rows.sum(axis=1, keepdims=True)


def deviance(seen: Any, expected: Any) -> Any:
    """Poisson deviance of counts from expectations, summed over the last axis (nats × 2)."""
    from scipy.special import xlogy

    return 2 * (xlogy(seen, seen / expected) - (seen - expected)).sum(axis=-1)


def apart(first: Any, second: Any) -> float:
    """Deviance a count between two profiles without noise: twice the Kullback–Leibler divergence."""
    return float(deviance(first, second))


def noise(random: Any, expected: Any) -> Any:
    """The deviance that counting alone gives around expectations, for each row."""
    return np.mean([deviance(random.poisson(expected), expected) for _ in range(DRAWS)], axis=0)


def refine(counts: Any, groups: Any, behind: Any, rounds: int = 5) -> Any:
    """Each cell in the group whose profile it most likely was drawn from (multinomial), repeated until nothing moves."""
    for _ in range(rounds):
        size = int(groups.max()) + 1
        shares = np.bincount(groups, minlength=size)
        likely = np.asarray(counts @ np.log(profiles(totals(counts, groups, size), behind)).T) + np.log(shares)
        kept, moved = np.unique(likely.argmax(axis=1), return_inverse=True)
        if len(kept) == size and (moved == groups).all():
            break
        groups = moved
    return groups
