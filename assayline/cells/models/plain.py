"""The plain ways of each modality, against which its deep model is held: components, TF-IDF, least squares, ratios, sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.components import harmony, pca
from assayline.cells.models.inputs import dense

GENES, PROTEINS, PEAKS = 10, 5, 10  # dimensions


def rna(data: Any, seed: int) -> dict[str, Any]:
    """Principal components of log-normalised genes (`X`), with several samples also Harmony on them."""
    return _with_harmony(pca(data, GENES, seed), data, seed)


def rna_and_proteins(data: Any, seed: int) -> dict[str, Any]:
    """Components of genes beside those of log proteins (`obsm['antibody_capture']`)."""
    return _with_harmony(np.hstack([pca(data, GENES, seed), _components(log_proteins(data), PROTEINS, seed)]), data, seed)


def log_proteins(data: Any) -> Any:
    """The logarithms of the protein counts (`obsm['antibody_capture']`)."""
    return np.log1p(dense(data.obsm["antibody_capture"]))


def chromatin(data: Any, seed: int) -> dict[str, Any]:
    """Latent semantic indexing of the peaks in `layers['counts']`, by its name `lsi`."""
    return {"lsi": semantic(dense(data.layers["counts"]) > 0, PEAKS, seed)}


def rna_and_chromatin(data: Any, seed: int) -> dict[str, Any]:
    """Components of genes beside latent semantic indexing of `obsm['peaks']`."""
    peaks = semantic(dense(data.obsm["peaks"]) > 0, PEAKS, seed)
    return _with_harmony(np.hstack([pca(data, GENES, seed), peaks]), data, seed)


def semantic(seen: Any, dimensions: int, seed: int) -> Any:
    """TF-IDF of peaks seen (cells × peaks) and its singular vectors, the first left out, since it is depth.

    The way of Cusanovich et al. 2015.
    """
    from sklearn.decomposition import TruncatedSVD

    seen = np.asarray(seen, dtype=float)
    weighed = seen / np.maximum(seen.sum(axis=1, keepdims=True), 1) * np.log1p(len(seen) / np.maximum(seen.sum(axis=0), 1))
    count = max(2, min(dimensions + 1, min(seen.shape) - 1))
    return TruncatedSVD(count, random_state=seed).fit_transform(np.log1p(weighed * 1e4))[:, 1:]


def least_squares(reference: Any, labels: Any, spots: Any, names: Any) -> Any:
    """Shares of the types `names` in spots (counts) by non-negative least squares on the mean profile of each type."""
    from scipy.optimize import nnls

    cells, spots = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) for counts in (dense(reference), dense(spots)))
    means = np.stack([cells[np.asarray(labels) == name].mean(axis=0) for name in names])
    found = np.stack([nnls(means.T, spot)[0] for spot in spots])
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12)


def steady_state(spliced: Any, unspliced: Any, brightest: int = 20) -> Any:
    """Unspliced minus what a steady state would hold; the ratio is fitted to each gene's brightest cells."""
    found = np.zeros(spliced.shape)
    for gene in range(spliced.shape[1]):
        top = np.argsort(spliced[:, gene] + unspliced[:, gene])[-brightest:]
        ratio = unspliced[top, gene] @ spliced[top, gene] / max(spliced[top, gene] @ spliced[top, gene], 1e-12)
        found[:, gene] = unspliced[:, gene] - ratio * spliced[:, gene]
    return found


def pseudobulk(data: Any, names: Any) -> Any:
    """Distances (samples × samples) of log-normalised sums of all cells of each sample."""
    own = data.obs["sample"].astype(str).to_numpy()
    bulk = np.stack([np.asarray(data.layers["counts"][own == name].sum(axis=0), dtype=float).ravel() for name in names])
    logs = np.log1p(bulk / np.maximum(bulk.sum(axis=1, keepdims=True), 1) * 1e4)
    return np.linalg.norm(logs[:, None] - logs[None], axis=-1)


def _components(values: Any, dimensions: int, seed: int) -> Any:
    from sklearn.decomposition import PCA

    count = max(1, min(dimensions, min(values.shape) - 1))
    return PCA(count, random_state=seed, svd_solver="full").fit_transform(values)


def _with_harmony(space: Any, data: Any, seed: int) -> dict[str, Any]:
    several = data.obs["sample"].nunique() > 1
    return {"pca": space} | ({"harmony": harmony(space, data.obs["sample"], seed)} if several else {})
