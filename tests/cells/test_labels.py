"""Labels for the cells of a run: from a reference by scANVI, from a celltypist model trained here; `unknown` where due."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas
import pytest

from assayline.advisor.interpret import interpret
from assayline.cells.labels import from_celltypist, from_reference
from assayline.cells.models.training import Budget
from assayline.cells.steps import read_h5ad, write_h5ad
from assayline.cells.steps_labels import label_step
from assayline.errors import BadInput, BadUsage, Refused
from assayline.json_files import file_digest
from assayline.run_folder import RunFolder
from tests.cells.library import library

TYPES = np.array(["alpha", "beta", "delta"])
REFERENCE = 240


@pytest.fixture(scope="module")
def drawn():
    return library(cells=400, genes=900, groups=3, markers=10.0, identifiers="ensembl", seed=4)


@pytest.fixture(scope="module")
def truth(drawn):
    return TYPES[drawn.obs["group"].to_numpy()]


@pytest.fixture
def run(drawn, tmp_path, inspected):
    """A run folder whose cells are those that the reference lacks."""
    found = RunFolder(tmp_path / "run").create()
    data = inspected(drawn.write(tmp_path / "all.h5ad")).data[REFERENCE:].copy()
    write_h5ad(data, found.cells / "cells.h5ad")
    return found


def reference(drawn, truth, path, without="", values=None):
    """The first cells with their types, but for one type."""
    data = drawn.adata(values)[:REFERENCE].copy()
    data.obs["type"] = truth[:REFERENCE]
    data[data.obs["type"] != without].copy().write_h5ad(path)
    return path


def test_a_reference_labels_what_it_knows_and_leaves_the_rest_unknown(run, drawn, truth, tmp_path):
    path = reference(drawn, truth, tmp_path / "reference.h5ad", without="delta")
    before = read_h5ad(run.cells / "cells.h5ad").layers["counts"]
    report, findings = label_step(run, lambda data: from_reference(data, path, "type", Budget(0, 40)))
    data, mine = read_h5ad(run.cells / "cells.h5ad"), truth[REFERENCE:]
    label = data.obs["label"].astype(str).to_numpy()
    known = mine != "delta"
    assert (label[known] == mine[known]).mean() >= 0.95 and (label[~known] == "unknown").mean() >= 0.9
    assert data.obs["label_confidence"].between(0, 1).all() and (data.layers["counts"] != before).nnz == 0
    assert set(data.obs["label_nearest"]) <= {"alpha", "beta"} and not findings
    table = pandas.read_parquet(run.tables / "cells_labels.parquet")
    assert list(table["cell"]) == list(data.obs_names) and list(table["label"]) == list(label)
    rows = {row["label"]: row for row in report["labels"]}
    assert rows["unknown"]["cells"] == report["unknown"] == int((label == "unknown").sum())
    assert rows["alpha"]["markers"] == 10 and rows["alpha"]["markers_borne_out"] >= 9
    assert report["held_out_accuracy"] >= 0.95 and report["unknown_rule"]["enough"]
    facts = {row["id"]: row["value"] for row in map(json.loads, run.evidence.read_text().splitlines())}
    assert facts["annotate.unknown"] == report["unknown"] and facts["annotate.method"] == "scanvi"
    assert json.loads((run.cells / "labels.json").read_text())["labels"] == report["labels"]
    said, _ = interpret(run, by="rules")
    text = " ".join(row["text"] for row in said["statements"])
    assert "of 10 marker genes of the label are borne out by them" in text and not said["dropped"]


def test_a_query_too_small_to_tell_is_said(run, drawn, truth, tmp_path):
    path = reference(drawn, truth, tmp_path / "reference.h5ad")
    few = read_h5ad(run.cells / "cells.h5ad")[:40].copy()
    found = from_reference(few, path, "type", Budget(0, 4))
    assert [finding.code for finding in found.findings] == ["unknown-hard-to-tell"] and len(found.table) == 40


def test_references_that_cannot_be_used_are_refused_before_anything_is_trained(run, drawn, truth, tmp_path):
    data = read_h5ad(run.cells / "cells.h5ad")
    path = reference(drawn, truth, tmp_path / "reference.h5ad")
    with pytest.raises(Refused, match="labels 'kind'"):
        from_reference(data, path, "kind", Budget(0, 1))
    logged = reference(drawn, truth, tmp_path / "log.h5ad", values=np.log1p(drawn.counts.toarray() / 3.0))
    with pytest.raises(Refused, match="raw counts"):
        from_reference(data, logged, "type", Budget(0, 1))
    rare = truth.copy()
    rare[5:REFERENCE] = "alpha"
    with pytest.raises(Refused, match="each with at least 10 cells"):
        from_reference(data, reference(drawn, rare, tmp_path / "rare.h5ad"), "type", Budget(0, 1))
    foreign = data.copy()
    foreign.var_names = [f"X{number}" for number in range(foreign.n_vars)]
    with pytest.raises(Refused, match="genes that reference and query share"):
        from_reference(foreign, path, "type", Budget(0, 1))


@pytest.fixture(scope="module")
def model(drawn, truth, tmp_path_factory):
    """A celltypist model of two of the types, by symbol, with its digest."""
    import anndata
    import celltypist
    import scanpy

    own = np.flatnonzero((np.arange(len(truth)) < REFERENCE) & (truth != "delta"))
    data = anndata.AnnData(drawn.counts[own].astype(np.float32))
    data.var_names = drawn.symbols
    scanpy.pp.normalize_total(data, target_sum=1e4)
    scanpy.pp.log1p(data)
    found = celltypist.train(data, labels=truth[own], n_jobs=1, max_iter=200, use_SGD=True, random_state=0)
    path = tmp_path_factory.mktemp("celltypist") / "types.pkl"
    found.write(str(path))
    return path, file_digest(path)


def test_a_celltypist_model_labels_by_digest_and_consent_only(run, model, truth):
    path, digest = model
    report, _ = label_step(run, lambda data: from_celltypist(data, path, digest, consent=True))
    label = read_h5ad(run.cells / "cells.h5ad").obs["label"].astype(str).to_numpy()
    mine = truth[REFERENCE:]
    known = mine != "delta"
    assert (label[known] == mine[known]).mean() >= 0.95, "genes of the model are symbols, those of the data Ensembl identifiers"
    assert report["method"] == "celltypist" and report["genes"] > 500 and "held_out_accuracy" not in report
    data = read_h5ad(run.cells / "cells.h5ad")
    for sha256, consent, error, words in (
        (digest, False, Refused, "runs code"),
        (None, True, Refused, "--sha256 [0-9a-f]{64} --allow-pickle"),
        ("0" * 64, True, Refused, "not the file you trust"),
        ("abc", True, BadUsage, "64 hexadecimal digits"),
    ):
        with pytest.raises(error, match=words):
            from_celltypist(data, path, sha256, consent=consent)
    with pytest.raises(BadInput, match="no such file"):
        from_celltypist(data, path.with_name("absent.pkl"), digest, consent=True)


class _Trap:
    """A pickle of this writes a file when it is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_no_byte_of_a_pickle_is_run_without_consent_and_what_is_no_model_is_declared(run, tmp_path):
    data = read_h5ad(run.cells / "cells.h5ad")
    trap, sprung = tmp_path / "trap.pkl", tmp_path / "sprung"
    trap.write_bytes(pickle.dumps(_Trap(str(sprung))))
    for sha256, consent in ((None, True), (file_digest(trap), False), ("1" * 64, True)):
        with pytest.raises(Refused):
            from_celltypist(data, trap, sha256, consent=consent)
    assert not sprung.exists()
    for number, content in enumerate((b"", b"not a pickle", pickle.dumps({"a": 1}), pickle.dumps([1, 2]), pickle.dumps(3))):
        path = tmp_path / f"{number}.pkl"
        path.write_bytes(content)
        with pytest.raises(BadInput, match="a celltypist model"):
            from_celltypist(data, path, file_digest(path), consent=True)


def test_a_model_of_other_genes_is_refused(run, model):
    path, digest = model
    data = read_h5ad(run.cells / "cells.h5ad")
    del data.var["symbol"]
    with pytest.raises(Refused, match=r"genes of types\.pkl in the data"):
        from_celltypist(data, path, digest, consent=True)


def test_the_interpretation_says_what_was_labelled_and_what_is_unknown(run, model, truth):
    path, digest = model
    report, _ = label_step(run, lambda data: from_celltypist(data, path, digest, consent=True))
    found, _ = interpret(run, by="rules")
    text = " ".join(row["text"] for row in found["statements"])
    assert f"{report['unknown']} of {report['cells']} cells are unlike every label" in text and not found["dropped"]
    for row in report["labels"]:
        assert row["label"] == "unknown" or f"{row['cells']} cells are labelled {row['label']}" in text
