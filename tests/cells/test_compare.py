"""Comparisons: donors are the replicates, nothing is found where nothing is, and what was changed is found."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pandas
import pytest

from assayline.cells.compare import clusters, composition, conditions
from assayline.errors import Refused
from tests.cells.donors import donors
from tests.cells.library import library

LEVELS = ("control", "treated")
SEEDS, IN_CI = 1000, 10
DESEQ2 = """
suppressMessages(library(DESeq2)); where <- commandArgs(TRUE)[1]
for (seed in strsplit(commandArgs(TRUE)[2], ",")[[1]]) {
  m <- as.matrix(read.csv(file.path(where, paste0(seed, ".csv")), row.names=1, check.names=FALSE))
  group <- factor(rep(c("control", "treated"), each=ncol(m) / 2))
  d <- suppressMessages(DESeq(DESeqDataSetFromMatrix(m, data.frame(group), ~group), quiet=TRUE))
  write.csv(as.data.frame(results(d)), file.path(where, paste0(seed, ".out.csv")))
}
"""


def compared(seed, **options):
    counts, units, changed = donors(seed, **options)
    genes = [f"g{number}" for number in range(counts.shape[1])]
    table = conditions.between(counts, units, genes, ["condition"], LEVELS)
    hit = set(table["gene"][table["p_adjusted"] < 0.05])
    return table, hit, {f"g{number}" for number in np.flatnonzero(changed)}


def rates(seeds, **options):
    """Any rejection, false discovery proportion and power over seeds."""
    rows = []
    for seed in seeds:
        _, hit, true = compared(seed, **options)
        rows.append((bool(hit), len(hit - true) / max(1, len(hit)), len(hit & true) / max(1, len(true))))
    return np.array(rows, dtype=float)


def report(null, alternative, seeds):
    error = alternative[:, 1].std(ddof=1) / np.sqrt(seeds)
    print(f"\nnull: any rejection in {null[:, 0].mean():.1%} of {len(null)} seeds (at most 6.7 % of 1,000)")
    rates_of = f"{alternative[:, 1].mean():.3f} ± {error:.3f}, power {alternative[:, 2].mean():.3f}"
    print(f"10 % changed: false discovery proportion {rates_of}")
    return error


@pytest.mark.truth
def test_few_seeds_of_null_and_change():
    null, changed = rates(range(IN_CI)), rates(range(5000, 5000 + IN_CI // 2), changed=0.1)
    error = report(null, changed, IN_CI // 2)
    assert null[:, 0].sum() <= 3, "more than 3 of 10 has a chance below 0.3 % at a rate of 6.7 %"
    assert changed[:, 1].mean() <= 0.05 + 3 * error + 0.05 and changed[:, 2].mean() > 0.1


@pytest.mark.slow
@pytest.mark.truth
@pytest.mark.timeout(14400)
def test_a_thousand_null_seeds_and_a_tenth_of_the_genes_changed():
    null, changed = rates(range(SEEDS)), rates(range(5000, 5000 + SEEDS // 5), changed=0.1)
    error = report(null, changed, SEEDS // 5)
    assert null[:, 0].mean() <= 0.067
    assert changed[:, 1].mean() <= 0.05 + 2 * error


@pytest.mark.truth
def test_power_beside_deseq2(program, tmp_path):
    rscript = program("Rscript")
    seeds = range(7000, 7003)
    ours, theirs, folds = [], [], []
    for seed in seeds:
        counts, units, _ = donors(seed, changed=0.1)
        frame = pandas.DataFrame(counts.T, index=[f"g{number}" for number in range(counts.shape[1])], columns=units.index)
        frame.to_csv(tmp_path / f"{seed}.csv")
    (tmp_path / "run.R").write_text(DESEQ2)
    words = [rscript, tmp_path / "run.R", tmp_path, ",".join(map(str, seeds))]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    for seed in seeds:
        table, hit, true = compared(seed, changed=0.1)
        other = pandas.read_csv(tmp_path / f"{seed}.out.csv", index_col=0)
        found = set(other.index[other["padj"] < 0.05])
        ours.append((len(hit & true) / len(true), len(hit - true) / max(1, len(hit))))
        theirs.append((len(found & true) / len(true), len(found - true) / max(1, len(found))))
        both = table.set_index("gene").join(other, how="inner").dropna(subset=["log2FoldChange"])
        folds.append(np.corrcoef(both["log2_fold_change"], both["log2FoldChange"])[0, 1])
    mine, other_rates = np.mean(ours, axis=0), np.mean(theirs, axis=0)
    print(f"\npower {mine[0]:.2f} (false {mine[1]:.2f}) beside DESeq2's {other_rates[0]:.2f} (false {other_rates[1]:.2f})")
    assert min(folds) > 0.99, "the fold changes are DESeq2's"
    assert mine[0] > 0.5 * other_rates[0]


def test_wilcoxon_agrees_with_scipy_and_finds_the_markers():
    from scipy.stats import mannwhitneyu

    from assayline.cells.variable import scaled

    drawn = library(cells=150, genes=600, groups=3)
    group = drawn.obs["group"].astype(str).to_numpy()
    counts = drawn.counts.astype(np.float32)
    values = scaled(counts, np.asarray(counts.sum(axis=1)).ravel(), 1e4)
    table = clusters.between(values, group, drawn.names)
    dense = values.toarray()
    for gene in ("GENE1", "MT-CO1", "RPL3"):
        column = dense[:, drawn.names.index(gene)]
        row = table[(table["cluster"] == "1") & (table["gene"] == gene)].iloc[0]
        found = mannwhitneyu(column[group == "1"], column[group != "1"], use_continuity=False, method="asymptotic")
        assert row["p"] == pytest.approx(found.pvalue, rel=1e-6)
        assert row["auroc"] == pytest.approx(found.statistic / ((group == "1").sum() * (group != "1").sum()))
    assert (table.groupby("cluster").head(5)["p_adjusted"] < 1e-6).all()


def test_a_shift_of_composition_is_found_with_an_interval_that_holds_the_truth():
    held, found = [], []
    for seed in range(30):
        random = np.random.default_rng(seed)
        rows = []
        for level, weights in (("a", [1, 1, 1, 1]), ("b", [3, 1, 1, 1])):
            for donor in range(5):
                share = np.array(weights) * random.lognormal(0, 0.15, 4)
                for cluster, count in enumerate(random.multinomial(300, share / share.sum())):
                    rows += [(level, f"{level}{donor}", str(cluster))] * count
        obs = pandas.DataFrame(rows, columns=["condition", "donor", "cluster"])
        table = composition.shift(obs, "donor", "condition", ("a", "b"), paired=False).set_index("cluster")
        truth = np.log2(3) * 3 / 4
        held.append(table.loc["0", "low"] <= truth <= table.loc["0", "high"])
        found.append(table.loc["0", "p_adjusted"] < 0.05)
    assert np.mean(held) >= 0.85 and np.mean(found) >= 0.95
    few = obs[obs["donor"].isin(["a0", "b0"])]
    assert not len(composition.shift(few, "donor", "condition", ("a", "b"), paired=False)), "one donor each has no spread"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run folder after inspection and quality control of two conditions with three donors each."""
    from assayline.cells.steps import inspect_step
    from assayline.cells.steps_qc import qc_step
    from assayline.run_folder import RunFolder

    folder = tmp_path_factory.mktemp("compare")
    drawn = library(donors=3, conditions=("control", "treated"), cells=60, genes=400, changed=0.1, fold=4.0, depth=1500)
    run = RunFolder(folder / "run").create()
    inspect_step(run, drawn.write(folder / "m.h5ad"))
    qc_step(run, {"mads_counts": 5, "mads_genes": 5, "mads_mitochondrial": 5, "minimum_mitochondrial_difference": 0.1,
                  "minimum_cells_per_gene": 1}, "x", remove_doublets=False)  # fmt: skip
    return drawn, run


