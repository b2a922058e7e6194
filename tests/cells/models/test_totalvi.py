"""totalVI on simulated CITE-seq: four groups that RNA or proteins alone show as two, and protein signal told from background."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget, fit
from assayline.errors import Refused
from tests.cells.models.drawing import components, logs, recovered
from tests.cells.models.proteins import cite
from tests.cells.models.proving import SEED, proved, say


@pytest.mark.truth
def test_totalvi_finds_groups_that_neither_kind_tells_alone_and_the_signal_of_proteins(tmp_path):
    from sklearn.metrics import roc_auc_score

    truth = cite(400, 200, SEED)
    proteins = truth.data.obsm["antibody_capture"].to_numpy()
    _, found = proved("totalvi", truth.data, tmp_path / "m", Settings(10, 1, 64), Budget(SEED, 60, batch_size=32))
    values, levels = components(logs(truth.data.layers["counts"]), 10), components(np.log1p(proteins), 5)
    both, rna, alone = (recovered(space, truth.group) for space in (found["latent"], values, levels))
    plain = recovered(np.hstack([values, levels]), truth.group)
    raw = np.mean([roc_auc_score(truth.present[:, one], proteins[:, one]) for one in range(12)])
    told = np.mean([roc_auc_score(truth.present[:, one], found["foreground"][:, one]) for one in range(12)])
    say(f"totalVI: ARI of groups {both:.3f}; RNA alone {rna:.3f}, log proteins alone {alone:.3f}, PCA of both {plain:.3f}")
    say(f"totalVI: AUROC of protein signal {told:.3f}, of the protein counts themselves {raw:.3f}")
    assert both >= 0.9 and both >= max(rna, alone) + 0.3 and both >= plain - 0.05
    assert told >= 0.97 and told >= raw + 0.02


def test_totalvi_refuses_proteins_that_are_no_counts():
    data = cite(40, 50, 0).data
    data.obsm["antibody_capture"] = np.log1p(data.obsm["antibody_capture"])
    with pytest.raises(Refused, match=r"whole numbers at obsm/antibody_capture; expected protein counts \(counts\)"):
        fit("totalvi", data)
    del data.obsm["antibody_capture"]
    with pytest.raises(Refused, match="nothing at obsm/antibody_capture"):
        fit("totalvi", data)
