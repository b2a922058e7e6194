"""The whole line on simulated samples: same bytes for the same seed, a verdict on held-out cells, clusters by the model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest

from assayline.errors import Refused
from assayline.json_files import file_digest
from assayline.run_folder import RunFolder
from tests.cells.library import library

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def drawn():
    return library(donors=2, conditions=("a",), cells=130, genes=600, groups=3, markers=10.0, identifiers="ensembl", seed=6)


@pytest.fixture(scope="module")
def source(drawn, tmp_path_factory):
    return drawn.write(tmp_path_factory.mktemp("whole") / "m.h5ad")


def written(source: Path, name: str, hash_seed: int) -> RunFolder:
    """The run folder that a process of its own writes."""
    folder = source.with_name(name)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(hash_seed)}
    words = [sys.executable, "-m", "tests.cells.whole", str(source), str(folder)]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return RunFolder(folder)


@pytest.fixture(scope="module")
def run(source):
    return written(source, "run", 0)


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): file_digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def test_another_process_with_the_same_seed_writes_the_same_bytes(run, source):
    first, second = files(run.root), files(written(source, "other", 7).root)
    names = set(first)
    assert {"cells/cells.h5ad", "cells/kept.h5ad", "tables/cells_qc.parquet", "evidence.jsonl", "figures/clusters.png"} <= names
    assert {"cells/models/scvi/model.pt", "cells/markers.parquet", "tables/compare_clusters.parquet"} <= names
    assert first == second


def test_genes_known_by_identifier_alone_are_shown_so_and_that_is_said(run, tmp_path):
    import shutil

    import anndata

    from assayline.cells.steps_model import annotate_step

    assert not json.loads((run.cells / "clusters.json").read_text())["findings"], "the file gave symbols"
    other = RunFolder(tmp_path / "run")
    shutil.copytree(run.root, other.root)
    data = anndata.read_h5ad(other.cells / "embedded.h5ad")
    del data.var["symbol"]
    data.write_h5ad(other.cells / "embedded.h5ad")
    report, findings = annotate_step(other, 0.5, "sha256:0")
    assert [finding.code for finding in findings] == ["genes-by-identifier"] == [one["code"] for one in report["findings"]]
    assert all(gene.startswith("ENSG") for row in report["clusters"] for gene in row["top"])


def test_the_model_is_held_against_the_mean_and_components_on_cells_it_did_not_train_on(run):
    report = json.loads((run.cells / "model.json").read_text())
    held = report["held_out"]
    assert abs(held["cells"] - 0.1 * report["cells"]) < 2
    assert held["pca"] > 0, "three groups are there to be foretold"
    facts = {row["id"]: row for row in map(json.loads, run.evidence.read_text().splitlines())}
    for key in ("model", "pca"):
        fact = facts[f"model.held_out.{key}"]
        assert fact["value"] == held[key] and fact["unit"] == "nats" and fact["difference"] is True


def test_held_out_likelihood_tells_a_trained_model_from_one_that_learned_nothing(drawn):
    from assayline.cells.heldout import held_out
    from assayline.cells.integrate import normalise
    from assayline.cells.models.spec import Settings
    from assayline.cells.models.training import Budget, fit

    data = drawn.adata()
    data.obs["sample"] = data.obs["sample"].astype("category")
    data.layers["counts"] = data.X.tocsr()
    normalise(data)
    sizes = Settings(latent=6, hidden=32)
    idle, trained = (held_out(data, fit("scvi", data, sizes, Budget(0, epochs)), 0) for epochs in (1, 120))
    assert trained["model"] > max(0.0, idle["model"]) and idle["pca"] == trained["pca"] > 0
    assert trained["share_better_than_pca"] > idle["share_better_than_pca"]


def test_a_space_that_foretells_nothing_is_not_used():
    from assayline.cells.integrate import _other
    from assayline.cells.spaces import Space, choose_space

    judged = [Space("pca", 0.1, 1.0, 0.3), Space("harmony", 0.3, 1.0, 0.3), Space("scvi", 0.9, 1.0, 0.3)]
    assert choose_space(judged)["used"] == "scvi"
    found = choose_space(judged, "scvi")
    assert _other(["pca", "harmony"], "harmony") == "pca" and _other(["pca", "harmony", "scvi"], "harmony") == "scvi"
    assert _other(["pca", "harmony", "scvi"], "scvi") == "harmony" and _other(["pca"], "pca") is None
    assert found["used"] == "harmony" and not found["deep_needed"] and "no better than the mean" in found["because"]


def test_clusters_are_compared_by_the_runs_own_model_by_digest_and_consent(run, drawn, assayline):
    from assayline.cells.compare.deep import Trust
    from assayline.cells.compare_step import compare_step

    with pytest.raises(Refused, match="--allow-pickle"):
        compare_step(run, "clusters", trust=Trust(None, consent=True))
    assert not (run.tables / "compare_clusters_model.parquet").exists()
    digest = json.loads((run.cells / "model.json").read_text())["stored"]["sha256"]
    words = ("--by-model", "--sha256", digest, "--allow-pickle", "--json")
    done = assayline("cells", "compare", "--run", run.root, "--between", "clusters", *words)
    assert done.status == 0, done.err
    report = done.envelope["results"][0]["model"]
    loose = [finding for finding in done.envelope["findings"] if finding["code"] == "model-comparison-loose"]
    confirmed = sum(row["both"] for row in report["comparisons"])
    assert f"confirms {confirmed};" in loose[0]["message"], "clusters of some ninety cells are small, and that is said"
    table = pandas.read_parquet(run.tables / "compare_clusters_model.parquet")
    plain = pandas.read_parquet(run.tables / "compare_clusters.parquet")
    assert report["model"] == "scvi" and set(table["cluster"]) == {row["cluster"] for row in report["comparisons"]}
    for row in report["comparisons"]:
        own = table[table["cluster"] == row["cluster"]].set_index("gene")
        other = plain[plain["cluster"] == row["cluster"]].set_index("gene").loc[own.index]
        sure = (other["p_adjusted"] < 1e-6) & (other["log2_fold_change"].abs() > 1)
        sure &= own["differs"]
        same = np.sign(own["log2_fold_change"][sure]) == np.sign(other["log2_fold_change"][sure])
        assert sure.sum() >= 10 and same.mean() > 0.95
        assert row["found"] == int(own["differs"].sum()) > 0 and row["both"] >= 0.6 * row["found"]


def test_a_run_without_a_stored_model_is_not_compared_by_one(run, drawn, tmp_path):
    import shutil

    from assayline.cells.compare.deep import Trust
    from assayline.cells.compare_step import compare_step
    from assayline.json_files import read_json, write_json
    from assayline.run_folder import RunFolder

    other = RunFolder(tmp_path / "run")
    shutil.copytree(run.root, other.root)
    body = read_json(other.cells / "model.json", "a report")
    body["settings"]["model"] = "harmony"
    del body["stored"]
    write_json(other.cells / "model.json", body)
    with pytest.raises(Refused, match="a run whose model is harmony"):
        compare_step(other, "clusters", trust=Trust("0" * 64, consent=True))
