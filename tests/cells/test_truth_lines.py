"""Against the genotype: three cell lines in two protocols. `pytest -m truth -s` prints the table; what trains is slow."""

from __future__ import annotations

import numpy as np
import pytest

from assayline.advisor.questions.integration_model import IntegrationModel
from tests.cells.lines import LINES, cell_lines, thinned

pytestmark = pytest.mark.truth
WAYS = (("celseq2", "dropseq"), ("dropseq", "celseq2"))


@pytest.fixture(scope="module")
def everything(shared):
    return cell_lines(shared)


@pytest.fixture(scope="module")
def singlets(everything):
    return everything[everything.obs["singlet"].to_numpy()].copy()


def say(*words):
    print("truth |", *words)


def counts_of(data, depth):
    return thinned(data.layers["counts"], depth) if depth else data.layers["counts"].tocsr()


@pytest.mark.parametrize("depth", [None, 500])
@pytest.mark.parametrize("way", WAYS, ids=["-to-".join(way) for way in WAYS])
def test_a_line_that_the_reference_lacks_is_unknown_and_the_others_are_not(singlets, way, depth):
    from assayline.cells.unlike import unlike

    reference, query = (singlets[singlets.obs["sample"] == name] for name in way)
    seen = counts_of(query, depth)
    truth = query.obs["line"].to_numpy().astype(str)
    for lacking in ("nothing", *LINES):
        part = reference[reference.obs["line"] != lacking]
        found = unlike(part.layers["counts"].tocsr(), part.obs["line"].to_numpy(), seen, 0)
        absent = truth == lacking
        rejected = float(found.unknown[~absent].mean())
        caught = float(found.unknown[absent].mean()) if absent.any() else None
        say(f"{way[0]} → {way[1]}, {depth or 'all'} counts, without {lacking}: known rejected {rejected:.3f}, unknown {caught}")
        assert rejected <= 0.05 and (caught is None or caught >= 0.90)


def integrated(data, model, epochs):
    from assayline.cells.integrate import embed, normalise
    from assayline.cells.models.training import Budget

    data = data.copy()
    normalise(data)
    return embed(data, IntegrationModel(model, 1500, 10, 1, 128, epochs, "nb", correct_samples=True), Budget(0, epochs))


def picked(everything, found):
    """The adjusted Rand index of the lines of singlets to the clusters that the rule picks without labels."""
    from sklearn.metrics import adjusted_rand_score

    from assayline.advisor.questions.clustering_resolution import QUESTION
    from assayline.cells.integrate import graph, leiden, survey
    from assayline.cells.steps_model import survey_facts

    facts = {fact.id: fact for fact in survey_facts({"survey": survey(found.used, found.other, 0)})}
    resolution = QUESTION.rule(facts).choice["resolution"]
    clusters = leiden(graph(found.used, 0), resolution, 0)
    singlet, line = everything.obs["singlet"].to_numpy(), everything.obs["line"].to_numpy().astype(str)
    ari = adjusted_rand_score(line[singlet], clusters[singlet])
    say(f"resolution {resolution:g} picked without labels: ARI to the lines on singlets {ari:.3f}")
    return ari


def held(everything, found):
    """That the clusters are the lines; the mixing within lines, and what was said of the deep model."""
    from assayline.cells.spaces import ilisi

    assert picked(everything, found) >= 0.95
    singlet, line = everything.obs["singlet"].to_numpy(), everything.obs["line"].to_numpy().astype(str)
    sample = everything.obs["sample"].to_numpy().astype(str)
    own = [singlet & (line == name) for name in LINES]
    mixing = {name: float(np.mean([ilisi(space[part], sample[part]) for part in own])) for name, space in found.spaces.items()}
    say("iLISI of protocols within lines:", ", ".join(f"{name} {value:.3f}" for name, value in mixing.items()))
    say(f"used {found.choice['used']}; deep model needed: {found.choice['deep_needed']}: {found.choice['because']}")
    assert mixing[found.choice["used"]] >= mixing["harmony"] - 0.05
    return mixing


