"""DestVI on simulated spots of ten cells each, beside a reference whose types vary: shares against the true ones and NNLS."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.plain import least_squares
from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, fit
from assayline.errors import BadUsage, Refused
from tests.cells.models.proving import SEED, proved, say
from tests.cells.models.spots import tissue


@pytest.mark.truth
@pytest.mark.slow
def test_destvi_gives_the_shares_of_the_types_in_spots(tmp_path):
    truth = tissue(400, 200, 200, SEED)
    first, _ = proved("condscvi", truth.reference, tmp_path / "first", Settings(5, 1, 64), Budget(SEED, 500, batch_size=64))
    _, found = proved("destvi", truth.spots, tmp_path / "m", Settings(), Budget(SEED, 500, batch_size=64), first)
    assert tuple(found["labels"]) == truth.labels
    cells, spots = (data.layers["counts"] for data in (truth.reference, truth.spots))
    plain = least_squares(cells, truth.reference.obs["label"], spots, truth.labels)
    errors = {}
    for name, shares in (("DestVI", found["proportions"]), ("NNLS", plain)):
        own = [float(np.corrcoef(shares[:, one], truth.shares[:, one])[0, 1]) for one in range(4)]
        errors[name] = float(np.sqrt(((shares - truth.shares) ** 2).mean()))
        say(f"{name}: correlation with true shares a type {', '.join(f'{one:.3f}' for one in own)}; error {errors[name]:.3f}")
        assert name == "NNLS" or min(own) >= 0.9
    assert errors["DestVI"] <= 0.1 and errors["DestVI"] < errors["NNLS"], "trained until it stops; after 100 epochs it is as good"


def test_destvi_trains_and_comes_back_and_refuses_other_genes(tmp_path):
    truth = tissue(60, 30, 40, 0)
    truth.reference.obs["label"] = np.where(np.arange(60) < 10, "unknown", truth.reference.obs["label"])
    first, _ = proved("condscvi", truth.reference, tmp_path / "first", Settings(3, 1, 16), Budget(0, 3))
    assert first.model.adata.n_obs == 50, "cells without a label are no type"
    _, found = proved("destvi", truth.spots, tmp_path / "m", Settings(), Budget(0, 3), first)
    assert found["proportions"].shape == (30, 4) and np.allclose(found["proportions"].sum(axis=1), 1, atol=1e-5)
    with pytest.raises(Refused, match="genes of the data for the spots"):
        fit("destvi", truth.spots[:, ::-1].copy(), first=first)
    with pytest.raises(BadUsage, match="condscvi, trained on a reference"):
        fit("destvi", truth.spots)
