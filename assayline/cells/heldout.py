"""How well a model foretells cells that it did not train on, beside principal components and the mean of their sample.

Every held-out cell's counts are split in two at random: from one half the expected shares of genes are computed, the other half
says how likely they were (molecular cross-validation, Batson et al. 2019). What else was measured of the cell, proteins or peaks,
both see whole. What is given is the log-likelihood of the second half over that under the mean profile of the cell's sample, in
nats a cell: above zero, the space holds something. Of components it is that of the number which does best on these very cells, so
that the simple way is never beaten for a number that was ill chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assayline.cells.models.training import Fitted

MIXED = 0.01  # share of the mean profile in every forecast, so that no gene is impossible
COMPONENTS = (2, 5, 10, 30)
DEPTH = 1e4


def held_out(data: Any, fitted: Fitted, seed: int) -> dict[str, Any] | None:
    """Nats a cell that the model and principal components gain over the mean of the sample, on the model's held-out cells.

    `data` are the cells and features that the model saw, with whole counts in `layers['counts']`; None where the model foretells
    nothing, or no cell that was counted was held out.
    """
    way = fitted.spec.foretell
    if way is None:
        return None
    counts = way.counted(data)
    some = np.flatnonzero(np.asarray(counts.sum(axis=1)).ravel())
    held = np.intersect1d(np.asarray(fitted.model.validation_indices, dtype=int), some)
    if not len(held):
        return None
    trained = np.setdiff1d(some, held)
    whole = counts[held].toarray().astype(np.int64)
    first = np.random.default_rng(seed).binomial(whole, 0.5)
    second = whole - first
    mean = _means(counts, data.obs["sample"].to_numpy().astype(str), trained, held)
    base = _likelihood(second, mean)
    model = _likelihood(second, _mixed(_decoded(data[held], first, fitted, seed), mean)) - base
    beside = way.beside(data) if way.beside else np.zeros((data.n_obs, 0))
    known, seen = (np.hstack([_logged(of), beside[at]]) for of, at in ((counts[trained].toarray(), trained), (first, held)))
    expected = _projected(known, seen, whole.shape[1], seed)
    forecasts = (_likelihood(second, _mixed(shares, mean)) - base for shares in expected)
    plain = max(forecasts, key=lambda forecast: float(forecast.mean()))
    gains = {"model": float(model.mean()), "pca": float(plain.mean())}
    return {"cells": len(held)} | gains | {"share_better_than_pca": float((model > plain).mean())}


def no_better(report: dict[str, Any] | None, place: str) -> list[Finding]:
    """A finding where the model foretells no better than principal components."""
    if not report or report["model"] > report["pca"]:
        return []
    words = "The model foretells held-out cells no better than principal components do."
    return [Finding("foretells-no-better", words, place)]


def held_out_facts(report: dict[str, Any] | None, key: str, title: str, source: str) -> list[Evidence]:
    """What was gained, as evidence under `key`."""
    if not report:
        return []
    facts = []
    for name, who in (("model", title), ("pca", "principal components")):
        what = f"log-likelihood a held-out cell under {who} minus that under the mean of its sample"
        facts.append(Evidence(f"{key}.{name}", what, report[name], "nats", source, f"/held_out/{name}", difference=True))
    return facts


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

    half = anndata.AnnData(obs=cells.obs.copy(), var=cells.var[[]].copy(), obsm={**cells.obsm})
    half.layers["counts"] = sparse.csr_matrix(first.astype(np.float32))
    way = fitted.spec.foretell
    assert way is not None
    with quiet(seed):
        found = way.shares(fitted.model, fitted.spec.hold(half))
    return np.asarray(found, dtype=float)


def _projected(trained: Any, seen: Any, features: int, seed: int) -> Iterator[Any]:
    """The same for the first `features` from each number of principal components of the training cells' log values."""
    from sklearn.decomposition import PCA

    most = min(max(COMPONENTS), min(trained.shape) - 1)
    found = PCA(most, random_state=seed, svd_solver="randomized").fit(trained)
    scores = found.transform(seen)
    for count in sorted({min(count, most) for count in COMPONENTS}):
        values = scores[:, :count] @ found.components_[:count, :features] + found.mean_[:features]
        yield np.maximum(np.expm1(values), 0.0)


def _logged(counts: Any) -> Any:
    depth = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.log1p(counts * (DEPTH / depth))
