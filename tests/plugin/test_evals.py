"""The skills' evaluations: they are fit to be run by a machine, and the runner runs them in the client and judges rightly."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plugin.scripted_model import bash, calls, says, scripted_model

from tools.eval_checks import CHECKS, Outcome, judge
from tools.eval_run import Runner
from tools.evals import problems, suites

ROOT = Path(__file__).resolve().parents[2]
SUITES = suites([])


def test_every_skill_has_evaluations():
    assert set(SUITES) == {path.parent.name for path in (ROOT / "skills").glob("*/SKILL.md")}


@pytest.mark.parametrize("name", SUITES)
def test_they_can_be_run_and_judged_by_a_machine(name):
    assert problems(name, SUITES[name]) == []
    assert len(SUITES[name]["triggers"]) >= 10


def test_what_could_not_be_judged_is_said():
    suite = copy.deepcopy(SUITES["start"])
    suite["evals"][0]["files"].append("no/such.csv")
    suite["evals"][0]["assertions"].append({"text": "it is good", "check": {"kind": "is_good"}})
    suite["evals"][0]["assertions"].append({"text": "broken", "check": {"kind": "command_ran", "pattern": "("}})
    suite["triggers"] = suite["triggers"][:1] * 2
    told = "\n".join(problems("start", suite))
    for words in ("no file no/such.csv", "no check 'is_good'", "pattern:", "stands twice", "should_trigger False"):
        assert words in told
    assert problems("other", SUITES["start"])


def test_without_a_key_the_command_checks_and_asks_nobody():
    words = [sys.executable, str(ROOT / "tools" / "evals.py")]
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(SUITES)


def test_every_kind_of_check_can_hold_and_fail(tmp_path):
    (tmp_path / "in.csv").write_bytes((ROOT / "examples/instruments/vi_cell_blu_pbmc.csv").read_bytes())
    words = [sys.executable, "-m", "assayline", "convert", "in.csv", "-o", ".", "--timezone", "UTC"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    (tmp_path / "qc.json").write_text('{"kept": 1103}')
    done = Outcome(tmp_path, {"in.csv": (tmp_path / "in.csv").read_bytes()}, ["assayline detect x"], "1,103 cells were kept")
    wrong = Outcome(tmp_path, {"in.csv": b"other"}, [], "nothing")
    facts = {
        "file_exists": ({"path": "qc.json"}, {"path": "absent"}),
        "no_file": ({"glob": "*.html"}, {"glob": "*.csv"}),
        "command_ran": ({"pattern": "assayline detect"}, {"pattern": "assayline convert"}),
        "command_not_ran": ({"pattern": "sudo"}, {"pattern": "detect"}),
        "answer_matches": ({"pattern": "kept"}, {"pattern": "lost"}),
        "answer_lacks": ({"pattern": "lost"}, {"pattern": "kept"}),
        "answer_has_value": ({"path": "qc.json", "pointer": "/kept"}, {"path": "absent", "pointer": "/kept"}),
        "same_as_convert": ({"path": "in.csv.asm.json", "source": "in.csv"}, {"path": "absent", "source": "in.csv"}),
    }
    assert set(facts) | {"inputs_unchanged"} == set(CHECKS)
    for kind, (good, bad) in facts.items():
        assert [one["passed"] for one in judge(done, [{"text": "", "check": {"kind": kind, **good}}])] == [True], kind
        assert [one["passed"] for one in judge(done, [{"text": "", "check": {"kind": kind, **bad}}])] == [False], kind
    same = [{"text": "", "check": {"kind": "inputs_unchanged"}}]
    assert (judge(done, same)[0]["passed"], judge(wrong, same)[0]["passed"]) == (True, False)
    assert not judge(wrong, [{"text": "", "check": {"kind": "answer_has_value", **facts["answer_has_value"][0]}}])[0]["passed"]


@pytest.mark.xdist_group("plugin")
def test_the_runner_tells_a_helped_model_from_an_unhelped_one(client, plugin, tmp_path, monkeypatch):
    case = next(case for case in SUITES["instrument-data-to-allotrope"]["evals"] if "out/" in json.dumps(case))
    loads = calls("Skill", skill="assayline:instrument-data-to-allotrope")
    helped = (
        loads,
        bash("assayline convert vi_cell_blu_pbmc.csv -o out --json"),
        bash("assayline explain vi_cell_blu_pbmc.csv '/viability (cell counter)/value'"),
        says("PBMC-03 wash has a viability of 82.6 %, from line 7 field 6."),
    )
    runner = Runner(client, plugin, tmp_path)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
    with scripted_model(*helped) as script:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", script.url)
        told = runner.case(case, plugin=True)
        assert all(one["passed"] for one in told), told
    with scripted_model(bash("echo '{}' > out.json"), says("It is 90 %.")) as script:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", script.url)
        told = runner.case(case, plugin=False)
        assert sum(one["passed"] for one in told) == 1
        assert "assayline:" not in script.said()
    with scripted_model(loads, says("")) as script:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", script.url)
        assert runner.triggered("instrument-data-to-allotrope", "convert this")
        assert not runner.triggered("start", "convert this")
