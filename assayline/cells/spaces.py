"""Which of several spaces for the same cells to use: how samples mix in it, and whether cells that belong together stay so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.models.components import pca

if TYPE_CHECKING:
    from collections.abc import Mapping

NEIGHBOURS = 30  # of LISI; smaller where a sample has fewer cells
AS_GOOD = 0.05  # an index within this of the best counts as good
FEWEST = 20  # cells of a sample below which its own clusters say nothing
SIMPLE = ("pca", "lsi", "harmony")  # from simple to less simple; everything else is a deep model
RESOLUTION = 0.5


@dataclass(frozen=True, slots=True)
class Space:
    """One space: `mixing` is iLISI over samples, `kept` cLISI of each sample's own clusters, `apart` their silhouette; all ≤ 1.

    Mixing is None for one sample. Nothing of it looks at a label that a person gave.
    """

    name: str
    mixing: float | None
    kept: float
    apart: float

    def to_json(self) -> dict[str, Any]:
        """The indices as plain JSON."""
        return {"space": self.name, "mixing": self.mixing, "kept": self.kept, "apart": self.apart}


def ilisi(space: Any, samples: Any) -> float:
    """Integration LISI over samples (scib-metrics; Luecken et al. 2022, doi:10.1038/s41592-021-01336-8), 0 apart to 1 mixed."""
    import scib_metrics

    return float(scib_metrics.ilisi_knn(_near(space), np.asarray(samples)))


def clisi(space: Any, labels: Any) -> float:
    """Cell-type LISI (scib-metrics), 1 when all neighbours of the median cell share its label."""
    import scib_metrics

    return float(scib_metrics.clisi_knn(_near(space), np.asarray(labels)))


def _near(space: Any) -> Any:
    from scib_metrics.nearest_neighbors import NeighborsResults
    from sklearn.neighbors import NearestNeighbors

    count = min(NEIGHBOURS, len(space) - 1)
    distances, indices = NearestNeighbors(n_neighbors=count).fit(space).kneighbors(space)
    return NeighborsResults(indices=indices, distances=distances)


def blind_clusters(data: Any, samples: Any, seed: int) -> dict[str, Any]:
    """Sample → cluster numbers of its cells from that sample alone (principal components, Leiden); small ones are left out."""
    from assayline.cells.integrate import graph, leiden

    found = {}
    for name in sorted(set(samples)):
        own = samples == name
        if own.sum() >= FEWEST:
            labels = leiden(graph(pca(data[own], 15, seed), seed), RESOLUTION, seed)
            if len(set(labels)) > 1:
                found[name] = labels
    return found


def judge_spaces(data: Any, spaces: Mapping[str, Any], seed: int) -> list[Space]:
    """Every space with its indices, in the order given; `data` holds the log-normalised values that all spaces came from."""
    from sklearn.metrics import silhouette_score

    samples = data.obs["sample"].to_numpy().astype(str)
    clusters = blind_clusters(data, samples, seed)
    width = min(space.shape[1] for space in spaces.values())
    judged = []
    for name, space in spaces.items():
        mixing = ilisi(space, samples) if len(set(samples)) > 1 else None
        kept = [clisi(space[samples == sample], labels) for sample, labels in clusters.items()]
        short = space[:, :width]  # distances in more dimensions are more alike, so that silhouettes would not compare
        apart = [float(silhouette_score(short[samples == sample], labels)) for sample, labels in clusters.items()]
        judged.append(Space(name, mixing, float(np.mean(kept)) if kept else 1.0, float(np.mean(apart)) if apart else 0.0))
    return judged


def choose_space(judged: list[Space], empty: str | None = None) -> dict[str, Any]:
    """The space to use, and whether a deep model was needed: the simplest that keeps clusters and is as good as the best.

    As good means mixing with several samples, separation of clusters with one, each within 0.05 of the best. `empty` names a
    deep space whose model foretells held-out cells no better than the mean of their sample: it is not used.
    """
    order = sorted(
        (space for space in judged if space.name != empty),
        key=lambda space: SIMPLE.index(space.name) if space.name in SIMPLE else len(SIMPLE),
    )
    faithful = [space for space in order if space.kept >= max(other.kept for other in order) - AS_GOOD]
    several = judged[0].mixing is not None
    word = "mixing" if several else "apart"
    best = max(getattr(space, word) for space in faithful)
    used = next(space for space in faithful if getattr(space, word) >= best - AS_GOOD)
    deep = [space for space in judged if space.name not in SIMPLE]
    needed = used.name not in SIMPLE
    what = "samples mix" if several else "clusters are apart"
    if empty:
        because = f"{empty} foretells held-out cells no better than the mean of their sample; of the others {used.name} is used"
    elif not deep:
        because = f"no deep model was trained; of the simple ones {used.name} is used"
    elif needed:
        because = f"{what} better in {used.name} than in any simpler space that keeps clusters together"
    elif deep[0] not in faithful:
        because = f"{deep[0].name} tears apart cells that belong together in their own sample; {used.name} does not"
    else:
        because = f"{what} as well in {used.name}, which is simpler"
    return {"used": used.name, "deep_needed": needed, "because": because, "index": word}
