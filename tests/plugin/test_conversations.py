"""The real client, led by a scripted model: each skill is listed, loaded, and does its work through the client's Bash."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from plugin.scripted_model import Turn, bash, calls, says

import allotrope
from assayline.mcp.offered import commands
from tests.deploy.layouts import Layout, build

pytestmark = pytest.mark.xdist_group("plugin")
ROOT = Path(__file__).resolve().parents[2]
COUNTS = ROOT / "workflows" / "lab_to_notebook" / ".test" / "data" / "counts.csv"


def opening(plugin: Path, skill: str, reference: str) -> tuple[Turn, Turn]:
    """The two turns with which every conversation begins: load the skill, read one of its references."""
    return calls("Skill", skill=f"assayline:{skill}"), calls(
        "Read", file_path=str(plugin / "skills" / skill / "references" / reference)
    )


def script(plugin: Path, skill: str, words: str) -> Turn:
    """A turn that runs a script of a skill, as the skill's base directory tells the model."""
    return bash(f"{plugin / 'skills' / skill / 'scripts'}/{words}")


def opened(told: Any, plugin: Path, skill: str, reference: str) -> None:
    """The skill's text and the reference came to the model as they are on disk."""
    body = (plugin / "skills" / skill / "SKILL.md").read_text("utf-8").split("---\n", 2)[2].strip()
    assert body in told.said()
    numbered = (plugin / "skills" / skill / "references" / reference).read_text("utf-8").splitlines()
    assert all(line in told.results[1] for line in numbered if line)


@pytest.fixture(scope="module")
def gated(tmp_path_factory) -> Path:
    """A run folder whose cells went through the gate and quality control."""
    run = tmp_path_factory.mktemp("gated") / "run"
    words = [str(ROOT / "skills/single-cell-qc/scripts/gate.py"), str(COUNTS), str(run), "--by", "rules"]
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(words, check=True, capture_output=True, env=env)
    return run


