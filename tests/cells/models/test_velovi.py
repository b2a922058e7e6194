"""veloVI on simulated transcription along a known time: the direction in which every gene changes in every cell."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.plain import steady_state
from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, fit
from assayline.errors import Refused
from tests.cells.models.kinetics import kinetics
from tests.cells.models.proving import SEED, proved, say


@pytest.mark.truth
@pytest.mark.slow
def test_velovi_gives_the_direction_in_which_genes_change(tmp_path):
    truth = kinetics(400, 40, SEED)
    scale = truth.data.layers["spliced"].toarray().max(axis=0)
    _, found = proved("velovi", truth.data, tmp_path / "m", Settings(10, 1, 64), Budget(SEED, 500))
    changes = np.abs(truth.velocity) > 0.1 * np.abs(truth.velocity).max(axis=0)
    scores, plain = {}, steady_state(truth.data.layers["Ms"], truth.data.layers["Mu"])
    for name, values in (("veloVI", found["velocity"]), ("steady-state ratio", plain)):
        right = float((np.sign(values) == np.sign(truth.velocity))[changes].mean())
        own = values * scale
        sizes = np.linalg.norm(own, axis=1) * np.linalg.norm(truth.velocity, axis=1)
        scores[name] = right, float(np.mean((own * truth.velocity).sum(axis=1) / sizes))
        say(f"{name}: sign of change right in {right:.3f} where a gene changes, cosine a cell {scores[name][1]:.3f}")
    assert scores["veloVI"][0] >= 0.88 and scores["veloVI"][1] >= 0.7
    assert scores["veloVI"][0] >= scores["steady-state ratio"][0] + 0.03


def test_velovi_trains_and_comes_back_and_refuses_smoothed_values(tmp_path):
    data = kinetics(60, 12, 0).data
    fitted, found = proved("velovi", data, tmp_path / "m", Settings(3, 1, 16), Budget(0, 3))
    assert found["velocity"].shape == (60, 12)
    assert fitted.model.adata.layers["Ms"].max(axis=0).min() == 1, "every gene is scaled to one"
    data.layers["unspliced"] = data.layers["Mu"]
    with pytest.raises(Refused, match=r"whole numbers at layers/unspliced; expected unspliced counts"):
        fit("velovi", data)
