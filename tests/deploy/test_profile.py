"""Slurm profiles for both engines, from what earlier runs have used."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from assayline.deploy.hpc.profile import minutes_of, word
from assayline.deploy.hpc.usage import usage
from assayline.errors import BadInput, BadUsage

FOREIGN = Path(__file__).with_name("foreign")
TRACE = """task_id\tprocess\tname\tstatus\texit\tattempt\tcpus\tpeak_rss\trealtime
1\tRNA:ALIGN:STAR\tRNA:ALIGN:STAR (A)\tCOMPLETED\t0\t1\t8\t30 GB\t1h 10m
2\tRNA:ALIGN:STAR\tRNA:ALIGN:STAR (B)\tFAILED\t137\t1\t8\t90 GB\t9h
3\tRNA:ALIGN:STAR\tRNA:ALIGN:STAR (B)\tCOMPLETED\t0\t2\t8\t31 GB\t50m
4\tFASTQC\tFASTQC (A)\tCACHED\t0\t1\t2\t300 MB\t20s
5\tBAD'NAME\tx\tCOMPLETED\t0\t1\t2\t300 MB\t20s
"""


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.txt"
    path.write_text(TRACE)
    return path


def test_use_is_the_largest_that_finished_with_room(trace):
    found = {use.name: (use.tasks, use.cpus, use.ask_memory, use.ask_minutes) for use in usage(trace)}
    assert found == {"STAR": (2, 8, 47616, 210), "FASTQC": (1, 2, 512, 10)}


def test_nextflow_reads_its_profile(engine, trace, tmp_path, assayline):
    path = tmp_path / "slurm.config"
    words = ("deploy", "profile", "nextflow", "--partition", "long", "--account", "lab1", "--time", "2-00:00:00", "--seen", trace)
    assert assayline(*words, "-o", path).status == 0
    done = subprocess.run(
        [engine.command, "-c", path, "config", "-flat", FOREIGN], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "process.executor = 'slurm'" in done.stdout
    assert "process.queue = 'long'" in done.stdout
    assert "process.clusterOptions = '--account=lab1'" in done.stdout
    assert "process.'withName:STAR'.cpus = 8" in done.stdout
    assert "47616.MB * task.attempt" in done.stdout
    assert assayline(*words, "-o", path).status == 9


def test_snakemake_reads_its_profile(tmp_path, assayline):
    (tmp_path / "benchmarks" / "align").mkdir(parents=True)
    (tmp_path / "benchmarks" / "align" / "A.tsv").write_text("s\th:m:s\tmax_rss\tmax_vms\n1200.5\t0:20:00\t2048.0\t9\n")
    (tmp_path / "benchmarks" / "count.tsv").write_text("s\th:m:s\tmax_rss\n30\t0:00:30\t-\n")
    words = ("deploy", "profile", "snakemake", "--partition", "main", "--seen", tmp_path / "benchmarks")
    folder = tmp_path / "profile"
    assert assayline(*words, "-o", folder / "config.yaml").status == 0
    body = yaml.safe_load((folder / "config.yaml").read_text())
    assert body["executor"] == "slurm"
    assert body["set-resources"]["align"] == {"mem_mb": "3072 * attempt", "runtime": 60}
    assert body["set-resources"]["count"] == {"runtime": 10}
    (tmp_path / "Snakefile").write_text('rule align:\n    output: "a.txt"\n    shell: "echo > {output}"\n')
    snakemake = ["snakemake", "-s", str(tmp_path / "Snakefile"), "--workflow-profile", str(folder), "-n", "align"]
    import sys

    done = subprocess.run([sys.executable, "-m", *snakemake], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "mem_mb=3072" in done.stdout + done.stderr


def test_words_are_checked(tmp_path):
    assert [minutes_of(text) for text in ("90", "04:00:00", "1-02:30:00", "00:30")] == [90, 240, 1590, 30]
    for wrong in ("soon", "4h"):
        with pytest.raises(BadUsage):
            minutes_of(wrong)
    with pytest.raises(BadUsage):
        word("--account", "x' ; rm -rf /")
    with pytest.raises(BadInput):
        usage(tmp_path)