@pytest.fixture
def place(tmp_path) -> Path:
    """The folder in which the client works."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_the_client_lists_exactly_these_skills_with_their_descriptions_and_the_server_once(talk, place):
    done, told = talk(says("nothing to do"), folder=place)
    listed = dict(re.findall(r"^- (assayline:[a-z-]+): (.*)$", told.said(), re.MULTILINE))
    wanted = {}
    for path in (ROOT / "skills").glob("*/SKILL.md"):
        head = yaml.safe_load(path.read_text("utf-8").split("---")[1])
        wanted[f"assayline:{head['name']}"] = head["description"]
    assert listed == wanted
    assert {name for name in done.start["skills"] if name.startswith("assayline:")} == set(wanted)
    assert [one["name"] for one in done.start["mcp_servers"]] == ["plugin:assayline:assayline"]


def test_start(talk, plugin, place, shared):
    shutil.copytree(shared / "corpus" / "thermo_fisher_qubit4", place / "qubit")
    (place / "reads_R1.fastq.gz").write_bytes(b"")
    turns = (*opening(plugin, "start", "command-line-or-tools.md"), script(plugin, "start", "look.py ."))
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "start", "command-line-or-tools.md")
    seen = json.loads(told.results[2])
    assert seen["instruments"]["thermo_fisher_qubit4"] >= 1
    assert seen["reads"] == ["reads_R1.fastq.gz"]
    assert "base packages" in seen["works"]
    assert not told.failed


def test_instrument_data_to_allotrope(talk, plugin, place, shared):
    source = next((shared / "corpus" / "beckman_vi_cell_blu" / "01").glob("*.csv"))
    for vendor in ("beckman_vi_cell_blu", "thermo_fisher_qubit4", "roche_cedex_bioht"):
        for path in sorted((shared / "corpus" / vendor / "01").iterdir()):
            if not path.name.endswith(".json"):
                (place / "exports").mkdir(exist_ok=True)
                shutil.copy(path, place / "exports" / f"{vendor}{path.suffix}")
    name = f"beckman_vi_cell_blu{source.suffix}"
    turns = (
        *opening(plugin, "instrument-data-to-allotrope", "raw-or-calculated.md"),
        script(plugin, "instrument-data-to-allotrope", "account.py exports out -- --timezone UTC"),
        bash("assayline validate out/*.asm.json --json"),
        bash(f"assayline flatten out/{name}.asm.json -o table.csv"),
        bash(f"assayline explain exports/{name} '/viability (cell counter)/value'"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "instrument-data-to-allotrope", "raw-or-calculated.md")
    assert not told.failed, told.failed
    account = json.loads(told.results[2])
    assert [one["instrument"] for one in account["files"]] == ["beckman_vi_cell_blu", "roche_cedex_bioht", "thermo_fisher_qubit4"]
    for one in account["files"]:
        cells = one["cells"]
        assert cells["cells"] == cells["mapped"] + cells["kept"] + cells["ignored"]
        assert sum(one["ignored_because"].values()) == cells["ignored"]
        wanted = allotrope.convert(place / one["input"], timezone="UTC").to_json()
        assert (place / one["outputs"]["json"]).read_bytes() == wanted
    assert len((place / "table.csv").read_text("utf-8").splitlines()) > 1
    assert "from line" in told.results[5]


def test_single_cell_qc(talk, plugin, place):
    shutil.copy(COUNTS, place / "counts.csv")
    rows = [line.split(",") for line in COUNTS.read_text().splitlines()]
    scaled = [
        [cell if not place or not number else str(float(cell) - 5) for place, cell in enumerate(row)]
        for number, row in enumerate(rows)
    ]
    (place / "scaled.csv").write_text("\n".join(",".join(row) for row in scaled))
    turns = (
        *opening(plugin, "single-cell-qc", "what-to-watch.md"),
        script(plugin, "single-cell-qc", "gate.py scaled.csv refused --by rules; echo status $?"),
        script(plugin, "single-cell-qc", "gate.py counts.csv run --by rules"),
        bash("assayline advise --list --run run"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "single-cell-qc", "what-to-watch.md")
    assert "status 9" in told.results[2]
    assert "negative" in told.results[2]
    body = json.loads(told.results[3])
    assert body["gate"]["cells"] == 110
    assert body["decision"]["choice"] == json.loads((place / "run/decisions/qc_thresholds.json").read_text())["choice"]
    assert body["qc"]["kept"] == json.loads((place / "run/cells/qc.json").read_text())["kept"]
    assert "qc_thresholds" in told.results[4]


def test_scvi_tools(talk, plugin, place, gated):
    shutil.copytree(gated, place / "run")
    turns = (
        *opening(plugin, "scvi-tools", "models-by-need.md"),
        bash("assayline advise integration_model --run run --by rules"),
        # a person decides: a smaller model, within the bounds
        bash("sed -i -E 's/(\"max_epochs\"): [0-9]+/\\1: 30/' run/decisions/integration_model.json"),
        script(plugin, "scvi-tools", "verdict.py run --by rules"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "scvi-tools", "models-by-need.md")
    assert not told.failed, told.failed
    body = json.loads(told.results[4])
    report = json.loads((place / "run" / "cells" / "model.json").read_text())
    assert body["verdict"] == report["verdict"]
    assert body["decision"]["decided_by"] == "human"
    assert body["decision"]["choice"]["max_epochs"] == report["settings"]["max_epochs"] == 30
    assert "converged" in body["verdict"]


def test_nextflow_deployment(talk, plugin, place, shared):
    build(
        Layout(
            0,
            "sarek",
            {},
            "run{1,2}/P001_tumor_S1_L001_[R1,R2]_001.fastq.gz run1/P001_normal_S2_L001_[R1,R2]_001.fastq.gz",
            "",
            (),
        ),
        place,
    )
    (place / "run1" / "Undetermined_S0_L001_R1_001.fastq.gz").write_bytes(next(place.rglob("*.gz")).read_bytes())
    sarek = shared / "nfcore" / "sarek"
    turns = (
        *opening(plugin, "nextflow-deployment", "slurm.md"),
        script(plugin, "nextflow-deployment", f"ready.py {sarek} run1 run2 --sheet sheet.csv; echo status $?"),
        bash(f"assayline deploy sheet {sarek} --check-sheet sheet.csv"),
        bash(f"assayline deploy launch {sarek} --run run --sheet sheet.csv --dry-run; echo status $?"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "nextflow-deployment", "slurm.md")
    text, _, status = told.results[2].rpartition("status ")
    body = json.loads(text)
    assert not body["ready"]
    assert status == "7"
    assert any("25.10" in json.dumps(one) or "nf-schema" in json.dumps(one) for one in body["in_the_way"])
    assert ["Undetermined" in one["file"] for one in body["left_out"]] == [True]
    with (place / "sheet.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted((row["patient"], row["sample"], row["status"]) for row in rows) == [
        ("P001", "P001_normal", "0"), ("P001", "P001_tumor", "1"), ("P001", "P001_tumor", "1"),
    ]  # fmt: skip
    assert "status 0" not in told.results[4]
    assert not (place / "run" / "results").exists()


def test_interpretation(talk, plugin, place, gated):
    shutil.copytree(gated, place / "run")
    turns = (
        *opening(plugin, "interpretation", "wording.md"),
        script(plugin, "interpretation", "claims.py run --by rules"),
        bash("assayline report run && assayline advise --replay --run run"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "interpretation", "wording.md")
    assert not told.failed, told.failed
    body = json.loads(told.results[2])
    facts = {fact["id"]: fact for fact in map(json.loads, (place / "run/evidence.jsonl").read_text().splitlines())}
    assert body["statements"]
    for statement in body["statements"]:
        assert statement["evidence"]
        assert all(facts[one["id"]]["value"] == one["value"] for one in statement["evidence"])
    assert (place / "run" / "report.html").stat().st_size > 1000


def test_lab_notebook(talk, plugin, place, gated):
    shutil.copytree(gated, place / "run")
    turns = (
        *opening(plugin, "lab-notebook", "when-a-service-refuses.md"),
        bash("assayline notebook push run --notebook book --dry-run"),
        script(plugin, "lab-notebook", "record.py run --notebook book -- --project plugin"),
        script(plugin, "lab-notebook", "record.py run --notebook book"),
        script(plugin, "lab-notebook", "record.py run --notebook book -- --to benchling; echo status $?"),
        bash("assayline notebook search plugin --notebook book --json"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    opened(told, plugin, "lab-notebook", "when-a-service-refuses.md")
    first, second = json.loads(told.results[3]), json.loads(told.results[4])
    assert first["entry"]["created"]
    assert not second["entry"]["created"]
    assert first["entry"]["id"] == second["entry"]["id"]
    assert first["notebook"]["sound"]
    assert "status 2" in told.results[5]
    assert json.loads(told.results[6])["results"][0]["id"] == first["entry"]["id"]
    assert json.loads((place / "run" / "notebook.json").read_text())
    assert not (place.parent / "account").exists()


def test_the_servers_tools_work_in_the_client(talk, place):
    shutil.copy(ROOT / "examples/instruments/vi_cell_blu_pbmc.csv", place / "run.csv")
    tool = "mcp__plugin_assayline_assayline__"
    turns = (
        bash("sleep 4"),  # the server connects beside the first turn
        calls("ToolSearch", query=f"select:{tool}detect,{tool}convert"),
        calls(f"{tool}detect", paths=["run.csv", "absent.csv"]),
        calls(f"{tool}convert", paths=["run.csv"], output="out"),
    )
    _, told = talk(*turns, says("done"), folder=place)
    listed = set(re.findall(rf"^{tool}([a-z_]+)$", told.said(), re.MULTILINE))
    assert listed == set(commands())
    seen = json.loads(re.sub(r"^[^{]*", "", told.results[2], count=1))
    assert seen["results"][0]["instrument"] == "beckman_vi_cell_blu"
    assert seen["not_found"] == ["absent.csv"]
    assert (place / "out" / "run.csv.asm.json").read_bytes() == allotrope.convert(place / "run.csv").to_json()
