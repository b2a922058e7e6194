"""From kept cells to a latent space and a label-blind survey of clusterings over resolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.models import Trained, pca, train_scvi
from assayline.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.advisor.questions.integration_model import IntegrationModel

RESOLUTIONS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0)
ROUNDS, SHARE, NEIGHBOURS = 10, 0.8, 15


def normalise(data: Any) -> None:
    """Put log1p of counts per ten thousand into `X`; `layers['counts']` is not touched."""
    import scanpy

    data.X = data.layers["counts"].copy()
    scanpy.pp.normalize_total(data, target_sum=1e4)
    scanpy.pp.log1p(data)


def variable_genes(data: Any, count: int) -> Any:
    """The cells with their `count` most variable genes by Pearson residuals (Lause et al. 2021), found sample by sample."""
    import scanpy

    several = data.obs["sample"].nunique() > 1
    scanpy.experimental.pp.highly_variable_genes(
        data,
        n_top_genes=min(count, data.n_vars),
        layer="counts",
        flavor="pearson_residuals",
        batch_key="sample" if several else None,
    )
    return data[:, data.var["highly_variable"].to_numpy()].copy()


def embed(data: Any, settings: IntegrationModel, seed: int, progress: Callable[[int, float], None]) -> tuple[Trained, Any, int]:
    """The trained model, the principal components of the same genes for comparison, and how many genes both saw."""
    if data.n_obs < 3 * NEIGHBOURS:
        raise Refused(
            what="cells", found=f"{data.n_obs} cells", expected=f"at least {3 * NEIGHBOURS}", next="Loosen QC or add cells."
        )
    chosen = variable_genes(data, settings.variable_genes)
    components = pca(chosen, settings.latent if settings.model == "pca" else 30, seed)
    if settings.model == "pca":
        body = {"converged": True, "because": "principal components are computed in closed form", "epochs": 0}
        return Trained(components, [], body), components, chosen.n_vars
    return train_scvi(chosen, settings, seed, progress), components, chosen.n_vars


def graph(latent: Any, seed: int) -> Any:
    """The weighted graph of nearest neighbours (cells × cells, CSR) in a latent space."""
    import anndata
    import scanpy

    bare = anndata.AnnData(obsm={"latent": latent}, shape=(len(latent), 0))
    scanpy.pp.neighbors(bare, n_neighbors=NEIGHBOURS, use_rep="latent", random_state=seed)
    return bare.obsp["connectivities"].tocsr()


def leiden(connectivities: Any, resolution: float, seed: int) -> Any:
    """Cluster numbers (0 the largest) by Leiden on igraph (Traag et al. 2019, doi:10.1038/s41598-019-41695-z)."""
    import anndata
    import scanpy

    bare = anndata.AnnData(shape=(connectivities.shape[0], 0))
    scanpy.tl.leiden(
        bare,
        resolution,
        adjacency=connectivities,
        flavor="igraph",
        n_iterations=2,
        directed=False,
        random_state=seed,
        key_added="cluster",
    )
    return bare.obs["cluster"].to_numpy().astype(int)


def survey(latent: Any, other: Any, seed: int) -> list[dict[str, Any]]:
    """For every resolution: clusters, the smallest, how stable they are, how well apart, and how alike in the other space.

    `stability` is the mean adjusted Rand index between the clusters of all cells and those of random subsets of them.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    random = np.random.default_rng(seed)
    edges, others = graph(latent, seed), graph(other, seed)
    subsets = [np.sort(random.choice(len(latent), int(SHARE * len(latent)), replace=False)) for _ in range(ROUNDS)]
    rows = []
    for resolution in RESOLUTIONS:
        labels = leiden(edges, resolution, seed)
        again = [leiden(edges[part][:, part], resolution, seed + turn) for turn, part in enumerate(subsets, 1)]
        stability = float(np.mean([adjusted_rand_score(labels[part], mine) for part, mine in zip(subsets, again, strict=True)]))
        several = len(set(labels)) > 1
        rows.append(
            {
                "resolution": resolution,
                "clusters": len(set(labels)),
                "smallest": int(np.bincount(labels).min()),
                "stability": stability,
                "silhouette": float(silhouette_score(latent, labels)) if several else 0.0,
                "agreement_with_other": float(adjusted_rand_score(labels, leiden(others, resolution, seed))),
            }
        )
    return rows
