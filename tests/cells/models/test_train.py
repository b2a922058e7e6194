"""`cells train` from the command line: through the gate, outputs in standard slots, a verdict, and the same bytes again."""

from __future__ import annotations

import json
import re

import anndata
import numpy as np
import pytest

from assayline.cells.models.spec import Settings
from assayline.cells.models.training import Budget
from assayline.cells.steps import inspect_step
from assayline.cells.train import Reference
from assayline.cells.train_step import train_step
from assayline.errors import BadUsage, Refused
from assayline.json_files import file_digest
from assayline.run_folder import RunFolder
from tests.cells.models.cohort import cohort
from tests.cells.models.kinetics import kinetics
from tests.cells.models.leaking import leaking
from tests.cells.models.multiome import multiome
from tests.cells.models.peaks import atac
from tests.cells.models.proteins import cite
from tests.cells.models.spots import tissue
from tests.cells.models.systems import systems

SMALL = ("--max-epochs", "3", "--hidden", "16", "--latent", "4")


def gated(data, folder):
    """The run folder of data that the gate accepted."""
    source = folder / "m.h5ad"
    data.write_h5ad(source)
    inspect_step(RunFolder(folder / "run").create(), source)
    return folder / "run"


def again(run, model, reference=None):
    """Trains the same in this process and says whether every file of the run has the same bytes as before."""
    before = {path: file_digest(path) for path in run.rglob("*") if path.is_file()}
    train_step(RunFolder(run), model, Settings(4, hidden=16), Budget(0, 3), reference=reference)
    return {path: file_digest(path) for path in before} == before


def shallow(truth):
    """Kinetics as a sequencer counts them: a quarter of the transcripts."""
    random = np.random.default_rng(1)
    for name in ("spliced", "unspliced"):
        layer = truth.data.layers[name].copy()
        layer.data = random.binomial(layer.data.astype(int), 0.25).astype(np.float32)
        layer.eliminate_zeros()
        truth.data.layers[name] = layer
    truth.data.X = truth.data.layers["counts"] = truth.data.layers["spliced"].copy()
    return truth.data


def test_totalvi_is_trained_with_outputs_in_slots_a_verdict_and_the_same_bytes(assayline, tmp_path):
    run = gated(cite(100, 60, 0).data, tmp_path)
    done = assayline("cells", "train", "totalvi", "--run", run, *SMALL, "--json")
    assert done.status == 0, done.err
    report = done.envelope["results"][0]
    codes = {finding["code"] for finding in done.envelope["findings"]}
    assert {"no-quality-control", "not-converged"} <= codes, "nothing was filtered, three epochs are too few: both are said"
    assert report["verdict"]["converged"] is False and report["verdict"]["epochs"] == 3
    assert [row["space"] for row in report["spaces"]] == ["pca", "totalvi"] and report["choice"]["used"] in ("pca", "totalvi")
    data = anndata.read_h5ad(run / "cells" / "train_totalvi.h5ad")
    assert data.obsm["X_totalvi"].shape == (100, 4) and (data.layers["counts"].data % 1 == 0).all()
    foreground = data.obsm["totalvi_foreground"]
    assert [*foreground.columns] == [f"protein{number}" for number in range(12)] and foreground.max().max() <= 1
    facts = {row["id"]: row for row in map(json.loads, (run / "evidence.jsonl").read_text().splitlines())}
    assert facts["train.totalvi.converged"]["value"] is False and facts["train.totalvi.cells"]["value"] == 100
    assert facts["train.totalvi.best_loss"]["value"] == report["verdict"]["best_loss"]
    assert facts["train.totalvi.loss_change"]["difference"] is True
    held = report["held_out"]
    assert held["cells"] == 10 and facts["train.totalvi.held_out.pca"]["value"] == held["pca"]
    assert ("foretells-no-better" in codes) == (held["model"] <= held["pca"])
    stored = run / report["stored"]["folder"] / "model.pt"
    assert file_digest(stored) == f"sha256:{report['stored']['sha256']}"
    assert again(run, "totalvi")


