"""From kept cells to a latent space and a label-blind survey of clusterings over resolutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.heldout import held_out
from assayline.cells.models.components import harmony, pca
from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, Fitted, fit
from assayline.cells.needs import FEWEST_GENES
from assayline.cells.spaces import choose_space, judge_spaces
from assayline.errors import BadUsage, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.advisor.questions.integration_model import IntegrationModel

RESOLUTIONS = (0.02, 0.03, 0.05, 0.07, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0)
ROUNDS, SHARE, NEIGHBOURS, COMPONENTS = 10, 0.8, 15, 30


def normalise(data: Any) -> None:
    """Put log1p of counts per ten thousand into `X`; `layers['counts']` is not touched."""
    import warnings

    import scanpy

    data.X = data.layers["counts"].copy()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Some cells have zero counts")  # cells of which only something else was measured
        scanpy.pp.normalize_total(data, target_sum=1e4)
    scanpy.pp.log1p(data)


def variable_genes(data: Any, count: int) -> Any:
    """The cells with the `count` genes of highest dispersion (Satija et al. 2015), found sample by sample.

    Genes that vary within samples rank first: those that only tell protocols apart would be all that a space shows.
    """
    import scanpy

    sizes = data.obs["sample"].value_counts()
    several = len(sizes) > 1 and sizes.min() >= 3
    scanpy.pp.highly_variable_genes(data, n_top_genes=min(count, data.n_vars), batch_key="sample" if several else None)
    return data[:, data.var["highly_variable"].to_numpy()].copy()


@dataclass(slots=True)
class Embedded:
    """The spaces of the cells by name (the one to use first), how they compare, and the trained model where there is one."""

    spaces: dict[str, Any]
    judged: list[dict[str, Any]]
    choice: dict[str, Any]
    fitted: Fitted | None
    genes: int
    verdict: dict[str, Any]
    held_out: dict[str, Any] | None = None

    @property
    def used(self) -> Any:
        """The space to cluster in."""
        return self.spaces[self.choice["used"]]

    @property
    def other(self) -> Any:
        """The space to compare clusters with; the one in use where there is no other."""
        return self.spaces[self.choice["other"] or self.choice["used"]]


def embed(
    data: Any,
    settings: IntegrationModel,
    budget: Budget,
    progress: Callable[[int, float], None] | None = None,
    *,
    use: str | None = None,
) -> Embedded:
    """Every space of the variable genes: principal components, Harmony with several samples, the decided model; and which to use.

    `use` names the space to use whatever the comparison says, which is then said. Raises `Refused` for too few cells.
    """
    if data.n_obs < 3 * NEIGHBOURS:
        raise Refused(
            what="cells", found=f"{data.n_obs} cells", expected=f"at least {3 * NEIGHBOURS}", next="Loosen QC or add cells."
        )
    if data.n_vars < FEWEST_GENES:
        step = "Keep genes of fewer cells, or check the export."
        raise Refused(what="genes", found=f"{data.n_vars} genes after QC", expected=f"at least {FEWEST_GENES}", next=step)
    chosen = variable_genes(data, settings.variable_genes)
    deep = settings.model not in ("pca", "harmony")
    spaces = {"pca": pca(chosen, COMPONENTS if deep or settings.model == "harmony" else settings.latent, budget.seed)}
    if chosen.obs["sample"].nunique() > 1:
        spaces["harmony"] = harmony(spaces["pca"], chosen.obs["sample"], budget.seed)
    fitted, foretold, said = None, None, {"converged": True, "because": f"{settings.model} needs no training", "epochs": 0}
    if deep:
        sizes = Settings(settings.latent, settings.layers, settings.hidden, settings.likelihood, settings.correct_samples)
        fitted = fit(settings.model, chosen, sizes, budget, progress=progress)
        spaces[settings.model], said = fitted.outputs()["latent"], fitted.verdict
        foretold = held_out(chosen, fitted, budget.seed)
    judged = judge_spaces(chosen, spaces, budget.seed)
    empty = settings.model if foretold and foretold["model"] <= 0 else None
    choice = choose_space(judged, empty)
    if use:
        if use not in spaces:
            raise BadUsage(
                what="--use", found=repr(use), expected=f"one of {', '.join(spaces)}", next="Choose one that is computed."
            )
        choice |= {"used": use, "because": f"asked for; the comparison says: {choice['because']}"}
    choice["other"] = _other([name for name in spaces if name != empty], choice["used"])
    return Embedded(spaces, [space.to_json() for space in judged], choice, fitted, chosen.n_vars, said, foretold)


def _other(spaces: list[str], used: str) -> str | None:
    """The space whose clusters are held against those of the one in use: deep beside simple, the best simple beside deep."""
    simple = [name for name in ("harmony", "pca") if name in spaces and name != used]
    deep = [name for name in spaces if name not in ("pca", "harmony") and name != used]
    return next(iter([*deep, *simple]), None)


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
