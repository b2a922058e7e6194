"""QC removes what is dying or empty, keeps the rest, and gives every removed cell its reasons."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from assayline.advisor.questions.qc_thresholds import QcThresholds
from assayline.cells.limits import limits, spread
from assayline.cells.qc import keep, reasons, survey
from assayline.errors import Refused

USUAL = QcThresholds(3.0, 3.0, 3.0, 0.05, 3)


@pytest.fixture
def data(tmp_path, simulated, inspected):
    truth = simulated(cells=200, dying=12, shallow=9, seed=3)
    return truth, inspected(truth.write(tmp_path / "m.csv")).data


def test_dying_and_shallow_cells_go_with_their_reasons_and_good_ones_stay(data):
    truth, cells = data
    before = cells.layers["counts"].copy()
    kept, report, _ = keep(cells, USUAL)
    why = cells.obs["reasons"].to_numpy()
    assert all("high_mitochondrial" in text for text in why[truth.dying])
    assert all("low_counts" in text for text in why[truth.shallow])
    good = ~truth.dying & ~truth.shallow
    assert cells.obs["kept"].to_numpy()[good].mean() > 0.97
    assert report["read"] == 200 and report["kept"] == kept.n_obs == int(cells.obs["kept"].sum())
    assert report["removed"] == int((why != "").sum())
    assert (cells.layers["counts"] != before).nnz == 0
    mine = cells[cells.obs["kept"].to_numpy()][:, kept.var_names].layers["counts"]
    assert (kept.layers["counts"] != mine).nnz == 0


def test_limits_are_those_of_each_sample_and_small_samples_borrow(data):
    _, cells = data
    cells.obs["sample"] = ["a"] * 100 + ["b"] * 96 + ["tiny"] * 4
    cells.obs.loc[cells.obs["sample"] == "b", "counts"] *= 10
    rows, findings = limits(cells.obs, USUAL)
    by = {row["sample"]: row for row in rows}
    assert by["b"]["low_counts"]["limit"] > 5 * by["a"]["low_counts"]["limit"]
    assert [finding.where for finding in findings] == ["tiny"] and by["tiny"]["low_counts"]["limit"] > 0


def test_a_mad_of_zero_neither_removes_everything_nor_hides(data):
    assert spread([5.0] * 20).deviation == 0.0 and spread([5.0] * 20).basis.startswith("none")
    fallback = spread([5.0] * 20 + [6.0] * 5)
    assert fallback.deviation > 0 and "MAD is 0" in fallback.basis
    obs = pandas.DataFrame(
        {"sample": "s", "counts": [100.0] * 30, "genes": [50.0] * 30, "mitochondrial_share": [0.0] * 29 + [0.2]}
    )
    flags = reasons(obs, limits(obs, USUAL)[0])
    assert flags.sum().to_dict() == {"low_counts": 0, "low_genes": 0, "high_mitochondrial": 1}


def test_the_mitochondrial_limit_is_high_side_only_and_never_nearer_than_the_minimum_difference():
    random = np.random.default_rng(0)
    share = np.clip(random.normal(0.02, 0.001, 300), 0, 1)
    share[0] = 0.0
    share[1] = 0.045
    obs = pandas.DataFrame(
        {
            "sample": "s",
            "counts": random.lognormal(8, 0.3, 300),
            "genes": random.lognormal(7, 0.3, 300),
            "mitochondrial_share": share,
        }
    )
    rows, _ = limits(obs, USUAL)
    assert rows[0]["high_mitochondrial"]["basis"] == "minimum difference"
    assert reasons(obs, rows)["high_mitochondrial"].sum() == 0
    strict = QcThresholds(3.0, 3.0, 3.0, 0.0, 3)
    assert list(np.flatnonzero(reasons(obs, limits(obs, strict)[0])["high_mitochondrial"]))[:1] == [1]


def test_the_survey_counts_what_each_threshold_would_remove(data):
    _, cells = data
    rows = survey(cells.obs)
    removed = [row["removed"] for row in rows]
    assert removed == sorted(removed, reverse=True) and removed[0] >= 21
    for row in rows:
        again, report, _ = keep(cells.copy(), QcThresholds(row["mads"], row["mads"], row["mads"], 0.05, 3))
        assert report["removed"] == row["removed"] == 200 - again.n_obs


def test_a_filter_that_removes_nothing_is_said_and_one_that_removes_all_is_refused(data):
    _, cells = data
    _, _, findings = keep(cells[100:].copy(), QcThresholds(6.0, 6.0, 6.0, 0.3, 0))
    assert {"The limit 'low_counts' removed no cell.", "The limit 'high_mitochondrial' removed no cell."} <= {
        item.message for item in findings
    }
    few = cells[:3].copy()
    few.obs["mitochondrial_share"] = [0.0, 0.5, 0.9]
    few.obs["counts"] = [1000.0, 1001.0, 10.0]
    few.obs["genes"] = [300.0, 400.0, 500.0]
    with pytest.raises(Refused, match="expected at least 2"):
        keep(few, QcThresholds(0.0, 0.0, 0.0, 0.0, 0))
