"""How well a model foretells cells that it did not train on, beside principal components and the mean of their sample.

Every held-out cell's counts are split in two at random: from one half the expected shares of genes are computed, the other half
says how likely they were (molecular cross-validation, Batson et al. 2019). What is given is the
log-likelihood of the second half over that under the mean profile of the cell's sample, in nats a cell: above zero, the space
holds something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from assayline.cells.models.training import Fitted

MIXED, COMPONENTS, DRAWS = 0.01, 30, 25  # share of the mean profile in every forecast, so that no gene is impossible
DEPTH = 1e4


def held_out(data: Any, fitted: Fitted, seed: int) -> dict[str, Any] | None:
    """Nats a cell that the model and principal components gain over the mean of the sample, on the model's held-out cells.

    `data` are the cells and genes that the model saw, with whole counts in `layers['counts']`; None where none was held out.
    """
    held = np.sort(np.asarray(fitted.model.validation_indices, dtype=int))
    if not len(held):
        return None
    trained = np.setdiff1d(np.arange(data.n_obs), held)
    counts = data.layers["counts"].tocsr()
    whole = counts[held].toarray().astype(np.int64)
    first = np.random.default_rng(seed).binomial(whole, 0.5)
    second = whole - first
    mean = _means(counts, data.obs["sample"].to_numpy().astype(str), trained, held)
    base = _likelihood(second, mean)
    model = _likelihood(second, _mixed(_decoded(data[held], first, fitted, seed), mean)) - base
    plain = _likelihood(second, _mixed(_projected(counts[trained], first, seed), mean)) - base
    gains = {"model": float(model.mean()), "pca": float(plain.mean())}
    return {"cells": len(held)} | gains | {"share_better_than_pca": float((model > plain).mean())}


def _means(counts: Any, samples: Any, trained: Any, held: Any) -> Any:
    """For every held-out cell the mean shares of genes over its sample's training cells; a gene not seen has half a count."""
    profiles = {}
    for name in sorted(set(samples[held])):
        own = trained[samples[trained] == name]
        total = np.asarray(counts[own if len(own) else trained].sum(axis=0), dtype=float).ravel() + 0.5
        profiles[name] = total / total.sum()
    return np.vstack([profiles[name] for name in samples[held]])


def _likelihood(counts: Any, shares: Any) -> Any:
    """Log-likelihood of each cell's counts given its shares, but for what does not depend on them."""
    return (counts * np.log(shares)).sum(axis=1)


def _mixed(shares: Any, mean: Any) -> Any:
    total = shares.sum(axis=1, keepdims=True)
    return (1 - MIXED) * np.where(total > 0, shares / np.where(total > 0, total, 1.0), mean) + MIXED * mean


def _decoded(cells: Any, first: Any, fitted: Fitted, seed: int) -> Any:
    """The shares that the model expects of cells of which it sees the first half."""
    import anndata
    import scipy.sparse as sparse

    from assayline.cells.models.training import quiet

    half = anndata.AnnData(obs=cells.obs.copy(), var=cells.var[[]].copy())
    half.layers["counts"] = sparse.csr_matrix(first.astype(np.float32))
    with quiet(seed):
        found = fitted.model.get_normalized_expression(half, library_size=1, n_samples=DRAWS, return_mean=True, return_numpy=True)
    return np.asarray(found, dtype=float)


def _projected(trained: Any, first: Any, seed: int) -> Any:
    """The same from principal components of the training cells' log-normalised values."""
    from sklearn.decomposition import PCA

    values = _logged(trained.toarray())
    components = PCA(min(COMPONENTS, min(values.shape) - 1), random_state=seed, svd_solver="randomized").fit(values)
    return np.maximum(np.expm1(components.inverse_transform(components.transform(_logged(first)))), 0.0)


def _logged(counts: Any) -> Any:
    depth = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.log1p(counts * (DEPTH / depth))
