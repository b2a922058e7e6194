"""Clusters at the decided resolution, the genes that mark them, and a plane to draw them on."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.integrate import graph, leiden

SIGNIFICANT, FOLD, SEEN = 0.05, 1.0, 0.25


def cluster(data: Any, resolution: float, seed: int) -> None:
    """Write `obs['cluster']` (text, '0' the largest) and `obsm['X_umap']` from the latent space in `obsm['X_latent']`."""
    import anndata
    import pandas
    import scanpy

    edges = graph(data.obsm["X_latent"], seed)
    labels = leiden(edges, resolution, seed)
    order = np.argsort(np.argsort(-np.bincount(labels), kind="stable"))
    names = [str(number) for number in range(int(labels.max()) + 1)]
    data.obs["cluster"] = pandas.Categorical([str(order[label]) for label in labels], categories=names)
    bare = anndata.AnnData(obsm={"latent": data.obsm["X_latent"]}, shape=(data.n_obs, 0))
    scanpy.pp.neighbors(bare, n_neighbors=15, use_rep="latent", random_state=seed)
    scanpy.tl.umap(bare, random_state=seed)
    data.obsm["X_umap"] = bare.obsm["X_umap"]


def markers(data: Any, most: int = 50) -> Any:
    """For every cluster its genes by Wilcoxon rank-sum test against all other cells (Benjamini–Hochberg), best first.

    Columns: cluster, gene, score, log2_fold_change, p_adjusted, seen_inside, seen_outside, marker (passes the three limits).
    """
    import pandas
    import scanpy

    sizes = data.obs["cluster"].value_counts()
    groups = [name for name in data.obs["cluster"].cat.categories if sizes[name] >= 3]
    if len(sizes) < 2 or not groups:
        return pandas.DataFrame(
            columns=["cluster", "gene", "score", "log2_fold_change", "p_adjusted", "seen_inside", "seen_outside", "marker"]
        )
    scanpy.tl.rank_genes_groups(data, "cluster", groups=groups, method="wilcoxon", tie_correct=True, pts=True)
    found = data.uns.pop("rank_genes_groups")
    tables = []
    for name in groups:
        genes = found["names"][name]
        inside, outside = found["pts"][name].loc[genes].to_numpy(), found["pts_rest"][name].loc[genes].to_numpy()
        table = pandas.DataFrame({"cluster": name, "gene": genes, "score": found["scores"][name].astype(float)})
        table["log2_fold_change"] = found["logfoldchanges"][name].astype(float)
        table["p_adjusted"] = found["pvals_adj"][name].astype(float)
        table["seen_inside"], table["seen_outside"] = inside, outside
        table["marker"] = (
            (table["p_adjusted"] < SIGNIFICANT) & (table["log2_fold_change"] > FOLD) & (table["seen_inside"] >= SEEN)
        )
        tables.append(table)
    whole = pandas.concat(tables, ignore_index=True)
    whole = whole[np.isfinite(whole["log2_fold_change"])]
    counted = whole.groupby("cluster", sort=False)["marker"].transform("sum")
    whole["markers_in_cluster"] = counted
    return whole[whole["marker"]].groupby("cluster", sort=False).head(most).reset_index(drop=True)
