"""Quality control on simulated cells of known kind: within two points of an oracle, doublets found, ambience measured."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cells.library import library

pytestmark = pytest.mark.truth
USUAL = (3.0, 3.0, 3.0, 0.05, 3)


def limited(drawn, path, inspected):
    """The cells and the flags that usual limits give them."""
    from assayline.advisor.questions.qc_thresholds import QcThresholds
    from assayline.cells.qc import judged

    data = inspected(drawn.write(path)).data
    return data, judged(data.obs, QcThresholds(*USUAL))[0]


def oracle(data, good):
    """The accuracy of the best pair of one lower limit of counts and one upper limit of the mitochondrial share."""
    counts, share = data.obs["counts"].to_numpy(), data.obs["mitochondrial_share"].to_numpy()
    best = 0.0
    for low in [0.0, *np.quantile(counts, np.linspace(0.005, 0.3, 40))]:
        kept = counts >= low
        for high in np.quantile(share, np.linspace(0.6, 1, 60)):
            best = max(best, float(((kept & (share <= high)) == good).mean()))
    return best


@pytest.mark.parametrize("seed", [0, 1])
def test_limits_are_within_two_points_of_the_best_thresholds_an_oracle_could_choose(seed, tmp_path, inspected):
    drawn = library(cells=500, genes=1200, dying=0.06, shallow=0.05, seed=seed)
    data, flags = limited(drawn, tmp_path / "m.h5ad", inspected)
    good = (drawn.obs["kind"] == "cell").to_numpy()
    mine = float((flags.any(axis=1).to_numpy() != good).mean())
    best = oracle(data, good)
    print(f"\nright: {mine:.1%}, oracle {best:.1%}; overlap of good and dying cells {drawn.facts['overlap']:.1%}")
    assert mine >= best - 0.02


def test_doublets_of_different_kinds_score_above_single_cells_and_no_more_go_than_loading_explains():
    from sklearn.metrics import roc_auc_score

    from assayline.cells.doublets import doublets

    drawn = library(cells=500, genes=1200, groups=4, doublets=0.06, seed=2)
    samples, usable = np.full(500, "s1"), np.ones(500, dtype=bool)
    counts = drawn.counts.astype(np.float32)
    score, called, rows, _ = doublets(counts, samples, usable, {"s1": 0.06}, 0)
    true = (drawn.obs["kind"] == "doublet").to_numpy()
    area = roc_auc_score(true, score)
    print(f"\ndoublets: AUROC {area:.3f}, {called.sum()} called of {true.sum()}, {(called & true).sum()} rightly")
    assert area >= 0.9 and called.sum() <= rows[0]["most"] and (called & true).sum() >= 0.7 * called.sum() > 0
    again = doublets(counts, samples, usable, {"s1": 0.06}, 0)
    assert np.array_equal(again[0], score)
    few = doublets(counts[:50], samples[:50], usable[:50], {"s1": 0.06}, 0)
    assert not few[1].any() and "too few" in few[2][0]["not_called_because"]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.25])
def test_ambient_counts_are_measured_where_their_profile_is_known(share):
    from assayline.cells.ambient import contamination

    drawn = library(cells=500, genes=1200, ambient=share, depth=4000, seed=3)
    group = drawn.obs["group"].to_numpy()
    halves = [
        [np.asarray(drawn.counts[(group == one) & (np.arange(500) % 2 == half)].sum(axis=0)).ravel() for one in range(4)]
        for half in (0, 1)
    ]
    found = contamination(*halves, drawn.ambient)
    print(f"\nambient share {share:.0%}: {found['estimate']:.1%}")
    assert found["estimate"] == pytest.approx(share, rel=0.25)


def test_a_cell_type_that_would_vanish_is_named_with_its_genes(tmp_path, inspected):
    from assayline.cells.lookback import look_back

    drawn = library(cells=300, genes=800, markers=20.0, seed=5)
    data, flags = limited(drawn, tmp_path / "m.h5ad", inspected)
    group = drawn.obs["group"].to_numpy()
    flags["high_mitochondrial"] = group == 2
    classes = data.var[["mitochondrial", "ribosomal", "nuclear"]].any(axis=1).to_numpy()
    rows, labels, findings = look_back(data.layers["counts"], flags, classes, data.var["symbol"].to_numpy(), 0)
    emptied = [row for row in rows if row["removed_share"] > 0.5]
    assert len(emptied) == 1 and "a cell type may disappear" in findings[0].message and findings[0].level == "warning"
    own = labels == int(emptied[0]["cluster"])
    assert (group[own] == 2).mean() > 0.9 and len(emptied[0]["own_genes"]) >= 3
