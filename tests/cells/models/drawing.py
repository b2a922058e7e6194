"""What the simulators of all modalities share: profiles of groups, counts drawn from them, and the table they stand in."""

from __future__ import annotations

from typing import Any

import numpy as np


def profiles(random: Any, groups: int, features: int, own: int, fold: float) -> Any:
    """One row a group, each summing to one; `own` features of a group, no other's, are `fold` times higher in it."""
    mean = random.gamma(0.8, 1.0, features) + 0.05
    found = np.tile(mean, (groups, 1))
    places = random.permutation(features)
    for number in range(groups):
        found[number, places[number * own : (number + 1) * own]] *= fold
    return found / found.sum(axis=1, keepdims=True)


def draw(random: Any, expected: Any, shape: float = 8.0) -> Any:
    """Negative binomial counts with these means; `shape` is the inverse of their dispersion."""
    return random.poisson(expected * random.gamma(shape, 1 / shape, expected.shape)).astype(np.float32)


def depths(random: Any, cells: int, middle: float, spread: float = 0.3) -> Any:
    """Counts that each cell has in the mean, as a column."""
    return middle * random.lognormal(0.0, spread, (cells, 1))


def table(counts: Any, **obs: Any) -> Any:
    """Counts as AnnData with `layers['counts']`, `obs['sample']` (one, unless given) and what else is known of the cells."""
    import anndata
    from scipy.sparse import csr_matrix

    data = anndata.AnnData(csr_matrix(counts))
    data.obs_names = [f"cell{number}" for number in range(data.n_obs)]
    data.var_names = [f"gene{number}" for number in range(data.n_vars)]
    data.layers["counts"] = data.X.copy()
    data.obs["sample"] = "one"
    for name, values in obs.items():
        data.obs[name] = values
    return data


def logs(counts: Any) -> Any:
    """log1p of counts per ten thousand, dense."""
    counts = counts.toarray() if hasattr(counts, "toarray") else np.asarray(counts)
    return np.log1p(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) * 1e4)


def components(values: Any, count: int) -> Any:
    """Principal components of values (cells × features)."""
    from sklearn.decomposition import PCA

    return PCA(n_components=count, random_state=0).fit_transform(values)


def recovered(space: Any, truth: Any) -> float:
    """Adjusted Rand index between a known grouping and k-means of the space with as many clusters."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    labels = KMeans(len(np.unique(truth)), n_init=10, random_state=0).fit_predict(space)
    return float(adjusted_rand_score(truth, labels))