def test_clusters_are_the_lines_and_protocols_mix_without_a_deep_model(everything):
    held(everything, integrated(everything, "harmony", 10))


MIXES = {
    "a rare line": {"H1975": 1000, "H2228": 15, "HCC827": 60},
    "two lines": {"H1975": 75, "HCC827": 75},
    "few cells": {"H1975": 30, "H2228": 30, "HCC827": 30},
}


@pytest.mark.parametrize("mix", MIXES)
def test_the_same_rule_finds_the_lines_of_other_mixes(singlets, mix):
    random, line = np.random.default_rng(0), singlets.obs["line"].to_numpy().astype(str)
    rows = [random.permutation(np.flatnonzero(line == name))[:most] for name, most in MIXES[mix].items()]
    part = singlets[np.concatenate(rows)].copy()
    say(mix)
    assert picked(part, integrated(part, "harmony", 10)) >= 0.95


@pytest.mark.slow
def test_clusters_are_the_lines_protocols_mix_and_it_is_said_whether_scvi_was_needed(everything):
    found = integrated(everything, "scvi", 200)
    mixing = held(everything, found)
    assert mixing["scvi"] > mixing["pca"] + 0.3


@pytest.mark.slow
@pytest.mark.parametrize("depth", [None, 500])
def test_scanvi_carries_labels_to_the_other_protocol(singlets, depth, tmp_path):
    from assayline.cells.models.spec import Settings
    from assayline.cells.models.store import load, save
    from assayline.cells.models.training import Budget
    from assayline.cells.transfer import together, transfer

    reference, query = (singlets[singlets.obs["sample"] == name].copy() for name in WAYS[0])
    query.layers["counts"] = counts_of(query, depth)
    found = transfer(together(reference, query, "line"), Settings(more={"surgery_ready": True}), Budget(0, 80))
    truth = query.obs["line"].to_numpy().astype(str)
    right = float((found.labels == truth).mean())
    say(
        f"CEL-seq2 → Drop-seq, {depth or 'all'} counts: scANVI accuracy {right:.3f}, median confidence",
        np.median(found.confidence),
    )
    assert right >= 0.97 and found.report["held_out_accuracy"] >= 0.97
    if depth is None:
        return
    folder = tmp_path / "scanvi"
    again = load(folder, found.fitted.model.adata, sha256=save(found.fitted, folder), consent=True)
    assert np.allclose(again.outputs()["probabilities"], found.fitted.outputs()["probabilities"], atol=1e-5)


@pytest.mark.slow
def test_surgery_on_a_saved_reference_gives_the_query_its_lines(singlets, tmp_path):
    from assayline.cells.integrate import normalise, variable_genes
    from assayline.cells.models.spec import Settings
    from assayline.cells.models.store import load, save
    from assayline.cells.models.training import Budget, fit

    reference, query = (singlets[singlets.obs["sample"] == name].copy() for name in WAYS[0])
    normalise(reference)
    reference = variable_genes(reference, 1000)
    query = query[:, reference.var_names].copy()
    for side in (reference, query):
        side.obs["sample"] = side.obs["sample"].astype(str).astype("category")
    reference.obs["label"], query.obs["label"] = reference.obs["line"].astype("category"), "unknown"
    settings = Settings(more={"surgery_ready": True})
    first = fit("scvi", reference, settings, Budget(0, 80))
    labelled = fit("scanvi", reference, settings, Budget(0, 20), first=first)
    digest = save(labelled, tmp_path / "reference")
    stored = load(tmp_path / "reference", reference, sha256=digest, consent=True)
    found = fit("surgery", query, settings, Budget(0, 40), first=stored).outputs()
    right = float((found["labels"][found["probabilities"].argmax(axis=1)] == query.obs["line"].to_numpy().astype(str)).mean())
    say(f"scArches surgery of a saved CEL-seq2 reference, Drop-seq: accuracy {right:.3f}")
    assert right >= 0.97


