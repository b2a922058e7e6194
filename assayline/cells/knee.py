"""The curve of barcodes by rank: its knee, above which every barcode is a cell, and its inflection.

Ranks, bounds and curvature follow DropletUtils' barcodeRanks (Lun et al. 2019, doi:10.1186/s13059-019-1662-y): the knee is
where the signed curvature of a smoothing spline (20 degrees of freedom, log10 of counts over log10 of rank) is least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

LEFT_OUT = 50  # barcodes of the highest ranks, whose curve is noise
FREEDOM = 20.0


@dataclass(frozen=True, slots=True)
class Curve:
    """`rank` and `counts` of every distinct total, highest first; the totals at knee and inflection."""

    rank: Any
    counts: Any
    knee: float
    inflection: float


def curve(totals: Any, lower: float) -> Curve:
    """The curve of the barcodes' totals; raises `ValueError` when fewer than three distinct totals lie above `lower`."""
    values, sizes = np.unique(np.asarray(totals), return_counts=True)
    values, sizes = values[::-1], sizes[::-1]
    rank = np.cumsum(sizes) - (sizes - 1) / 2
    kept = values > lower
    if kept.sum() < 3:
        message = f"{int(kept.sum())} distinct totals above {lower:g}"
        raise ValueError(message)
    x, y = np.log10(rank[kept]), np.log10(values[kept])
    slopes = np.diff(y) / np.diff(x)
    skip = min(len(slopes) - 1, int((x <= np.log10(LEFT_OUT)).sum()))
    right = int(np.argmin(slopes[skip:]))
    left = int(np.argmax(slopes[skip : skip + right + 1]))
    left, right = left + skip, right + skip
    inside = slice(left, right + 1)
    knee = y[left]
    if right - left >= 3:
        first, second = _derivatives(x[inside], y[inside])
        knee = y[inside][int(np.argmin(second / (1 + first**2) ** 1.5))]
    return Curve(rank, values, float(10**knee), float(10 ** y[right]))


def _derivatives(x: Any, y: Any) -> tuple[Any, Any]:
    """First and second derivative, at `x`, of the cubic smoothing spline with the wanted degrees of freedom."""
    from scipy.interpolate import BSpline
    from scipy.linalg import eigh
    from scipy.optimize import brentq

    scaled = (x - x[0]) / (x[-1] - x[0])
    places = scaled[np.linspace(0, len(x) - 1, _knots(len(x))).astype(int)]
    knots = np.concatenate([[0.0] * 3, places, [1.0] * 3])
    basis = BSpline.design_matrix(np.clip(scaled, 0, 1), knots, 3).toarray()
    size = basis.shape[1]
    curved = [BSpline(knots, row, 3).derivative(2) for row in np.eye(size)]
    middle, half = (places[1:] + places[:-1]) / 2, np.diff(places) / 2
    points = np.concatenate([middle - half / np.sqrt(3), middle + half / np.sqrt(3)])
    bent = np.array([function(points) for function in curved])
    penalty = (bent * np.concatenate([half, half])) @ bent.T
    normal = basis.T @ basis + 1e-10 * np.eye(size)
    roughness, vectors = eigh(penalty, normal)
    roughness = np.clip(roughness, 0, None)
    target = min(FREEDOM, size - 0.5)

    def excess(power: float) -> float:
        return float((1 / (1 + np.exp(power) * roughness)).sum() - target)

    weight = np.exp(brentq(excess, -40, 40)) if excess(-40) > 0 > excess(40) else 0.0
    weights = vectors @ ((vectors.T @ (basis.T @ y)) / (1 + weight * roughness))
    fit, width = BSpline(knots, weights, 3), x[-1] - x[0]
    return fit.derivative(1)(scaled) / width, fit.derivative(2)(scaled) / width**2


def _knots(points: int) -> int:
    """How many knots R's smooth.spline takes for so many points."""
    if points < 50:
        return points
    steps = np.log2([50, 100, 140, 200])
    for low, high, one, other in ((50, 200, 0, 1), (200, 800, 1, 2), (800, 3200, 2, 3)):
        if points < high:
            return int(2 ** (steps[one] + (steps[other] - steps[one]) * (points - low) / (high - low)))
    return int(200 + (points - 3200) ** 0.2)