def test_the_verb_compares_conditions_and_writes_tables_figure_and_evidence(run, assayline):
    drawn, folder = run
    done = assayline("cells", "compare", "--run", folder.root, "--reference", "control", "--json")
    assert done.status == 0, done.err
    row = done.envelope["results"][0]["comparisons"][0]
    assert row["first"] == "control" and row["donors"] == {"control": 3, "treated": 3}
    table = pandas.read_parquet(folder.tables / "compare_conditions.parquet")
    true = {name for name, size in zip(drawn.names, drawn.changed, strict=True) if size}
    hit = set(table["gene"][table["p_adjusted"] < 0.05])
    assert len(hit & true) > 10 and len(hit - true) <= max(2, 0.15 * len(hit)) and row["found"] == len(hit)
    assert (folder.figures / "compare_conditions.png").is_file()
    lines = [json.loads(line) for line in folder.evidence.read_text().splitlines()]
    facts = {line["id"]: line["value"] for line in lines}
    assert facts["compare.conditions.c1.found"] == len(hit) and facts["inspect.comparable"] is True


def test_what_cannot_be_answered_is_refused_with_the_reason(run, assayline, tmp_path):
    _, folder = run
    told = assayline("cells", "compare", "--run", folder.root, "--cell-level")
    assert told.status == 9 and "cells of one donor are alike" in told.err
    told = assayline("cells", "compare", "--run", folder.root, "--between", "clusters")
    assert told.status == 9 and "annotate" in told.err
    told = assayline("cells", "compare", "--run", folder.root, "--reference", "placebo")
    assert told.status == 2 and "control, treated" in told.err


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([("d1", "a", "x"), ("d2", "b", "x")], "a has 1, b has 1 donor"),
        ([("d1", "a", "x"), ("d2", "a", "x"), ("d3", "b", "y"), ("d4", "b", "y")], "go together"),
        ([("d1", "a", "x"), ("d2", "a", "x")], "all cells are of one condition"),
    ],
)
def test_designs_that_cannot_answer_say_why(units, words):
    from assayline.cells.design import design
    from assayline.cells.needs import require_input

    obs = pandas.DataFrame([unit for unit in units for _ in range(20)], columns=["donor", "condition", "batch"])
    keys = {"sample": None, "donor": "donor", "condition": "condition", "batch": "batch"}
    found = design(obs, keys)
    assert found["answerable"] is False and words in found["because"]
    whole = {"values": {"kind": "counts"}, "droplets": {"kind": "called cells"}, "cells": 80, "design": found}
    with pytest.raises(Refused, match="donors as replicates"):
        require_input("compare-conditions", whole, "x")


def test_paired_designs_adjust_for_the_donor():
    from assayline.cells.design import design

    rows = [(donor, condition) for donor in ("d1", "d2", "d3") for condition in ("a", "b") for _ in range(10)]
    found = design(
        pandas.DataFrame(rows, columns=["donor", "condition"]),
        {"sample": None, "donor": "donor", "condition": "condition", "batch": None},
    )
    assert found["answerable"] and found["paired"] and found["terms"] == ["donor", "condition"]
