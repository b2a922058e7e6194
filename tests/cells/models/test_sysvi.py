"""sysVI on two simulated systems whose genes stand at other levels: types lie together and systems mix within them."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.spec import Settings, spec
from assayline.cells.models.training import Budget, fit
from assayline.cells.spaces import ilisi
from assayline.errors import Refused
from tests.cells.models.drawing import recovered
from tests.cells.models.proving import SEED, proved, say
from tests.cells.models.systems import systems


def held(space, truth):
    """Mixing of the systems within types (iLISI), and ARI of the types."""
    own = [truth.kind == kind for kind in range(4)]
    return float(np.mean([ilisi(space[part], truth.system[part]) for part in own])), recovered(space, truth.kind)


@pytest.mark.truth
@pytest.mark.slow
def test_sysvi_mixes_systems_within_types_where_harmony_does_not(tmp_path):
    truth = systems(800, 300, SEED)
    spaces = spec("sysvi").simple(truth.data, SEED)
    plain = truth.data.copy()
    plain.obs["sample"] = plain.obs["batch"]
    spaces["scvi"] = fit("scvi", plain, Settings(10, 1, 128), Budget(SEED, 200)).outputs()["latent"]
    _, found = proved("sysvi", truth.data, tmp_path / "m", Settings(10, 2, 128), Budget(SEED, 200))
    scores = {name: held(space, truth) for name, space in (spaces | {"sysVI": found["latent"]}).items()}
    for name, (mixing, ari) in scores.items():
        say(f"{name}: systems mix within types (iLISI) {mixing:.3f}, ARI of four types {ari:.3f}")
    assert scores["sysVI"][0] >= 0.5 and scores["sysVI"][1] >= 0.9
    assert scores["sysVI"][0] >= max(scores["pca"][0], scores["harmony"][0]) + 0.3


def test_sysvi_trains_and_comes_back_and_refuses_counts_and_one_system(tmp_path):
    data = systems(60, 40, 0).data
    _, found = proved("sysvi", data, tmp_path / "m", Settings(4, 2, 16), Budget(0, 2))
    assert found["latent"].shape == (60, 4)
    data.X = data.layers["counts"].copy()
    data.obs["batch"] = "human"
    with pytest.raises(Refused, match=r"whole numbers at X; 1 groups at obs/batch"):
        fit("sysvi", data)
