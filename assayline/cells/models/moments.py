"""Spliced and unspliced counts smoothed over neighbouring cells: what veloVI reads, since single counts are too few for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import dense


def moments(data: Any, neighbours: int = 30, dimensions: int = 20, seed: int = 0) -> None:
    """Put means over neighbours into `layers['Ms']` and `layers['Mu']`, each gene's greatest value being 1.

    Counts come from `layers['spliced']` and `layers['unspliced']`, made equally deep first; neighbours are nearest in principal
    components of log spliced values (first moments: Bergen et al. 2020, scVelo).
    """
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    values = {}
    for name in ("spliced", "unspliced"):
        counts = dense(data.layers[name])
        total = counts.sum(axis=1, keepdims=True)
        values[name] = counts / np.maximum(total, 1) * np.median(total)
    count = max(2, min(dimensions, data.n_obs - 1, data.n_vars - 1))
    space = PCA(n_components=count, random_state=seed).fit_transform(np.log1p(values["spliced"]))
    near = NearestNeighbors(n_neighbors=min(neighbours, data.n_obs)).fit(space).kneighbors(space, return_distance=False)
    for name, layer in (("spliced", "Ms"), ("unspliced", "Mu")):
        smooth = values[name][near].mean(axis=1)
        data.layers[layer] = (smooth / np.maximum(smooth.max(axis=0), 1e-12)).astype(np.float32)
