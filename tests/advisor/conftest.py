"""One small run, made by the real stations from simulated counts of two named samples, copied for every test that writes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from assayline.run_folder import RunFolder
from tests.cells.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "sk-loopback-never-shown"
DONORS = ("Miller, Anna", "B-17/2024")
PCA = {
    "model": "pca",
    "variable_genes": 200,
    "latent": 10,
    "layers": 1,
    "hidden": 32,
    "max_epochs": 10,
    "likelihood": "nb",
    "correct_samples": False,
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gate, decisions by rules (the model by a person: no training), QC, survey, clusters."""
    from assayline.advisor.decide import decide
    from assayline.advisor.tape import chosen
    from assayline.cells.models.training import Budget
    from assayline.cells.steps import inspect_step
    from assayline.cells.steps_model import annotate_step, integrate_step
    from assayline.cells.steps_qc import qc_step

    folder = tmp_path_factory.mktemp("made")
    truth = simulate(cells=160, genes=240, groups=2, dying=6, shallow=4, seed=2)
    truth.write(folder / "counts.csv")
    lines = [f'{name},"{DONORS[number % 2]}"' for number, name in enumerate(truth.cells)]
    (folder / "cells.csv").write_text("\n".join(["cell,donor", *lines]) + "\n")
    run = RunFolder(folder / "run").create()
    inspect_step(run, folder / "counts.csv", metadata=folder / "cells.csv", sample_key="donor")
    decide(run, "qc_thresholds", "rules")
    qc_step(run, *chosen(run, "qc_thresholds"))
    run.decision("integration_model").write_text(
        json.dumps({"schema": "assayline/decision/1", "question": "integration_model", "choice": PCA})
    )
    integrate_step(run, *chosen(run, "integration_model"), Budget(), lambda epoch, loss: None)
    decide(run, "clustering_resolution", "rules")
    choice, digest = chosen(run, "clustering_resolution")
    annotate_step(run, choice["resolution"], digest)
    return run.root


@pytest.fixture
def run(made: Path, tmp_path: Path) -> RunFolder:
    """A copy of the run that a test may change."""
    shutil.copytree(made, tmp_path / "run")
    return RunFolder(tmp_path / "run")


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Point the real SDK at a loopback server, with a key that must appear nowhere."""

    def point(script: Any) -> None:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", script.url)

    return point
