"""Inputs that no analysis can stand on: declared errors with the reason, nothing of a run before overwritten; odd ones go on."""

from __future__ import annotations

import os
from pathlib import Path

import anndata
import numpy as np
import pandas
import pytest
import scipy.sparse as sparse

from assayline.cells.steps import inspect_step
from assayline.cells.steps_qc import qc_step
from assayline.errors import BadInput, Refused
from assayline.run_folder import RunFolder
from tests.cells.library import library
from tests.cells.whole import THRESHOLDS, whole


@pytest.fixture(scope="module")
def drawn():
    return library(cells=120, genes=400, groups=2, markers=10.0, seed=8)


def test_no_counts_anywhere_is_refused_though_three_places_were_looked_at(drawn, tmp_path, inspected):
    dense = drawn.counts.toarray().astype(float)
    logged = np.log1p(dense / dense.sum(axis=1, keepdims=True) * 1e4)
    data = drawn.adata(logged)
    data.raw = data
    data.layers["counts"] = data.X * 1.5
    data.write_h5ad(tmp_path / "m.h5ad")
    report = inspected(tmp_path / "m.h5ad").report
    assert report["verdict"]["accepted"] is False and report["values"]["kind"] == "log"
    bare = anndata.AnnData(obs=data.obs, var=data.var)
    bare.write_h5ad(tmp_path / "bare.h5ad")
    with pytest.raises(BadInput, match="neither X, raw nor a counts layer"):
        inspected(tmp_path / "bare.h5ad")


def test_genes_that_stand_twice_are_named(drawn, tmp_path, inspected):
    data = drawn.adata()
    data.var_names = [*data.var_names[:-1], data.var_names[0]]
    data.write_h5ad(tmp_path / "m.h5ad")
    report = inspected(tmp_path / "m.h5ad").report
    assert report["verdict"]["accepted"] is False and report["duplicates"]["genes"] == [drawn.names[0]]
    assert f"names of genes stand twice (first '{drawn.names[0]}')" in report["verdict"]["refused_because"][0]


def test_one_gene_expressed_ends_in_a_declared_refusal(drawn, tmp_path):
    values = np.zeros(drawn.counts.shape)
    values[:, 20] = np.random.default_rng(0).poisson(30, len(values))
    with pytest.raises(Refused, match="1 of 400 genes are expressed"):
        inspect_step(RunFolder(tmp_path / "run").create(), drawn.write(tmp_path / "m.h5ad", values))
    values[:, 20:26] = np.random.default_rng(0).poisson(30, (len(values), 6))
    values[3:, 21:26] = 0
    path, strict = drawn.write(tmp_path / "m.h5ad", values), THRESHOLDS | {"minimum_cells_per_gene": 10}
    with pytest.raises(Refused, match="1 genes after QC"):
        whole(path, tmp_path / "run", model="pca", thresholds=strict)


def test_when_all_cells_fail_nothing_of_the_run_before_is_overwritten(drawn, tmp_path):
    run = RunFolder(tmp_path / "run").create()
    path = drawn.write(tmp_path / "m.h5ad")
    inspect_step(run, path)
    qc_step(run, THRESHOLDS, "sha256:0")
    before = {name: (run.cells / name).read_bytes() for name in ("kept.h5ad", "qc.json")}
    data = anndata.read_h5ad(run.cells / "counts.h5ad")
    data.obs["mitochondrial_share"] = np.linspace(0.5, 1.0, data.n_obs)
    data.obs["counts"], data.obs["genes"] = np.geomspace(1, 1e6, data.n_obs), np.geomspace(1e4, 1, data.n_obs)
    data.write_h5ad(run.cells / "counts.h5ad")
    none = dict.fromkeys(THRESHOLDS, 0.0) | {"minimum_cells_per_gene": 3}
    with pytest.raises(Refused, match="expected at least 2"):
        qc_step(run, none, "sha256:1")
    assert before == {name: (run.cells / name).read_bytes() for name in before}


def test_a_batch_of_three_cells_goes_through_the_whole_line_and_is_said(drawn, tmp_path):
    data = drawn.adata()
    data.obs["sample"] = ["big"] * (data.n_obs - 3) + ["tiny"] * 3
    data.write_h5ad(tmp_path / "m.h5ad")
    run = whole(tmp_path / "m.h5ad", tmp_path / "run", model="scvi", epochs=5)
    kept = anndata.read_h5ad(run.cells / "cells.h5ad")
    assert {"X_pca", "X_harmony", "X_scvi", "X_umap"} <= set(kept.obsm)
    assert all(np.isfinite(kept.obsm[name]).all() for name in kept.obsm)
    assert (kept.obs["sample"] == "tiny").sum() >= 2
    text = (run.cells / "qc.json").read_text()
    assert "3 cells are too few for limits of their own" in text and "too few to simulate doublets" in text


def test_labels_that_are_missing_for_every_cell_are_refused_and_gaps_are_no_label(drawn, tmp_path, inspected):
    from assayline.cells.transfer import together

    data = inspected(drawn.write(tmp_path / "m.h5ad")).data
    reference = data.copy()
    reference.obs["type"] = pandas.Series([None] * data.n_obs, index=data.obs_names, dtype=object)
    with pytest.raises(Refused, match="two labels or more"):
        together(reference, data, "type")
    reference.obs["type"] = np.where(np.arange(data.n_obs) % 3 == 0, None, drawn.obs["group"].astype(str).to_numpy())
    whole_data = together(reference, data, "type")
    gaps = (whole_data.obs["side"] == "reference") & (whole_data.obs["label"] == "unknown")
    assert int(gaps.sum()) == 40


def test_an_unknown_species_is_said_and_no_limit_is_invented(drawn, tmp_path):
    data = drawn.adata()
    data.var_names = [f"locus_{number:05d}" for number in range(data.n_vars)]
    del data.var["symbol"]
    data.obs_names = [f"c{number}" for number in range(data.n_obs)]
    data.write_h5ad(tmp_path / "m.h5ad")
    run = RunFolder(tmp_path / "run").create()
    report, findings = inspect_step(run, tmp_path / "m.h5ad", orientation="cells-by-genes")
    assert report["identifiers"]["species"] in (None, "unknown") and report["material"]["kind"] == "not told"
    assert "no-mitochondrial-genes" in {finding.code for finding in findings}
    told, _ = qc_step(run, THRESHOLDS, "sha256:0")
    assert "high_mitochondrial" not in told["reasons"] and told["kept"] > 100


def test_a_full_disk_leaves_the_table_that_was_there(tmp_path):
    from assayline.cells.steps import write_parquet
    from assayline.errors import CannotWrite

    full, path = Path("/dev/full"), tmp_path / "t.parquet"
    if not full.exists():
        pytest.skip("no /dev/full")
    write_parquet(pandas.DataFrame({"a": [1]}), path)
    before = path.read_bytes()
    (tmp_path / f".t.parquet.{os.getpid()}.part").symlink_to(full)
    with pytest.raises(CannotWrite, match="No space left"):
        write_parquet(pandas.DataFrame({"a": [2]}), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_negative_and_fractional_values_among_whole_ones_are_counted(drawn, tmp_path, inspected):
    for change, words in ((-1.0, "1 values are negative"), (0.5, "1 of ")):
        values = sparse.lil_matrix(drawn.counts.astype(float))
        values[3, 7] = change
        report = inspected(drawn.write(tmp_path / "m.h5ad", values.tocsr())).report
        assert report["verdict"]["accepted"] is False and words in report["verdict"]["refused_because"][0]
