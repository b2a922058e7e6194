"""run: a workflow in a run folder, one at a time, resumable after any end."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SNAKEFILE = """
configfile: "config/config.yaml"

rule all:
    input: "report.html"

rule slow:
    output: "slow.txt"
    log: "logs/slow.log"
    shell: "echo started >> starts.txt; [ -e ../go ] || sleep 100; echo {config[word]} > {output}"

rule quick:
    output: "quick.txt"
    log: "logs/quick.log"
    shell: "echo once >> quicks.txt; echo {config[word]} > {output}"

rule report:
    input: "quick.txt", "slow.txt"
    output: "report.html"
    log: "logs/report.log"
    shell: "if [ {config[word]} = broken ]; then echo out of ink > {log}; exit 3; fi; cat {input} > {output}"
"""
ROOT = str(Path(__file__).resolve().parents[2])


@pytest.fixture
def workflow(tmp_path):
    """A small workflow in the layout of this project's own."""
    folder = tmp_path / "small"
    (folder / "workflow").mkdir(parents=True)
    (folder / "config").mkdir()
    (folder / "workflow" / "Snakefile").write_text(SNAKEFILE)
    (folder / "config" / "config.yaml").write_text("word: default\n")
    return folder


@pytest.fixture
def environment(tmp_path):
    """An environment whose caches are the test's own."""
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_a_workflow_runs_and_is_not_run_twice(workflow, environment, tmp_path, assayline):
    (tmp_path / "go").touch()
    words = ("run", workflow, "--run", tmp_path / "out", "--cores", "1", "--config", "word=hello", "--json")
    done = assayline(*words, env=environment)
    assert done.status == 0, done.err
    assert done.envelope["results"][0]["report"] == str(tmp_path / "out" / "report.html")
    assert (tmp_path / "out" / "report.html").read_text() == "hello\nhello\n"
    assert "3 of 4 steps done" in done.err
    assert assayline(*words, env=environment).status == 0
    assert (tmp_path / "out" / "quicks.txt").read_text() == "once\n"


def test_a_failed_step_is_named_with_its_log(workflow, environment, tmp_path, assayline):
    (tmp_path / "go").touch()
    done = assayline(
        "run", workflow, "--run", tmp_path / "out", "--cores", "1", "--config", "word=broken", "--json", env=environment
    )
    assert done.status == 8
    finding = done.envelope["findings"][0]
    assert finding["code"] == "workflow-failed"
    assert "step 'report': out of ink;" in finding["message"]
    assert "snakemake.log" in finding["message"]
    assert "Error in rule report" in (tmp_path / "out" / "logs" / "snakemake.log").read_text()


def test_a_configuration_that_is_refused_says_why(workflow, environment, tmp_path, assayline):
    snakefile = workflow / "workflow" / "Snakefile"
    text = "from snakemake.exceptions import WorkflowError\nraise WorkflowError('no ink configured')\n"
    snakefile.write_text(text + snakefile.read_text())
    done = assayline("run", workflow, "--run", tmp_path / "out", "--json", env=environment)
    assert done.status == 8
    assert "found no ink configured;" in done.envelope["findings"][0]["message"]


def test_a_key_that_the_schema_refuses_is_named_and_examples_are_said(environment, tmp_path, assayline):
    words = ("run", "lab_to_notebook", "--run", tmp_path / "out", "--cores", "1", "--dry-run")
    done = assayline(*words, "--config", "nonsense=1", "counts=own.csv", env=environment)
    assert done.status == 8
    assert "'nonsense' was unexpected" in done.err
    assert "note: instruments not set: the examples of assayline are read" in done.err


def test_killed_it_goes_on_where_it_was(workflow, environment, tmp_path, assayline):
    words = ["run", str(workflow), "--run", str(tmp_path / "out"), "--cores", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "assayline", *words],
        env=os.environ | environment | {"PYTHONPATH": ROOT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    starts = tmp_path / "out" / "starts.txt"
    for _ in range(600):
        if starts.exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    assert starts.exists()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
    (tmp_path / "go").touch()
    done = assayline(*words, env=environment)
    assert done.status == 0, done.err
    assert (tmp_path / "out" / "report.html").read_text() == "default\ndefault\n"
    assert starts.read_text() == "started\nstarted\n"


def test_a_run_that_goes_on_is_not_disturbed(workflow, tmp_path, assayline):
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = assayline("run", workflow, "--run", tmp_path / "out", "--json")
    assert done.status == 9
    assert "still going on" in done.envelope["findings"][0]["message"]


def test_usage(workflow, tmp_path, assayline):
    unknown = assayline("run", "nothing_like_it", "--json")
    assert unknown.status in (2, 7)
    pair = assayline("run", workflow, "--run", tmp_path / "o", "--config", "word", "--json")
    assert pair.status == 2
    assert "KEY=VALUE" in pair.envelope["findings"][0]["message"]
    assert not (tmp_path / "o").exists()
