"""Cells are called from raw droplets as DropletUtils calls them, and what goes on is only cells."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pandas
import pytest
import scipy.sparse as sparse
from scipy.io import mmwrite

from assayline.cells.good_turing import proportions
from assayline.errors import Refused
from tests.cells.library import library

R = """
suppressMessages({library(DropletUtils); library(Matrix)})
where <- commandArgs(TRUE)[1]
m <- as(readMM(file.path(where, "raw.mtx")), "CsparseMatrix"); set.seed(1)
ranks <- metadata(barcodeRanks(m, lower=100)); found <- emptyDrops(m, lower=100)
profile <- metadata(found)$ambient[, 1]
whole <- numeric(nrow(m)); whole[rowSums(m) > 0] <- profile
writeLines(sprintf("%.17g", c(ranks$knee, ranks$inflection, metadata(found)$alpha)), file.path(where, "facts.txt"))
write.table(data.frame(p=found$PValue, fdr=found$FDR), file.path(where, "calls.tsv"), sep="\\t", row.names=FALSE)
writeLines(sprintf("%.17g", whole), file.path(where, "ambient.txt"))
"""


@pytest.fixture(scope="module")
def raw():
    """A library in which small cells of a kind of their own lie below the knee, so that the profile has to tell them."""
    return library(empties=6000, cells=260, groups=6, depth=1000, markers=30.0, empty_depth=25, shallow=0.25, seed=4)


def called(raw):
    from assayline.cells.droplets import call
    from assayline.cells.measure import measure

    counts = raw.counts.astype(np.float32)
    of = measure(counts)
    return call(counts, of.totals, np.ones(len(of.totals), bool), of.seen > 0), of


def test_calls_agree_with_dropletutils(raw, program, tmp_path):
    found, _ = called(raw)
    mmwrite(tmp_path / "raw.mtx", sparse.coo_matrix(raw.counts.T.astype(int)))
    (tmp_path / "run.R").write_text(R)
    rscript = program("Rscript")
    done = subprocess.run([rscript, tmp_path / "run.R", tmp_path], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    knee, inflection, alpha = map(float, (tmp_path / "facts.txt").read_text().split())
    theirs = pandas.read_csv(tmp_path / "calls.tsv", sep="\t")
    profile = np.loadtxt(tmp_path / "ambient.txt")
    assert found.curve.inflection == pytest.approx(inflection) and found.curve.knee == pytest.approx(knee, rel=0.02)
    assert np.abs(np.log10(found.ambient.alpha) - np.log10(alpha)) < 0.05
    assert np.abs(found.ambient.share - profile).max() < 1e-9
    cell = (theirs["fdr"] <= 0.001).to_numpy()
    both = (cell & found.cell).sum() / (cell | found.cell).sum()
    print(f"\ncalled: {found.cell.sum()} here, {cell.sum()} by DropletUtils, agreement {both:.4f}")
    assert both >= 0.97 and cell.sum() > 150
    tested = ~np.isnan(found.p) & (found.p > 0)
    assert np.abs(found.p[tested] - theirs["p"][tested]).max() < 0.03, "both draw 10,000 droplets, so p differs by chance only"


def test_empty_droplets_are_not_called_and_the_calls_repeat(raw):
    found, of = called(raw)
    again, _ = called(raw)
    assert np.array_equal(found.cell, again.cell) and np.array_equal(found.p, again.p, equal_nan=True)
    kind = raw.obs["kind"].to_numpy()
    assert found.cell[kind == "empty"].mean() < 0.001 and found.cell[kind == "cell"].mean() > 0.9
    assert not found.cell[of.totals <= 100].any()


def test_a_raw_matrix_goes_through_the_gate_and_on_as_cells_with_every_test_kept(raw, tmp_path, assayline):
    path = raw.write(tmp_path / "raw.h5ad")
    done = assayline("cells", "inspect", path, "--run", tmp_path / "run", "--json")
    assert done.status == 0, done.err
    report = done.envelope["results"][0]
    droplets = json.loads((tmp_path / "run" / "cells" / "droplets.json").read_text())
    assert (
        report["droplets"]["kind"] == "raw droplets"
        and report["cells"] == droplets["called"] < report["barcodes"] == raw.counts.shape[0]
    )
    table = pandas.read_parquet(tmp_path / "run" / "tables" / "droplets.parquet")
    assert table["cell"].sum() == droplets["called"] and (table["counts"] > 100).all()
    import anndata

    kept = anndata.read_h5ad(tmp_path / "run" / "cells" / "counts.h5ad")
    assert set(kept.obs_names) == set(table["barcode"][table["cell"]])
    own = raw.obs.index.get_indexer(kept.obs_names)
    assert (kept.layers["counts"] != raw.counts[own]).nnz == 0
    assert kept.varm["ambient"].to_numpy().sum() == pytest.approx(1)
    assert report["ambient"]["known"] and "cells-called" in {row["code"] for row in report["findings"]}


def test_a_raw_matrix_without_empty_droplets_is_refused(raw, tmp_path):
    from assayline.cells.steps import inspect_step
    from assayline.run_folder import RunFolder

    path = raw.write(tmp_path / "raw.h5ad")
    with pytest.raises(Refused, match="no barcode with 1 to 0 counts"):
        inspect_step(RunFolder(tmp_path).create(), path, lower=0)


def test_good_turing_gives_the_unseen_their_share():
    counts = np.array([0, 0, 1, 1, 1, 2, 2, 3, 5, 10])
    found = proportions(counts)
    assert found.sum() == pytest.approx(1) and found[0] == found[1] == pytest.approx(3 / 25 / 2)
    assert (np.diff(found[2:]) >= 0).all()
    assert proportions([2, 2, 0]).min() > 0, "nothing seen once: one count is shared out"
    with pytest.raises(ValueError, match="no counts"):
        proportions([0, 0])
