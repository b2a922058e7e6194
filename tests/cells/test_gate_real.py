"""The gate on real inputs, also log-normalised, scaled, transposed and rounded, beside what a naive script would do."""

from __future__ import annotations

import os

import numpy as np
import pytest
import scipy.sparse as sparse

from assayline.cells.matrix import Matrix
from assayline.cells.measure import measure
from assayline.cells.orient import oriented
from assayline.cells.read import read
from assayline.cells.values import judge
from tests.cells import dropseq

pytestmark = pytest.mark.truth


def forms(counts):
    """What scripts leave of counts, with the kind that the gate has to find."""
    normalised = counts / np.maximum(1, counts.sum(axis=1, keepdims=True)) * 1e4
    logged = np.log1p(normalised)
    scaled = (logged - logged.mean(axis=0)) / np.where(logged.std(axis=0) > 0, logged.std(axis=0), 1)
    yield from (("counts", counts, "counts"), ("log-normalised", logged, "log"), ("scaled", scaled, "scaled"))
    yield from (("normalised, rounded", np.round(normalised), "normalised"), ("log, rounded", np.round(logged), "log"))


def naive(values, names):
    """What a script that takes any matrix for counts does with `MT-` and 200 genes."""
    genes = (values > 0).sum(axis=1)
    mito = sum(name.startswith("MT-") for name in names)
    return f"takes it for counts, {mito} MT- genes, keeps {(genes > 200).mean():.0%} of cells"


def table(name, matrix, inspected_names):
    """Judge every form of one data set in both orientations; print a line each and return those that are wrong."""
    counts = np.round(np.asarray(matrix.values.todense()))
    wrong = []
    for form, values, wanted in forms(counts):
        body = sparse.csr_matrix(values)
        kind = judge(body, measure(body)).kind
        turned, way, _ = oriented(Matrix(body.T.tocsr(), matrix.columns, matrix.rows, "transposed"), None)
        print(f"{name:14s} {form:20s} gate: {kind:10s} transposed: {way['value']:14s} naive: {naive(values, matrix.columns)}")
        if kind != wanted or way["value"] != "genes-by-cells" or turned.rows != matrix.rows:
            wrong.append((name, form, kind, way))
    assert not wrong


def test_the_celltypist_sample(sample, capsys):
    (matrix,) = read(sample)
    print()
    table("celltypist", matrix, matrix.columns)


@pytest.mark.parametrize("name", ["celseq2", "dropseq"])
def test_three_cell_lines(name, shared):
    matrix, _, found = oriented(read(shared / "cells" / f"sc_{name}.count.csv.gz")[0], None)
    assert found.kind == "ensembl" and found.species == "human"
    print()
    table(name, matrix, matrix.columns)


def test_scanpys_reduced_blood_cells_are_scaled(tmp_path, inspected):
    import scanpy

    data = scanpy.datasets.pbmc68k_reduced()
    data.write_h5ad(tmp_path / "m.h5ad")
    report = inspected(tmp_path / "m.h5ad").report
    print(f"\npbmc68k_reduced  gate: {report['values']['kind']}, refused  naive: {naive(data.X, data.var_names)}")
    assert report["values"]["kind"] == "scaled" and not report["verdict"]["accepted"]
    assert report["verdict"]["next"] and report["coverage"] == "targeted panel"


def test_a_library_of_human_and_mouse_is_said(tmp_path, inspected):
    if not dropseq.FOLDER.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("drop-seq-testdata is required in CI")
        pytest.skip("no drop-seq-testdata")
    cells, genes, counts = dropseq.human_and_mouse()
    lines = ["\t".join(["GENE", *cells])]
    lines += ["\t".join([name, *(f"{value:.0f}" for value in row)]) for name, row in zip(genes, counts.T, strict=True)]
    (tmp_path / "barnyard.dge.txt").write_text("\n".join(lines) + "\n")
    found = inspected(tmp_path / "barnyard.dge.txt")
    several = found.report["mixture"]
    print(f"\ndrop-seq  gate: {found.report['identifiers']['species']}, {several}  naive: {naive(counts, genes)}")
    assert found.report["identifiers"]["species"] == "mixed" and min(several["species"].values()) >= 1
    assert "several-species" in {finding.code for finding in found.findings}
