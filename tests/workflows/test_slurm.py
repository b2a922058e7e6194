"""The workflow on a real Slurm: a folder of a hundred exports converts as a few grouped jobs, the documents as locally."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import allotrope

ROOT = Path(__file__).resolve().parents[2]
FLOW = ROOT / "workflows" / "convert_folder"
EXPORT = ROOT / "examples" / "instruments" / "vi_cell_blu_pbmc.csv"
pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.timeout(1500)]


def test_a_hundred_exports_convert_as_grouped_jobs(cluster, tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    for number in range(100):
        (exports / f"vi_cell_{number:03}.csv").write_bytes(EXPORT.read_bytes())
    before = len(cluster.ended())
    words = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", "--directory", str(tmp_path / "run")]
    words += ["--config", f"instruments={exports}"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | cluster.env | {"PATH": path, "PYTHONPATH": str(ROOT), "ASSAYLINE_SHARE": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run(words, cwd=FLOW, env=env, capture_output=True, text=True, check=False, timeout=1400)
    assert done.returncode == 0, done.stderr[-4000:]
    documents = sorted((tmp_path / "run" / "asm").glob("*/*.asm.json"))
    assert len(documents) == 100
    expected = allotrope.convert(exports / "vi_cell_042.csv").to_json()
    assert (tmp_path / "run" / "asm" / "0002" / "vi_cell_042.csv.asm.json").read_bytes() == expected
    assert (tmp_path / "run" / "tables" / "instruments").is_dir()
    assert len(cluster.ended()) - before == 5  # four batches of 25 conversions, and the tables
