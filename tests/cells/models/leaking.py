"""Cells in tissue with known truth: transcripts leak from each into its neighbours' outlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import depths, draw, profiles, table


@dataclass(frozen=True)
class Leaking:
    """Cells with counts as seen and `obsm['spatial']`; the type of each cell, and its true share of every gene."""

    data: Any
    kind: Any
    shares: Any


def leaking(cells: int, genes: int, seed: int, leak: float = 0.3) -> Leaking:
    """Three types strewn over a square; of each cell's transcripts a part is seen in the six nearest cells instead."""
    from sklearn.neighbors import NearestNeighbors

    random = np.random.default_rng(seed)
    places = random.uniform(0, 100, (cells, 2))
    kind = random.choice(3, cells)
    shares = profiles(random, 3, genes, genes // 5, 10.0)[kind]
    own = draw(random, shares * depths(random, cells, 300))
    gone = random.binomial(own.astype(int), leak)
    near = NearestNeighbors(n_neighbors=7).fit(places).kneighbors(places, return_distance=False)[:, 1:]
    seen = own - gone
    for cell in range(cells):
        for other, part in zip(near[cell], random.multinomial(gone[cell], np.full(6, 1 / 6)).T, strict=True):
            seen[other] += part
    data = table(seen)
    data.obsm["spatial"] = places
    return Leaking(data, kind, shares)
