"""Log-normalised values and the genes that vary most, computed plainly: for looks that must be quick and need no more."""

from __future__ import annotations

from typing import Any

import numpy as np

SEEN = 3  # cells in which a gene must be seen to count as one that varies


def scaled(counts: Any, totals: Any, target: float) -> Any:
    """log1p of counts brought to one depth (cells × genes, CSR, float32)."""
    found = counts.astype(np.float32)
    factor = (target / np.maximum(1.0, totals)).astype(np.float32)
    found.data = np.log1p(found.data * np.repeat(factor, np.diff(found.indptr)))
    return found


def variable(values: Any, counts: Any, most: int) -> Any:
    """Indices of the genes, seen in three cells or more, whose variance is largest over their mean, in order."""
    mean = np.asarray(values.mean(axis=0)).ravel()
    square = np.asarray(values.multiply(values).mean(axis=0)).ravel()
    seen = np.flatnonzero(counts.getnnz(axis=0) >= SEEN)
    ratio = (square - mean**2)[seen] / np.maximum(mean[seen], 1e-9)
    return seen[np.sort(np.argsort(-ratio, kind="stable")[:most])]
