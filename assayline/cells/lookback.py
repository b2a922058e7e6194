"""Removals looked at again by cluster, before anything is removed, so that no cell type disappears unseen."""

from __future__ import annotations

from typing import Any

import numpy as np

from allotrope.errors import Finding
from assayline.cells.needs import FEWEST_GENES
from assayline.cells.variable import scaled, variable

FEWEST, MOST, GENES, COMPONENTS, RESOLUTION = 50, 20_000, 1000, 20, 1.0
EMPTIED, SMALL, NEIGHBOURS, PRUNED = 0.5, 5, 15, 1 / 15
INSIDE, OUTSIDE, FOLD, OWN = 0.5, 0.1, 1.0, 3


def look_back(counts: Any, flags: Any, classes: Any, spelling: Any, seed: int) -> tuple[list[dict[str, Any]], Any, list[Finding]]:
    """For every cluster of all cells how many go and why, the cluster of every cell, a finding for each emptied one.

    `counts` is cells × genes, `flags` a table of reasons, `classes` marks genes that tell no cell type (mitochondrial …).
    Where cells or genes are too few to cluster all are of one cluster.
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
    """Leiden clusters (0 the largest) on principal components of the most variable genes that mark cell types."""
    from sklearn.decomposition import PCA

    if counts.shape[0] < FEWEST:
        return np.zeros(counts.shape[0], dtype=int)
    markers = counts[:, np.flatnonzero(~classes)]
    totals = np.asarray(markers.sum(axis=1), dtype=np.float64).ravel()
    values = scaled(markers, totals, float(np.median(totals)))
    chosen = variable(values, markers, GENES)
    if len(chosen) < FEWEST_GENES:
        return np.zeros(counts.shape[0], dtype=int)
    values = values[:, chosen].toarray()
    few = max(2, min(COMPONENTS, min(values.shape) - 1))
    latent = PCA(n_components=few, random_state=seed, svd_solver="randomized").fit_transform(values)
    labels = _communities(_shared_neighbours(latent), seed)
    order = np.argsort(np.argsort(-np.bincount(labels), kind="stable"))
    return order[labels]


def _shared_neighbours(latent: Any) -> Any:
    """The graph of cells weighted by how many of their nearest neighbours two cells share (Jaccard index)."""
    from sklearn.neighbors import kneighbors_graph

    near = kneighbors_graph(latent, NEIGHBOURS, include_self=True)
    shared = (near @ near.T).tocsr()
    shared.data = shared.data / (2 * NEIGHBOURS - shared.data)
    shared.data[shared.data < PRUNED] = 0
    shared.setdiag(0)
    shared.eliminate_zeros()
    return shared


def _communities(edges: Any, seed: int) -> Any:
    """Leiden on igraph (Traag et al. 2019, doi:10.1038/s41598-019-41695-z), seeded."""
    import random

    import igraph

    upper = edges.tocoo()
    above = upper.row < upper.col
    graph = igraph.Graph(n=edges.shape[0], edges=np.column_stack([upper.row[above], upper.col[above]]))
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311
    try:
        found = graph.community_leiden("modularity", weights=upper.data[above], resolution=RESOLUTION, n_iterations=2)
    finally:
        igraph.set_random_number_generator(random)
    return np.array(found.membership)


def _own_genes(counts: Any, own: Any, classes: Any, spelling: Any) -> list[str]:
    """Genes seen in half of a cluster's cells, in few others, at least twice as strong by share of counts; strongest first."""
    inside, outside = counts[np.flatnonzero(own)], counts[np.flatnonzero(~own)]
    seen = inside.getnnz(axis=0) / inside.shape[0]
    others = outside.getnnz(axis=0) / outside.shape[0]
    share = [np.asarray(part.sum(axis=0)).ravel() / max(1.0, float(part.sum())) for part in (inside, outside)]
    fold = np.log2((share[0] + 1e-6) / (share[1] + 1e-6))
    found = np.flatnonzero((seen >= INSIDE) & (others <= np.maximum(OUTSIDE, seen / 3)) & (fold > FOLD) & ~classes)
    return [str(spelling[index]) for index in found[np.argsort(-fold[found], kind="stable")][:10]]
