"""From an accession on loopback to a verified run of the own pipeline, as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.deploy.recording import ROOT, played

TOOLS = ("STAR", "fastp", "fastqc", "samtools")


@pytest.mark.slow
def test_from_accession_to_entry(engine, program, tmp_path, monkeypatch):
    own = ROOT / "nextflow"
    if not (own / "main.nf").is_file():
        pytest.skip("no pipeline of this project here")
    for tool in TOOLS:
        program(tool)
    simulate = [sys.executable, str(own / "bin" / "simulate_reads.py"), str(tmp_path / "sim"), "--cells", "120"]
    subprocess.run(simulate, check=True)
    monkeypatch.setenv("PATH", f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin")
    more = ["--param=skip_fastqc=true", "--param=skip_cells=true", "--param=expected_cells=60"]
    seen = list(played(tmp_path, tmp_path / "sim", "own", more))
    assert [status for status, _ in seen[1:]] == [0] * 5, "\n".join(text for _, text in seen)
    body = json.loads((tmp_path / "run" / "tables" / "pipeline.json").read_text())
    assert body["verdict"] in ("sound", "usable with reservations"), body["sentences"]
    assert body["outputs"]["samples"] == 2
    assert body["outputs"]["samples_missing"] == 0
    assert "assayline/scrna" in seen[-1][1]