def test_pairs_of_different_lines_score_as_doublets_in_quality_control(singlets):
    from scipy import sparse
    from sklearn.metrics import roc_auc_score

    from assayline.cells.doublets import doublets

    random = np.random.default_rng(0)
    for name in ("celseq2", "dropseq"):
        own = singlets[singlets.obs["sample"] == name]
        line, counts = own.obs["line"].to_numpy(), own.layers["counts"].tocsr()
        pairs = [random.choice(own.n_obs, 2, replace=False) for _ in range(200)]
        pairs = np.array([pair for pair in pairs if line[pair[0]] != line[pair[1]]][: own.n_obs // 10])
        both = sparse.vstack([counts, counts[pairs[:, 0]] + counts[pairs[:, 1]]], format="csr")
        names, all_of_them = np.full(both.shape[0], name), np.ones(both.shape[0], dtype=bool)
        score = doublets(both, names, all_of_them, {name: len(pairs) / both.shape[0]}, 0)[0]
        found = roc_auc_score(np.arange(both.shape[0]) >= own.n_obs, score)
        say(f"doublet scores of QC, {name}: AUROC of {len(pairs)} in-silico pairs {found:.3f}")
        assert found >= 0.9


@pytest.mark.slow
def test_pairs_of_different_lines_are_found_as_doublets(everything, singlets):
    import anndata
    from sklearn.metrics import roc_auc_score

    from assayline.cells.integrate import normalise, variable_genes
    from assayline.cells.models.spec import Settings
    from assayline.cells.models.training import Budget, fit

    random = np.random.default_rng(0)
    for name in ("celseq2", "dropseq"):
        own = singlets[singlets.obs["sample"] == name]
        line = own.obs["line"].to_numpy()
        pairs = [random.choice(own.n_obs, 2, replace=False) for _ in range(200)]
        pairs = np.array([pair for pair in pairs if line[pair[0]] != line[pair[1]]][: own.n_obs // 10])
        counts = own.layers["counts"].tocsr()
        both = anndata.AnnData((counts[pairs[:, 0]] + counts[pairs[:, 1]]).tocsr(), var=own.var[[]])
        both.obs_names = [f"pair{number}" for number in range(len(pairs))]
        both.layers["counts"] = both.X.copy()
        data = anndata.concat([own, both], join="inner")
        data.layers["counts"], data.obs["sample"] = data.layers["counts"].tocsr(), name
        normalise(data)
        data = variable_genes(data, 1000)
        first = fit("scvi", data, Settings(correct_samples=False), Budget(0, 80))
        score = fit("solo", data, Settings(), Budget(0, 100), first=first).outputs()["doublet"]
        found = roc_auc_score(np.arange(data.n_obs) >= own.n_obs, score)
        called = everything[(everything.obs["sample"] == name).to_numpy() & ~everything.obs["singlet"].to_numpy()]
        say(f"SOLO, {name}: AUROC of {len(pairs)} in-silico pairs {found:.3f}; the genotype calls {called.n_obs} doublets")
        assert found >= 0.9


@pytest.mark.slow
def test_lines_stay_apart_in_the_space_of_the_linear_model(singlets):
    from sklearn.metrics import silhouette_score

    from assayline.cells.integrate import normalise, variable_genes
    from assayline.cells.models.spec import Settings
    from assayline.cells.models.training import Budget, fit
    from assayline.cells.spaces import clisi

    data = singlets.copy()
    normalise(data)
    data = variable_genes(data, 1000)
    found = fit("linear_scvi", data, Settings(), Budget(0, 60)).outputs()
    line = data.obs["line"].to_numpy().astype(str)
    kept, apart = clisi(found["latent"], line), float(silhouette_score(found["latent"], line))
    say(f"LinearSCVI: cLISI of lines {kept:.3f}, silhouette {apart:.3f}, loadings {found['loadings'].shape}")
    assert kept >= 0.95 and found["loadings"].shape == (1000, 10)
