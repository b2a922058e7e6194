"""Launching a pipeline of foreign layout for real: progress, retries, failure, a lost terminal, a killed engine, resuming."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assayline.deploy.launch.place import Place
from assayline.deploy.launch.start import running
from assayline.deploy.launch.trace import read_trace
from tests.deploy.test_bad_sheets import pair

FOREIGN = Path(__file__).with_name("foreign")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """Two libraries, one of them on two lanes."""
    folder = tmp_path_factory.mktemp("reads")
    rows = [
        f"{name},{one},{two}"
        for name, lane in (("A", 1), ("B", 1), ("B", 2))
        for one, two in [pair(folder / f"l{lane}", name, 20)]
    ]
    path = folder / "sheet.csv"
    path.write_text("\n".join(["id,read1,read2", *rows]) + "\n")
    return path


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_run_from_launch_to_entry_and_again(engine, sheet, tmp_path, assayline):
    run, notebook = tmp_path / "run", tmp_path / "notebook"
    words = ("deploy", "launch", FOREIGN, "--run", run, "--sheet", sheet, "--param", "weak=B", "--profile", "little")
    done = assayline(*words)
    assert done.status == 0, done.err
    assert "1 failed: COUNT (B) failed (exit 137, attempt 1)" in done.err
    assert (run / "results" / "counts" / "B.counts.tsv").read_text() == "library\tread_1\tread_2\nB\t40\t40\n"
    before = digests(run / "results")
    judged = assayline("deploy", "verify", run, "--notebook", notebook, "--expect", "counts/*.tsv", "--json")
    assert judged.status == 0, judged.out
    (body,) = judged.envelope["results"]
    assert body["verdict"] == "sound"
    assert (body["tasks"]["finished"], body["tasks"]["repeated"], body["outputs"]["samples"]) == (3, 1, 2)
    facts = {fact["id"]: fact for fact in map(json.loads, (run / "evidence.jsonl").read_text().splitlines())}
    assert facts["deploy.number.uniquely_mapped_reads.n1"]["value"] == 91.5
    assert assayline("deploy", "verify", run, "--notebook", notebook, "--expect", "counts/*.tsv").status == 0
    entries = assayline("notebook", "list", "--notebook", notebook, "--json").envelope["results"]
    assert [entry["title"] for entry in entries] == ["lab/counts 1.2.0: sound"]
    again = assayline(*words)
    assert again.status == 0, again.err
    assert {task.status for task in read_trace(Place(run).trace)} == {"CACHED"}
    assert digests(run / "results") == before
    other = assayline(*words, "--param", "mapped=50")
    assert other.status == 9
    assert "another parameters" in other.err
    assert assayline("deploy", "verify", run, "--no-entry", "--limit", "uniquely_mapped_percent>=95").status == 9
    assert assayline("deploy", "verify", run, "--no-entry", "--expect", "counts/*.bam").status == 9


def test_a_failing_task_is_named_in_its_own_words(engine, sheet, tmp_path, assayline):
    run = tmp_path / "run"
    done = assayline("deploy", "launch", FOREIGN, "--run", run, "--sheet", sheet, "--param", "broken=A")
    assert done.status == 8
    assert "COUNT (A)" in done.err
    judged = assayline("deploy", "verify", run, "--no-entry", "--json")
    assert judged.status == 9
    (body,) = judged.envelope["results"]
    assert body["verdict"] == "not usable"
    assert [(task["task"], task["exit"]) for task in body["tasks"]["failures"]] == [("COUNT (A)", 3)]


def until(what, seconds=120.0):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def test_a_lost_terminal_and_a_killed_engine(engine, sheet, tmp_path, assayline):
    run = tmp_path / "run"
    place = Place(run)
    words = ("deploy", "launch", FOREIGN, "--run", run, "--sheet", sheet, "--param", "pause=3", "--param", "weak=B")
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    terminal = subprocess.Popen([sys.executable, "-m", "assayline", *map(str, words)], env=env, stderr=subprocess.DEVNULL)
    until(place.state.is_file)
    state = json.loads(place.state.read_text())
    assert os.getsid(state["pid"]) == state["pid"]
    terminal.kill()
    terminal.wait()
    until(lambda: place.trace.is_file() and any(task.status == "COMPLETED" for task in read_trace(place.trace)))
    time.sleep(1)  # the engine writes its cache a little after its trace; the other library is at its second attempt
    os.kill(state["nextflow"], signal.SIGSTOP)  # so that it is still there when the commands have looked
    assert running(place)
    assert assayline("deploy", "verify", run, "--no-entry").status == 9
    assert assayline(*words).status == 9
    for pid in (state["pid"], state["nextflow"]):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not running(place))
    (body,) = assayline("deploy", "verify", run, "--no-entry", "--json").envelope["results"]
    assert body["exit_status"] == "unknown"
    done = assayline(*words)
    assert done.status == 0, done.err
    assert "CACHED" in {task.status for task in read_trace(place.trace)}
    assert assayline("deploy", "launch", "--watch", "--run", run).status == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--profile", "litle"), 7, "-profile little"),
        (("--param", "pauze=1"), 9, "nearest: 'pause'"),
        (("--param", "mapped=101"), 9, "maximum"),
        (("--sheet", "/nowhere.csv"), 10, "deploy sheet"),
        ((), 9, "'libraries' is missing"),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(engine, sheet, tmp_path, assayline, words, status, said):
    given = words if "--sheet" in words or not words else ("--sheet", sheet, *words)
    done = assayline("deploy", "launch", FOREIGN, "--run", tmp_path / "run", *given)
    assert done.status == status, done.err
    assert said in done.err
    assert not (tmp_path / "run").exists()


def test_a_pipeline_newer_than_the_engine_does_not_start(engine, tmp_path, assayline):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "nextflow.config").write_text("manifest { name = 'x/y'; nextflowVersion = '!>=99.04.0' }\n")
    (folder / "nextflow_schema.json").write_text('{"type": "object", "properties": {}}')
    done = assayline("deploy", "launch", folder, "--run", tmp_path / "run")
    assert done.status == 7
    assert "demands !>=99.04.0" in done.err


@pytest.mark.parametrize("name", ["rnaseq", "sarek"])
def test_real_pipelines_are_refused_with_the_reason(engine, shared, tmp_path, assayline, name):
    if not engine.offline():
        pytest.skip("this Nextflow may fetch plugins")
    done = assayline("deploy", "launch", shared / "nfcore" / name, "--run", tmp_path / "run")
    assert done.status == 7
    assert "plugin nf-schema" in done.err


def test_the_command_can_be_seen_first(engine, sheet, tmp_path, assayline):
    done = assayline(
        "deploy", "launch", FOREIGN, "--run", tmp_path / "run", "--sheet", sheet, "--dry-run", "--nextflow", "-stub-run"
    )
    assert done.status == 0, done.err
    assert done.out.rstrip().endswith("-stub-run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "profiles", "local"),
    [
        ("", (), True),
        ("process.executor = 'slurm'", (), False),
        ("process { executor = 'local' }", (), True),
        ("profiles { slurm { process.executor = 'slurm' } }", (), True),
        ("profiles { slurm { process.executor = 'slurm' } }", ("slurm",), False),
        ("profiles { slurm { includeConfig 'slurm.config' } }", ("slurm",), False),
    ],
)
def test_tasks_that_run_here_are_held_to_this_machine(tmp_path, text, profiles, local):
    from assayline.deploy.launch.plan import Launch, here
    from assayline.deploy.nfcore import open_pipeline

    (tmp_path / "nextflow.config").write_text(text + "\n")
    (tmp_path / "slurm.config").write_text("process { executor = 'slurm'\n queue = 'main' }\n")
    assert here(Launch(open_pipeline(tmp_path), Place(tmp_path / "run"), profiles)) == local