def test_peakvi_takes_the_peaks_seen_most_and_is_held_against_lsi(assayline, tmp_path):
    run = gated(atac(100, 200, 0).data, tmp_path)
    done = assayline("cells", "train", "peakvi", "--run", run, *SMALL, "--features", "150", "--json")
    assert done.status == 0, done.err
    report = done.envelope["results"][0]
    assert report["features"] == 150 and [row["space"] for row in report["spaces"]] == ["lsi", "peakvi"]
    data = anndata.read_h5ad(run / "cells" / "train_peakvi.h5ad")
    whole = anndata.read_h5ad(run / "cells" / "counts.h5ad")
    seen = np.asarray((whole.layers["counts"] > 0).sum(axis=0)).ravel()
    assert np.asarray((data.layers["counts"] > 0).sum(axis=0)).min() >= np.sort(seen)[-150]
    assert data.layers["peakvi_accessible"].shape == (100, 150)


def test_a_model_is_refused_what_it_cannot_use_with_the_way_to_give_it(assayline, tmp_path):
    run = gated(cohort(1, 60, 60, 0).data, tmp_path)
    for model, place, way in (
        ("totalvi", "obsm/antibody_capture", "10x file with antibody features"),
        ("multivi", "obsm/peaks", "multiome file"),
        ("velovi", "layers/unspliced", "layers spliced and unspliced"),
        ("resolvi", "obsm/spatial", "obsm['spatial']"),
        ("sysvi", "nothing at obs/batch", "--batch-key"),
        ("mrvi", "1 groups at obs/sample", "--sample-key"),
    ):
        with pytest.raises(Refused, match=re.escape(place)) as refused:
            train_step(RunFolder(run), model, Settings(), Budget())
        assert way in str(refused.value)
    done = assayline("cells", "train", "totalvi", "--run", run, *SMALL)
    assert done.status == 9 and "nothing at obs" in done.err and "antibody features" in done.err
    assert not [*(run / "cells").glob("train_*")], "nothing is written for a refusal"
    for model, said in (("scvi", "assayline cells integrate"), ("nothing", "expected one of"), ("destvi", "--reference")):
        with pytest.raises(BadUsage, match=said):
            train_step(RunFolder(run), model, Settings(), Budget())
    done = assayline("cells", "train", "totalvi", "--run", run, "--latent", "0")
    assert done.status == 2 and "--latent" in done.err


@pytest.mark.slow
def test_every_wider_model_is_trained_from_the_command_line_with_the_same_bytes(assayline, tmp_path):
    truth = tissue(80, 40, 200, 0)
    truth.reference.write_h5ad(tmp_path / "reference.h5ad")
    known = ("--reference", tmp_path / "reference.h5ad", "--label-key", "label")
    far = systems(120, 100, 0)
    far.data.X = far.data.layers["counts"].copy()
    given = {
        "multivi": (multiome(90, 60, 80, 0).data, (), "obsm/X_multivi"),
        "mrvi": (cohort(4, 30, 60, 0).data, (), "obsm/mrvi_distances"),
        "velovi": (shallow(kinetics(100, 40, 0)), (), "layers/velovi_velocity"),
        "resolvi": (leaking(90, 50, 0).data, (), "layers/resolvi_corrected"),
        "destvi": (truth.spots, known, "obsm/destvi_proportions"),
        "sysvi": (far.data, (), "obsm/X_sysvi"),
    }
    for model, (data, words, slot) in given.items():
        folder = tmp_path / model
        folder.mkdir()
        run = gated(data, folder)
        done = assayline("cells", "train", model, "--run", run, *SMALL, *words, "--json")
        assert done.status == 0, done.err
        report = done.envelope["results"][0]
        assert slot in [row["slot"] for row in report["outputs"]] and (report["spaces"] or report["beside"])
        holder, _, key = slot.partition("/")
        found = getattr(anndata.read_h5ad(run / "cells" / f"train_{model}.h5ad"), holder)[key]
        assert len(found) == data.n_obs and np.isfinite(np.asarray(found)).all()
        assert again(run, model, Reference(tmp_path / "reference.h5ad", "label") if words else None), model
