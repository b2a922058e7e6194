"""Removals looked at again by cluster, before anything is removed, so that no cell type disappears unseen."""

from __future__ import annotations

from typing import Any

import numpy as np

from allotrope.errors import Finding

FEWEST, MOST, GENES, COMPONENTS, RESOLUTION = 50, 20_000, 1000, 20, 1.0
EMPTIED, SMALL = 0.5, 5
INSIDE, OUTSIDE, FOLD, OWN = 0.5, 0.1, 1.0, 3


def look_back(counts: Any, flags: Any, classes: Any, spelling: Any, seed: int) -> tuple[list[dict[str, Any]], Any, list[Finding]]:
    """For every cluster of all cells how many go and why, the cluster of every cell, and a finding for each emptied one.

    `counts` is cells × genes, `flags` a table of reasons, `classes` marks genes that mark no cell type (mitochondrial, ribosomal).
    Where cells are too few to cluster all are of one cluster.
    """
    labels = _clusters(counts, classes, seed)
    rows, findings = [], []
    out = flags.any(axis=1).to_numpy()
    for label in range(int(labels.max()) + 1):
        own = labels == label
        row: dict[str, Any] = {"cluster": str(label), "cells": int(own.sum()), "removed": int(out[own].sum())}
        row["removed_share"] = row["removed"] / row["cells"]
        row["reasons"] = {name: int(flags[name].to_numpy()[own].sum()) for name in flags.columns}
        row["own_genes"] = _own_genes(counts, own, classes, spelling) if row["cells"] >= SMALL and (~own).any() else []
        rows.append(row)
        if row["removed_share"] > EMPTIED and row["cells"] >= SMALL:
            findings.append(_finding(row))
    return rows, labels, findings


def _finding(row: dict[str, Any]) -> Finding:
    main = max(row["reasons"], key=lambda name: row["reasons"][name]).replace("_", " ")
    words = f"{row['removed']} of {row['cells']} cells of cluster {row['cluster']} are removed, mostly for {main}"
    if len(row["own_genes"]) >= OWN:
        words += f"; it has genes of its own ({', '.join(row['own_genes'][:5])}): a cell type may disappear. Look at it first."
        return Finding("cluster-emptied", words, "cells/qc.json", "warning")
    return Finding("cluster-emptied", words + "; it has no genes of its own, as dying or empty cells have none.", "cells/qc.json")


def _clusters(counts: Any, classes: Any, seed: int) -> Any:
    """Leiden clusters on principal components of the most variable genes that mark cell types, the largest first."""
    from assayline.cells.integrate import graph, leiden

    if counts.shape[0] < FEWEST:
        return np.zeros(counts.shape[0], dtype=int)
    values = _variable(counts[:, np.flatnonzero(~classes)])
    from sklearn.decomposition import PCA

    few = max(2, min(COMPONENTS, min(values.shape) - 1))
    latent = PCA(n_components=few, random_state=seed, svd_solver="randomized").fit_transform(values)
    labels = leiden(graph(latent, seed), RESOLUTION, seed)
    order = np.argsort(np.argsort(-np.bincount(labels), kind="stable"))
    return order[labels]


def _variable(counts: Any) -> Any:
    """Dense log-normalised values of the genes that vary most over what their mean explains."""
    totals = np.maximum(1.0, np.asarray(counts.sum(axis=1), dtype=np.float64).ravel())
    scaled = counts.astype(np.float32).copy()
    scaled.data = np.log1p(scaled.data * np.repeat(np.median(totals) / totals, np.diff(scaled.indptr)).astype(np.float32))
    mean = np.asarray(scaled.mean(axis=0)).ravel()
    square = np.asarray(scaled.multiply(scaled).mean(axis=0)).ravel()
    seen = np.flatnonzero(counts.getnnz(axis=0) >= 3)
    ratio = (square - mean**2)[seen] / np.maximum(mean[seen], 1e-9)
    best = seen[np.sort(np.argsort(-ratio, kind="stable")[:GENES])]
    return scaled[:, best].toarray()


def _own_genes(counts: Any, own: Any, classes: Any, spelling: Any) -> list[str]:
    """Genes seen in half of a cluster's cells, in few others, at least twice as strong by share of counts; strongest first."""
    inside, outside = counts[np.flatnonzero(own)], counts[np.flatnonzero(~own)]
    seen = inside.getnnz(axis=0) / inside.shape[0]
    others = outside.getnnz(axis=0) / outside.shape[0]
    share = [np.asarray(part.sum(axis=0)).ravel() / max(1.0, float(part.sum())) for part in (inside, outside)]
    fold = np.log2((share[0] + 1e-6) / (share[1] + 1e-6))
    found = np.flatnonzero((seen >= INSIDE) & (others <= np.maximum(OUTSIDE, seen / 3)) & (fold > FOLD) & ~classes)
    return [str(spelling[index]) for index in found[np.argsort(-fold[found], kind="stable")][:10]]
