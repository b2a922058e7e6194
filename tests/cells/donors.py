"""Pseudobulk of donors in two conditions with known truth, drawn cell by cell but quickly, for tests over many seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas


def donors(
    seed: int, *, each: int = 4, genes: int = 200, cells: int = 40, depth: float = 1500, changed: float = 0.0
) -> tuple[Any, Any, Any]:
    """Counts (donors × genes), the table of donors, and which genes were changed twofold; donors spread by 0.3."""
    random = np.random.default_rng(seed)
    base = random.gamma(0.6, 1.0, genes) + 0.01
    base /= base.sum()
    effect = random.normal(0, 0.3, (2 * each, genes))
    shift = np.zeros(genes)
    if changed:
        own = random.choice(genes, int(changed * genes), replace=False)
        shift[own] = np.log(2) * random.choice([-1, 1], len(own))
    condition = np.repeat([0, 1], each)
    mean = base * np.exp(effect + shift * condition[:, None])
    mean /= mean.sum(axis=1, keepdims=True)
    size = depth * random.lognormal(0, 0.3, (2 * each, cells))
    counts = random.poisson(size[:, :, None] * mean[:, None] * random.gamma(2.0, 0.5, (2 * each, cells, genes))).sum(axis=1)
    names = [f"u{number}" for number in range(2 * each)]
    units = pandas.DataFrame({"donor": names, "condition": np.where(condition, "treated", "control")}, index=names)
    return counts, units, shift != 0
