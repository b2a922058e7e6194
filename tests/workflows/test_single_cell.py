"""The workflow of single cells on two small samples of a sheet: every sample through the gate, one space, one page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOW = ROOT / "workflows" / "single_cell"
WORDS = ["--config", "counts=data/sheet.csv", "sample_key=sample", "advisor=rules", "tape=data/tape"]


def start(folder, *words):
    command = [sys.executable, "-m", "assayline", "run", "single_cell", "--run", str(folder / "run"), "--cores", "2", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("single_cell")
    shutil.copytree(FLOW / ".test" / "data", folder / "data")
    done = start(folder, *WORDS)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_samples_pass_the_gate_side_by_side_and_the_run_ends_with_its_files(finished):
    import anndata

    folder, done = finished
    run = folder / "run"
    for sample in ("one", "two"):
        assert json.loads((run / "samples" / sample / "cells" / "inspect.json").read_text())["verdict"]["accepted"]
        assert (run / "logs" / "gate" / f"{sample}.log").is_file()
    data = anndata.read_h5ad(run / "cells" / "cells.h5ad")
    assert set(data.obs["sample"]) == {"one", "two"} and "cluster" in data.obs
    assert {"X_pca", "X_harmony", "X_latent", "X_umap"} <= set(data.obsm) and "counts" in data.layers
    model = json.loads((run / "cells" / "model.json").read_text())
    assert {row["space"] for row in model["spaces"]} == {"pca", "harmony"} and model["choice"]["deep_needed"] is False
    assert {path.stem for path in (run / "decisions").glob("*.json")} == {
        "qc_thresholds",
        "integration_model",
        "clustering_resolution",
    }
    evidence = (run / "evidence.jsonl").read_text()
    assert '"integrate.used"' in evidence and '"integrate.harmony.mixing"' in evidence
    assert str(run / "report.html") in done.stdout and (run / "report.html").stat().st_size > 10_000


def test_the_run_is_recorded_whole_with_its_inputs_and_every_change_is_seen(finished):
    folder, _ = finished
    run = folder / "run"
    record = json.loads((run / "run.json").read_text())
    assert record["workflow"]["name"] == "single_cell" and (run / record["workflow"]["source"]).is_file()
    assert {row["name"] for row in record["inputs"]} >= {"sheet.csv", "one.csv", "two.csv"}
    assert (run / "workflow" / "lab_to_notebook" / "workflow" / "rules" / "cells.smk").is_file(), "rules that are included"
    words = [sys.executable, "-m", "assayline", "verify", str(run), "--json", "--inputs", str(folder / "data")]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["results"][0]["whole"] and not told["findings"], told["findings"]
    path = run / "samples" / "one" / "cells" / "inspect.json"
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b'"accepted": true', b'"accepted": false'))
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 9 and json.loads(done.stdout)["results"][0]["changed"] == ["samples/one/cells/inspect.json"]
    path.write_bytes(kept)


def test_a_decision_of_a_person_is_followed_and_only_what_depends_on_it_runs_again(finished):
    folder, _ = finished
    path = folder / "run" / "decisions" / "clustering_resolution.json"
    body = json.loads(path.read_text())
    body["choice"]["resolution"] = 1.5
    path.write_text(json.dumps(body))
    done = start(folder, *WORDS)
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"^· (\w+)$", done.stderr, re.MULTILINE)) == {"annotate", "interpret", "report", "crate", "all"}
    assert json.loads((folder / "run" / "cells" / "clusters.json").read_text())["resolution"] == 1.5


def test_a_sheet_that_names_an_absent_file_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "sheet.csv").write_text("sample,path\none,nothing.csv\n")
    done = start(tmp_path, "--config", "counts=sheet.csv")
    assert done.returncode not in (0, 1) and not (tmp_path / "run" / "cells").exists()
    assert "nothing.csv" in (tmp_path / "run" / "logs" / "snakemake.log").read_text()
