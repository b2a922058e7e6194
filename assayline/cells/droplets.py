"""Which barcodes of a raw matrix hold cells: emptyDrops as DropletUtils does it (Lun 2019, doi:10.1186/s13059-019-1662-y).

Barcodes of at most `lower` counts give the ambient profile. Every deeper one is tested against it by Monte Carlo: droplets of
the same depth are drawn from a Dirichlet-multinomial around the profile (a Pólya urn, all iterations side by side). Barcodes
above the knee are cells whatever their profile; the others at a false discovery rate (Benjamini–Hochberg) of at most `rate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assayline.cells.ambient import Ambient, ambient
from assayline.cells.blocks import blocks
from assayline.cells.knee import Curve, curve

LOWER, RATE, ITERATIONS, BATCH = 100, 0.001, 10_000, 500


@dataclass(slots=True)
class Called:
    """For every barcode of a sample `p` and `rate` (NaN where not tested) and `cell`; the profile and the curve they stand on."""

    p: Any
    rate: Any
    cell: Any
    ambient: Ambient
    curve: Curve
    lower: float


def call(values: Any, totals: Any, own: Any, seen: Any, *, lower: float = LOWER, rate: float = RATE, seed: int = 0) -> Called:
    """Call cells among the barcodes marked in `own` of a barcodes × genes matrix; raises `ValueError` without empty droplets."""
    found = ambient(values, totals, own, lower, seen)
    bend = curve(totals[own], lower)
    tested = own & (totals > lower)
    always = tested & (totals >= bend.knee)
    unsure = tested & ~always
    p = np.full(len(totals), np.nan)
    p[always] = 0.0
    p[unsure] = _monte_carlo(_likelihood(values, unsure, found), totals[unsure].astype(int), found, seed)
    adjusted = np.full(len(totals), np.nan)
    adjusted[tested] = benjamini_hochberg(p[tested])
    cell = tested & (np.nan_to_num(adjusted, nan=1.0) <= rate)
    return Called(p, adjusted, cell, found, bend, lower)


def benjamini_hochberg(p: Any) -> Any:
    """Adjusted p-values that control the false discovery rate."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return adjusted


def _likelihood(values: Any, wanted: Any, of: Ambient) -> Any:
    """The part of a barcode's log-likelihood that does not follow from its total alone."""
    from scipy.special import gammaln

    weight = of.alpha * of.share
    found = np.zeros(int(wanted.sum()))
    done = 0
    for first, block in blocks(values):
        part = block[np.flatnonzero(wanted[first : first + block.shape[0]])]
        if part.shape[0]:
            own, count = weight[part.indices], part.data.astype(float)
            terms = gammaln(count + own) - gammaln(own) - gammaln(count + 1)
            rows = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
            found[done : done + part.shape[0]] = np.bincount(rows, weights=terms, minlength=part.shape[0])
            done += part.shape[0]
    return found


def _monte_carlo(observed: Any, totals: Any, of: Ambient, seed: int) -> Any:
    """The p-value of every barcode: how often ambience alone gives a droplet of its depth that is no more likely than it."""
    if not len(totals):
        return np.zeros(0)
    random = np.random.default_rng(seed)
    genes = np.flatnonzero(of.share > 0)
    weight = of.alpha * of.share[genes]
    edges = np.cumsum(of.share[genes])
    depths, place = np.unique(totals, return_inverse=True)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(depths) + 1))
    ranked = [np.sort(observed[order[bounds[at] : bounds[at + 1]]]) for at in range(len(depths))]
    lower_or_equal = [np.zeros(len(row), dtype=np.int64) for row in ranked]
    deepest = int(depths[-1])
    for start in range(0, ITERATIONS, BATCH):
        size = min(BATCH, ITERATIONS - start)
        urn = _Urn(size, deepest, edges / edges[-1], weight, of.alpha, random)
        reached = 0
        for at, depth in enumerate(depths):
            urn.draw(int(depth) - reached)
            reached = int(depth)
            lower_or_equal[at] += np.searchsorted(np.sort(urn.likelihood), ranked[at] + 1e-9, side="right")
    p = np.empty(len(totals))
    for at, row in enumerate(lower_or_equal):
        members = order[bounds[at] : bounds[at + 1]]
        p[members[np.argsort(observed[members], kind="stable")]] = (row + 1) / (ITERATIONS + 1)
    return p


class _Urn:
    """Droplets filled by one molecule at a time, a copy of one drawn before or fresh from the profile; likelihoods run along."""

    def __init__(self, size: int, deepest: int, edges: Any, weight: Any, alpha: float, random: Any) -> None:
        self.past = np.zeros((deepest, size), dtype=np.int32)
        self.counts = np.zeros((size, len(weight)), dtype=np.int16)
        self.likelihood = np.zeros(size)
        self.edges, self.weight, self.alpha, self.random, self.filled = edges, weight, alpha, random, 0
        self.rows = np.arange(size)

    def draw(self, molecules: int) -> None:
        """Add molecules to every droplet."""
        size = len(self.rows)
        for _ in range(molecules):
            gene = np.searchsorted(self.edges, self.random.random(size), side="right").astype(np.int32)
            np.minimum(gene, len(self.weight) - 1, out=gene)
            if self.filled:
                copied = self.random.random(size) >= self.alpha / (self.alpha + self.filled)
                rows = self.rows[copied]
                gene[rows] = self.past[self.random.integers(0, self.filled, len(rows)), rows]
            before = self.counts[self.rows, gene]
            self.likelihood += np.log(before + self.weight[gene]) - np.log(before + 1.0)
            self.counts[self.rows, gene] = before + 1
            self.past[self.filled] = gene
            self.filled += 1
