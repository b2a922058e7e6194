"""The pipeline as a thing of its own: lint, schemas, stubs, profiles."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assayline.deploy.engines_pipeline import needs

from .conftest import PIPELINE, found_nextflow

pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.timeout(3000)]
PROFILES = ("test", "conda", "docker", "apptainer", "charliecloud", "podman", "slurm")


def ask(*words: str) -> str:
    done = subprocess.run(
        [found_nextflow(), *words], capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_manifest_declares_no_plugin_and_every_profile():
    wanted = needs("own")
    assert wanted.plugins == ()
    assert set(wanted.profiles) == set(PROFILES)
    assert wanted.nextflow.strict and wanted.nextflow.met("25.04.2")


def test_every_parameter_is_in_the_schema_with_its_default():
    schema = json.loads((PIPELINE / "nextflow_schema.json").read_text())
    known = {name: body for group in schema["$defs"].values() for name, body in group["properties"].items()}
    values = needs("own").values
    params = {name.removeprefix("params."): value for name, value in values.items() if name.startswith("params.")}
    assert set(params) <= set(known)
    for name, body in known.items():
        default = body.get("default", False if body["type"] == "boolean" else None)
        if "$" in str(default):
            continue
        assert params[name] == (default if isinstance(default, str) else json.dumps(default)), name


def test_profiles_choose_one_engine_each():
    values = needs("own").values
    for name in ("docker", "podman", "apptainer", "charliecloud"):
        assert values[f"profiles.{name}.{name}.enabled"] == "true"
        assert values[f"profiles.{name}.process.container"] == "params.container"
    assert values["profiles.conda.conda.enabled"] == "true"
    flat = ask("config", str(PIPELINE), "-flat", "-profile", "test,slurm,docker")
    for line in ("process.executor = 'slurm'", "docker.enabled = true", "process.container = 'assayline-pipeline:0.1.0'"):
        assert line in flat


def test_the_schema_passes_nf_core(tmp_path):
    path = Path(sys.executable).parent / "nf-core"
    words = [
        str(path),
        "--log-file",
        str(tmp_path / "log"),
        "pipelines",
        "schema",
        "lint",
        str(PIPELINE / "nextflow_schema.json"),
    ]
    env = os.environ | {"PATH": os.pathsep.join([str(Path(found_nextflow()).parent), os.environ["PATH"]])}
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stubs_run_the_whole_graph_and_their_gzip_is_gzip(runs):
    one = runs("stub")
    folder = one.run("stub", "-stub-run")
    assert set(one.statuses("stub")) == {"COMPLETED"}
    names = {row["name"].partition(" ")[0].rpartition(":")[2] for row in one.trace("stub")}
    assert {"CELLS_INSPECT", "CELLS_QC", "CELLS_INTEGRATE", "CELLS_ANNOTATE", "RECORD_RUN", "MULTIQC", "STARSOLO"} <= names
    packed = list(folder.rglob("*.gz"))
    assert packed
    for path in packed:
        assert isinstance(gzip.decompress(path.read_bytes()), bytes)
