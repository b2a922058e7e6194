"""MrVI on simulated donors of two kinds that differ in one cell type: distances there, and not elsewhere, give the kinds."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, fit
from assayline.errors import Refused
from tests.cells.models.cohort import cohort
from tests.cells.models.drawing import logs
from tests.cells.models.proving import SEED, proved, say


def two_groups(distances, truth):
    """Adjusted Rand index of a cut into two groups (average linkage), and the silhouette of the true groups."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    distances = (distances + distances.T) / 2
    np.fill_diagonal(distances, 0)
    groups = fcluster(linkage(squareform(distances), "average"), 2, "maxclust")
    return float(adjusted_rand_score(truth, groups)), float(silhouette_score(distances, truth, metric="precomputed"))


@pytest.mark.truth
@pytest.mark.slow
def test_mrvi_finds_the_kinds_of_donors_in_the_cells_where_they_differ(tmp_path):
    truth = cohort(8, 120, 150, SEED)
    _, found = proved("mrvi", truth.data, tmp_path / "m", Settings(10, 1, 64), Budget(SEED, 600))
    kinds = np.array([truth.kind_of_sample[name] for name in found["samples"]])
    counts = truth.data.layers["counts"].toarray()
    own = truth.data.obs["sample"].to_numpy()
    bulk = logs(np.stack([counts[own == name].sum(axis=0) for name in found["samples"]]))
    plain = two_groups(np.linalg.norm(bulk[:, None] - bulk[None], axis=-1), kinds)
    scores = [two_groups(found["distances"][truth.kind_of_cell == kind].mean(axis=0), kinds) for kind in range(3)]
    apart = [float(found["distances"][truth.kind_of_cell == kind].mean()) for kind in range(3)]
    say(f"MrVI: donors' kinds from the cells that differ: ARI {scores[0][0]:.3f}, silhouette {scores[0][1]:.3f}")
    say(f"MrVI: mean distance of samples there {apart[0]:.2f}, in the other types {apart[1]:.2f} and {apart[2]:.2f}")
    say(f"MrVI: the same from pseudobulk of all cells: ARI {plain[0]:.3f}, silhouette {plain[1]:.3f}")
    assert scores[0][0] == 1 and scores[0][1] >= plain[1] + 0.2
    assert apart[0] >= 1.2 * max(apart[1:]), "1.5 after 60 epochs: until it stops distances grow where there is none, too"


def test_mrvi_trains_and_comes_back_and_refuses_one_sample(tmp_path):
    _, found = proved("mrvi", cohort(3, 30, 40, 0).data, tmp_path / "m", Settings(4, 1, 16), Budget(0, 2))
    assert found["distances"].shape == (90, 3, 3) and found["samples"].tolist() == ["donor00", "donor01", "donor02"]
    data = cohort(1, 30, 30, 0).data
    with pytest.raises(Refused, match="1 groups at obs/sample"):
        fit("mrvi", data)
