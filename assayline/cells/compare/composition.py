"""Whether conditions differ in how many cells of each cluster they have, with donors as replicates and with uncertainty.

Shares of one donor sum to one, so a cluster that grows makes the others shrink. The shares are therefore compared as centred
log-ratios (Aitchison 1982), with half a cell added, by Welch's t (paired where donors are in both conditions); the interval
is that of t.
"""

from __future__ import annotations

from typing import Any

import numpy as np

HALF = 0.5
LEVEL = 0.95


def shift(obs: Any, unit: str, condition: str, levels: tuple[str, str], *, paired: bool) -> Any:
    """A table of clusters for the second level against the first.

    Columns: cluster, share_first, share_second (means over donors), log2_ratio (of centred log-ratios), low and high (95 %), p,
    p_adjusted. Empty where a level has fewer than two donors.
    """
    import pandas
    from scipy.stats import t

    from assayline.cells.droplets import benjamini_hochberg

    counts = pandas.crosstab([obs[condition].astype(str), obs[unit].astype(str)], obs["cluster"].astype(str))
    shares = counts.div(counts.sum(axis=1), axis=0)
    logs = np.log2(counts + HALF)
    centred = logs.sub(logs.mean(axis=1), axis=0)
    one, other = (centred.xs(level, level=0) for level in levels)
    if paired:
        both = one.index.intersection(other.index)
        one, other = (other.loc[both] - one.loc[both]), None
    if len(one) < 2 or (other is not None and len(other) < 2):
        return pandas.DataFrame(columns=["cluster"])
    if other is None:
        difference, error = one.mean().to_numpy(), np.sqrt(one.var(ddof=1) / len(one)).to_numpy()
        freedom = np.full(len(difference), len(one) - 1.0)
    else:
        parts = [(part.var(ddof=1) / len(part)).to_numpy() for part in (one, other)]
        difference, error = (other.mean() - one.mean()).to_numpy(), np.sqrt(parts[0] + parts[1])
        below = parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(other) - 1)
        freedom = np.divide((parts[0] + parts[1]) ** 2, below, out=np.ones_like(below), where=below > 0)
    width = t.ppf((1 + LEVEL) / 2, freedom) * error
    p = 2 * t.sf(np.abs(np.divide(difference, error, out=np.zeros_like(error), where=error > 0)), freedom)
    means = [shares.xs(level, level=0).mean().to_numpy() for level in levels]
    table = {"cluster": counts.columns, "share_first": means[0], "share_second": means[1], "log2_ratio": difference}
    table |= {"low": difference - width, "high": difference + width, "p": p, "p_adjusted": benjamini_hochberg(p)}
    return pandas.DataFrame(table)
