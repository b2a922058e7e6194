"""What empty droplets hold: the ambient profile, how much barcodes vary around it, and how much of it is in the cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assayline.cells.blocks import blocks
from assayline.cells.good_turing import proportions

BOUNDS = (0.01, 10_000.0)
EXPECTED, LOWEST, FEWEST, ASSUMED = 5.0, 0.08, 20, 0.05


@dataclass(frozen=True, slots=True)
class Ambient:
    """`share` of every gene (0 for genes no barcode shows); `alpha`, the concentration of droplets around it."""

    share: Any
    alpha: float
    barcodes: int
    counts: float


def ambient(values: Any, totals: Any, own: Any, lower: float, seen: Any) -> Ambient:
    """The ambient profile of the barcodes in `own` (boolean) with 1 to `lower` counts; raises `ValueError` when there are none.

    `seen` (boolean over genes) leaves out genes that no barcode shows, as they would dilute the share of those not seen.
    """
    empty = own & (totals > 0) & (totals <= lower)
    if not empty.any():
        message = f"no barcode with 1 to {lower:g} counts"
        raise ValueError(message)
    sums = np.zeros(values.shape[1])
    pairs: dict[int, int] = {}
    width = int(lower) + 1
    for first, block in blocks(values):
        part = block[np.flatnonzero(empty[first : first + block.shape[0]])]
        sums += np.bincount(part.indices, weights=part.data, minlength=len(sums))
        keys, times = np.unique(part.indices.astype(np.int64) * width + part.data.astype(np.int64), return_counts=True)
        for key, count in zip(keys.tolist(), times.tolist(), strict=True):
            pairs[key] = pairs.get(key, 0) + count
    share = np.zeros(len(sums))
    share[seen] = proportions(sums[seen])
    keys = np.fromiter(pairs, dtype=np.int64, count=len(pairs))
    times = np.fromiter(pairs.values(), dtype=np.int64, count=len(pairs))
    alpha = _concentration(share[keys // width], keys % width, times, totals[empty])
    return Ambient(share, alpha, int(empty.sum()), float(sums.sum()))


def _concentration(share: Any, counts: Any, times: Any, totals: Any) -> float:
    """The most likely concentration, given how often a gene of that share had that count in an empty droplet."""
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    depth, barcodes = np.unique(totals, return_counts=True)

    def unlikely(alpha: float) -> float:
        of_totals = (barcodes * (gammaln(alpha) - gammaln(depth + alpha))).sum()
        of_genes = (times * (gammaln(counts + alpha * share) - gammaln(alpha * share))).sum()
        return -float(of_totals + of_genes)

    return float(minimize_scalar(unlikely, bounds=BOUNDS, method="bounded", options={"xatol": 1e-3}).x)


def contamination(first: Any, second: Any, share: Any) -> dict[str, Any]:
    """The share of ambient counts in groups of cells over a profile; both tables hold sums of half the cells (groups × genes).

    Genes that a group does not express show nothing but ambient counts. They are chosen in one half, as those of the lowest
    ratio of observed to ambient share, and counted in the other, so that choosing them does not bend the estimate. `estimate`
    is None where there are not counts enough.
    """
    found, sizes = [], []
    able = np.flatnonzero(share >= np.median(share[share > 0]))
    for one, other in zip(np.asarray(first, dtype=float), np.asarray(second, dtype=float), strict=True):
        total, expected, observed = one.sum() + other.sum(), 0.0, 0.0
        for chosen, counted in ((one, other), (other, one)):
            lowest = able[np.argsort(chosen[able] / share[able], kind="stable")[: max(FEWEST, int(LOWEST * len(able)))]]
            expected += counted.sum() * share[lowest].sum()
            observed += counted[lowest].sum()
        if expected * ASSUMED >= EXPECTED:
            found.append(float(observed / expected))
            sizes.append(total)
    if not found:
        return {"estimate": None, "groups": 0}
    order = np.argsort(found)
    weight = np.cumsum(np.array(sizes)[order]) / np.sum(sizes)
    middle = float(np.array(found)[order][int(np.searchsorted(weight, 0.5))])
    return {"estimate": min(1.0, middle), "groups": len(found), "lowest": min(found), "highest": min(1.0, max(found))}
