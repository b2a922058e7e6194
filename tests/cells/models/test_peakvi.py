"""PeakVI on simulated chromatin: groups of cells whose depth varies more than they do."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.plain import semantic
from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, fit
from assayline.errors import Refused
from tests.cells.models.drawing import components, recovered
from tests.cells.models.peaks import atac
from tests.cells.models.proving import SEED, proved, say


@pytest.mark.truth
def test_peakvi_finds_the_groups_and_what_is_open(tmp_path):
    truth = atac(400, 1000, SEED)
    seen = (truth.data.layers["counts"].toarray() > 0).astype(float)
    _, found = proved("peakvi", truth.data, tmp_path / "m", Settings(5, 1, 64), Budget(SEED, 80, batch_size=64))
    deep, plain, indexed = (
        recovered(space, truth.group) for space in (found["latent"], components(seen, 10), semantic(seen, 10, 0))
    )
    own = [np.corrcoef(values.ravel(), truth.rate.ravel())[0, 1] for values in (found["accessible"], seen)]
    say(f"PeakVI: ARI of four groups {deep:.3f}; PCA {plain:.3f}, TF-IDF and SVD {indexed:.3f}")
    say(f"PeakVI: correlation with the true rate a peak {own[0]:.3f}, of the peaks seen {own[1]:.3f}")
    assert deep >= 0.9 and deep >= plain + 0.2 and deep >= indexed - 0.1
    assert own[0] >= own[1] + 0.2


def test_peakvi_refuses_accessibility_that_is_no_counts():
    data = atac(30, 40, 0).data
    data.layers["counts"] = data.layers["counts"] * 0.25
    with pytest.raises(Refused, match=r"whole numbers at layers/counts; expected counts of fragments in peaks \(counts\)"):
        fit("peakvi", data)
