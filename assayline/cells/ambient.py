"""What empty droplets hold: the ambient profile, how much barcodes vary around it, and how much of it is in the cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assayline.cells.blocks import blocks
from assayline.cells.good_turing import proportions

BOUNDS = (0.01, 10_000.0)
EXPECTED, LOWEST, ASSUMED = 20.0, 5, 0.05


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


def contamination(sums: Any, share: Any) -> dict[str, Any]:
    """The share of ambient counts in groups of cells: `sums` (groups × genes) over a profile.

    A gene that a group does not express shows nothing but ambient counts, so the lowest ratios of observed to ambient share
    are the estimate; only genes are used of which 5 % ambience would give at least 20 counts. `estimate` is None where no
    gene is strong enough.
    """
    found, sizes = [], []
    for row in np.asarray(sums, dtype=float):
        total = row.sum()
        strong = share * total * ASSUMED >= EXPECTED
        if strong.sum() >= 4 * LOWEST:
            ratio = np.sort(row[strong] / (share[strong] * total))
            found.append(float(np.median(ratio[:LOWEST])))
            sizes.append(total)
    if not found:
        return {"estimate": None, "groups": 0}
    order = np.argsort(found)
    weight = np.cumsum(np.array(sizes)[order]) / np.sum(sizes)
    middle = float(np.array(found)[order][int(np.searchsorted(weight, 0.5))])
    return {"estimate": min(1.0, middle), "groups": len(found), "lowest": min(found), "highest": min(1.0, max(found))}
