"""Verdicts on trainings, training that repeats to the bit, and label-blind surveys that find known groups."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.advisor.questions.integration_model import IntegrationModel
from assayline.cells.verdict import verdict

FALL = 1000 + 800 * np.exp(-np.arange(200) / 15)


@pytest.mark.parametrize(
    ("losses", "allowed", "converged", "words"),
    [
        (FALL, 400, True, "stopped early"),
        (FALL, 200, True, "next to nothing"),
        (np.linspace(2000, 1000, 50), 50, False, "still falling"),
        (np.concatenate([FALL[:50], np.linspace(1030, 1900, 50)]), 400, False, "rose again"),
        (np.linspace(1000, 1100, 30), 400, False, "never improved"),
        (np.array([1000.0, np.nan, 900.0]), 400, False, "not finite"),
        (np.array([]), 10, False, "not finite"),
    ],
)
def test_the_verdict_follows_from_the_history(losses, allowed, converged, words):
    found = verdict(losses, allowed)
    assert found["converged"] is converged and words in found["because"]


def test_the_warm_up_counts_into_the_epochs_of_the_verdict():
    found = verdict(FALL, 360, 40)
    assert found["epochs"] == 240 and found["allowed_epochs"] == 400 and found["best_epoch"] == 240


@pytest.fixture
def kept(tmp_path, simulated, inspected):
    from assayline.cells.integrate import normalise

    truth = simulated(cells=150, genes=240, groups=3, depth=1500, seed=5)
    data = inspected(truth.write(tmp_path / "m.csv")).data
    normalise(data)
    return truth, data


def settings(model, genes, latent, epochs):
    return IntegrationModel(model, genes, latent, 1, 32, epochs, "nb", correct_samples=False)


def test_scvi_repeats_to_the_bit_and_leaves_the_counts_alone(kept):
    from assayline.cells.integrate import embed
    from assayline.cells.models.training import Budget

    truth, data = kept
    seen: list[int] = []
    words = settings("scvi", 200, 5, 12), Budget(7, 12)
    first = embed(data.copy(), *words, lambda epoch, loss: seen.append(epoch))
    second = embed(data.copy(), *words)
    assert first.genes == 200 and first.spaces["scvi"].shape == (150, 5) and first.spaces["pca"].shape == (150, 30)
    assert np.array_equal(first.spaces["scvi"], second.spaces["scvi"]) and first.fitted.history == second.fitted.history
    assert seen == list(range(1, 13)) and first.verdict["converged"] is False, "12 epochs are too few, and it says so"
    assert (data.layers["counts"].toarray() == truth.counts).all()
    assert first.choice["used"] in first.spaces and first.choice["deep_needed"] is (first.choice["used"] == "scvi")


def test_a_training_that_the_clock_ends_says_so(kept):
    from assayline.cells.models.spec import Settings
    from assayline.cells.models.training import Budget, fit

    _, data = kept
    found = fit("scvi", data, Settings(5, 1, 16, correct_samples=False), Budget(0, 400, seconds=0.0))
    assert found.verdict["epochs"] < 400 and found.verdict["converged"] is False and "time" in found.verdict["because"]


def test_the_survey_and_its_rule_find_three_groups_without_their_labels(kept):
    from sklearn.metrics import adjusted_rand_score

    from assayline.advisor.questions.clustering_resolution import QUESTION
    from assayline.cells.integrate import embed, graph, leiden, survey
    from assayline.cells.models.training import Budget
    from assayline.cells.steps_model import survey_facts

    truth, data = kept
    found = embed(data, settings("pca", 200, 20, 10), Budget(0, 10))
    rows = survey(found.used, found.other, 0)
    assert rows == survey(found.used, found.other, 0)
    assert all(abs(row["agreement_with_other"] - 1) < 1e-9 for row in rows), "PCA beside PCA is the same"
    facts = {fact.id: fact for fact in survey_facts({"survey": rows})}
    choice = QUESTION.rule(facts).choice
    labels = leiden(graph(found.used, 0), choice["resolution"], 0)
    assert adjusted_rand_score(truth.group, labels) > 0.95


def test_markers_are_the_genes_that_were_made_to_differ(kept):
    from assayline.cells.annotate import cluster, markers
    from assayline.cells.models.components import pca

    truth, data = kept
    data.obsm["X_latent"] = pca(data, 10, 0)
    cluster(data, 0.3, 0)
    table = markers(data)
    assert data.obs["cluster"].cat.categories.tolist() == ["0", "1", "2"]
    for name in ("0", "1", "2"):
        own = np.bincount(truth.group[(data.obs["cluster"] == name).to_numpy()]).argmax()
        block = {f"GENE{number}" for number in range(own * 24, own * 24 + 24)}
        top = table[table["cluster"] == name]["gene"].head(5).tolist()
        assert len(set(top) & block) >= 4
    assert (table["p_adjusted"] < 0.05).all() and (table["log2_fold_change"] > 1).all() and (table["seen_inside"] >= 0.25).all()
