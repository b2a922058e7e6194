"""resolVI on simulated tissue whose transcripts leak into neighbours: what is left nearer to the truth than what was seen."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, fit
from assayline.errors import Refused
from tests.cells.models.leaking import leaking
from tests.cells.models.proving import SEED, proved, say


@pytest.mark.truth
@pytest.mark.slow
def test_resolvi_takes_out_what_leaked_in(tmp_path):
    truth = leaking(500, 60, SEED)
    _, found = proved("resolvi", truth.data, tmp_path / "m", Settings(5, 1, 64), Budget(SEED, 60))
    seen = truth.data.layers["counts"].toarray()
    seen = seen / seen.sum(axis=1, keepdims=True)
    means = np.stack([seen[truth.kind == kind].mean(axis=0) for kind in range(3)])[truth.kind]
    deep, raw, known = (float(np.abs(values - truth.shares).sum(axis=1).mean()) for values in (found["corrected"], seen, means))
    say(f"resolVI: L1 of a cell's shares from the truth {deep:.3f}; as seen {raw:.3f}, means of the true types {known:.3f}")
    assert deep <= 0.5 * raw and deep <= known - 0.05, "means of cells of one type lose noise, not what leaked"


def test_resolvi_trains_and_comes_back_and_refuses_cells_without_a_place(tmp_path):
    data = leaking(80, 50, 0).data
    fitted, found = proved("resolvi", data.copy(), tmp_path / "m", Settings(3, 1, 16), Budget(0, 8))
    assert np.allclose(found["corrected"].sum(axis=1), 1, atol=1e-4)
    assert fitted.verdict["watched"] == "training cells"
    data.obsm["spatial"] = np.ones((80, 1))
    with pytest.raises(Refused, match=r"shape \(80, 1\) at obsm/spatial"):
        fit("resolvi", data)
