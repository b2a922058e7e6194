"""new instrument: a module from one sample that balances at its first run, is clean, and works wherever it is put."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from instruments_shared import corpus_cases

import allotrope
from allotrope import registry
from assayline.sketch.look import NotATable, look, parted
from assayline.sketch.module import module
from assayline.sketch.propose import propose
from assayline.sketch.trial import load_instrument, try_out

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = """Instrument;CM-3000
Serial Number:;SN 77
Operator:;Ann

Sample ID;Run Date/Time;Viability (%);Viable (x10^6) cells/mL;Average live cell diameter (um);Total cells;Remark
A 1;13.03.2025 10:11:12;97,1;3,1;14,5;300;ok
A 2;13.03.2025 10:15:12;95,1;2,1;14,1;200;
"""


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "cell meter.csv"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


@pytest.fixture
def written(sample, tmp_path, assayline):
    """What the command said, and the folder it wrote to."""
    done = assayline("new", "instrument", "acme_cellmeter", sample, "--to", tmp_path / "out", "--json")
    assert done.status == 0, done.err
    return done.envelope, tmp_path / "out"


def test_what_is_sure_is_mapped_and_everything_balances(written):
    envelope, _ = written
    (result,) = envelope["results"]
    proposal, ledger = result["proposal"], result["ledger"]
    assert proposal["manifest"] == "cell-counting/REC/2024/09/cell-counting"
    (_, best, *_), *others = proposal["techniques"]
    assert best > max((score for _, score, *_ in others), default=0)
    choices = {choice["label"]: choice for choice in (*proposal["facts"], *proposal["columns"])}
    assert {label for label, choice in choices.items() if choice["certainty"] == "sure"} == {
        "Serial Number", "Operator", "Sample ID", "Run Date/Time", "Viability (%)", "Viable (x10^6) cells/mL",
        "Average live cell diameter (um)",
    }  # fmt: skip
    assert choices["Viable (x10^6) cells/mL"]["unit"] == "10^6 cells/mL"
    assert choices["Remark"]["path"] == ""
    assert ledger["cells"] == ledger["mapped"] + ledger["kept"] + ledger["ignored"] == 26
    assert result["valid"]
    assert result["basis"].startswith("line 5")


def test_the_golden_is_what_the_module_gives(written, sample):
    _, out = written
    golden = out / "goldens" / "acme_cellmeter"
    assert sorted(path.name for path in golden.iterdir()) == [
        "cell meter.csv", "cell meter.csv.asm.json", "cell meter.csv.ledger.json",
    ]  # fmt: skip
    assert (golden / "cell meter.csv").read_bytes() == sample.read_bytes()
    asm = json.loads((golden / "cell meter.csv.asm.json").read_bytes())
    assert [one for one in allotrope.validate(asm) if one.level == "error"] == []
    top = asm["cell counting aggregate document"]
    assert top["device system document"]["equipment serial number"] == "SN 77"
    first = top["cell counting document"][0]
    assert first["analyst"] == "Ann"
    measurement = first["measurement aggregate document"]["measurement document"][0]
    assert measurement["measurement time"] == "2025-03-13T10:11:12"
    assert measurement["sample document"]["sample identifier"] == "A 1"


def test_the_module_is_clean(written):
    _, out = written
    config = ["--config", str(ROOT / "pyproject.toml"), str(out / "acme_cellmeter.py")]
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *words, *config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_works_from_the_folder_and_as_an_entry_point(written, sample, tmp_path, monkeypatch):
    _, out = written
    site = tmp_path / "site"
    (site / "acme-1.dist-info").mkdir(parents=True)
    (site / "acme_cellmeter.py").write_bytes((out / "acme_cellmeter.py").read_bytes())
    (site / "acme-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    points = "[allotrope.instruments]\nacme_cellmeter = acme_cellmeter:INSTRUMENT\n"
    (site / "acme-1.dist-info" / "entry_points.txt").write_text(points)
    code = f"import allotrope; print(allotrope.convert({str(sample)!r}).instrument)"
    path = os.pathsep.join([str(ROOT), str(site)])
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "acme_cellmeter"
    package = importlib.import_module("allotrope.instruments")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(out)])
    registry.built_in_names.cache_clear()
    try:
        assert allotrope.detect(sample).instrument == "acme_cellmeter"
    finally:
        monkeypatch.undo()
        registry.built_in_names.cache_clear()
        registry.load.cache_clear()


def test_a_workbook(tmp_path, assayline):
    book = openpyxl.Workbook()
    book.create_sheet("Notes")["A1"] = "bought milk"
    sheet = book.active
    sheet.title = "Results"
    for row in (["Sample Name", "pH", "Temperature (°C)", "Osmolality (mosm/kg)", "Glucose"], ["S 1", 7.1, 36.9, 280, 3.5]):
        sheet.append(row)
    path = tmp_path / "analyser.xlsx"
    book.save(path)
    done = assayline("new", "instrument", "acme_fluid", path, "--to", tmp_path / "out", "--json")
    (result,) = done.envelope["results"]
    assert result["proposal"]["manifest"].startswith("solution-analyzer/REC")
    sure = {one["label"]: (one["path"], one["unit"]) for one in result["proposal"]["columns"] if one["certainty"] == "sure"}
    assert sure["Temperature (°C)"] == ("temperature", "degC")
    assert sure["Osmolality (mosm/kg)"] == ("osmolality", "mosm/kg")
    assert result["ledger"]["cells"] == 11
    assert result["basis"]
    assert not (done.status == 0) ^ result["valid"]


def test_absorbance_needs_no_unit_and_a_setting_is_a_guess(tmp_path, assayline):
    sample = tmp_path / "spectra.csv"
    sample.write_text("Sample ID,Time,Absorbance,Wavelength (nm)\nS1,2024-01-02 10:00:00,0.51,600\n", encoding="utf-8")
    done = assayline("new", "instrument", "acme_light", sample, "--to", tmp_path / "out", "--json")
    assert done.status == 0
    choices = {one["label"]: one for one in done.envelope["results"][0]["proposal"]["columns"]}
    assert [choices["Absorbance"][key] for key in ("path", "unit", "certainty")] == ["absorbance", "mAU", "sure"]
    assert choices["Wavelength (nm)"]["path"] == "device control/detector wavelength setting"
    assert choices["Wavelength (nm)"]["certainty"] == "guessed"


def test_labels_that_speak_for_no_technique_need_one(tmp_path, assayline):
    sample = tmp_path / "mixer.csv"
    sample.write_text("Batch;Feed rate (mL/min);Torque (N m)\nB1;1.2;3.4\n", encoding="utf-8")
    done = assayline("new", "instrument", "acme_mixer", sample, "--to", tmp_path / "out", "--json")
    assert done.status == 2
    assert "--technique" in done.out
    assert not (tmp_path / "out").exists()
    named = assayline(
        "new", "instrument", "acme_mixer", sample, "--to", tmp_path / "out", "--technique", "liquid-handler", "--json"
    )
    ledger = named.envelope["results"][0]["ledger"]
    assert named.envelope["results"][0]["proposal"]["manifest"].startswith("liquid-handler/")
    assert ledger["cells"] == ledger["mapped"] + ledger["kept"] + ledger["ignored"] == 6


def test_what_is_no_table_or_known_or_named_wrongly_is_refused(sample, tmp_path, assayline, shared):
    page = tmp_path / "page.xml"
    page.write_text("<?xml version='1.0'?><run a='1'/>")
    known = next((shared / "corpus" / "beckman_vi_cell_blu" / "01").glob("*.csv"))
    assert assayline("new", "instrument", "acme_page", page, "--to", tmp_path).status == 3
    assert assayline("new", "instrument", "acme_blu", known, "--to", tmp_path).status == 9
    assert assayline("new", "instrument", "Acme", sample, "--to", tmp_path).status == 2
    assert assayline("new", "instrument", "beckman_vi_cell_blu", sample, "--to", tmp_path).status == 2
    assert assayline("new", "instrument", "acme_one", sample, "--to", tmp_path, "--technique", "plate").status == 2
    assert not list(tmp_path.glob("*.py"))
    assert assayline("new", "instrument", "acme_one", sample, "--to", tmp_path).status == 0
    assert assayline("new", "instrument", "acme_one", sample, "--to", tmp_path).status == 9


@pytest.mark.parametrize(
    ("label", "name", "unit"),
    [
        ("Viability (%)", "Viability", "%"),
        ("Conc. [ng/µL]", "Conc.", "ng/µL"),
        ("Total (x10^6) cells/mL", "Total", "x10^6 cells/mL"),
        ("Temperature in °C", "Temperature", "°C"),
        ("Sample ID", "Sample ID", ""),
    ],
)
def test_units_in_labels(label, name, unit):
    assert parted(label) == (name, unit)


TABLES = [case for case in corpus_cases() if case.name.endswith("/01") and case.path.is_file()]


@pytest.mark.parametrize("case", TABLES, ids=[case.vendor for case in TABLES])
def test_every_table_of_the_corpus_gives_a_module_that_balances(case, tmp_path):
    """Whatever an instrument exports: a module that recognises its sample and accounts for every cell, or a declared refusal."""
    try:
        seen = look(case.path)
    except NotATable:
        return
    proposal = propose(seen, "acme_sketch", "Acme", "Sketch")
    path = tmp_path / "acme_sketch.py"
    path.write_text(module(proposal, seen), encoding="utf-8")
    trial = try_out(load_instrument(path), case.path)
    counts = trial.counts
    assert trial.basis
    assert counts["cells"] == counts["mapped"] + counts["kept"] + counts["ignored"] > 0
    assert counts["mapped"] >= sum(one.certainty == "sure" for one in proposal.columns)


def test_claude_maps_what_rules_are_not_sure_of_and_the_decision_is_followed_again(sample, tmp_path, assayline):
    from tests.advisor.messages_api import messages_api, says

    technique = "cell-counting/REC/2024/09/cell-counting"
    columns = [
        {"label": "Sample ID", "path": "sample document/sample identifier", "unit": ""},
        {"label": "Total cells", "path": "processed data/total cell count", "unit": "cell"},
    ]
    answer = {
        "choice": {"technique": technique, "columns": columns},
        "confidence": "medium",
        "what_would_change_this": "A manual.",
    }
    answer["because"] = [
        {"template": "The label '{export.column.c6.label:s}' counts cells.", "evidence": ["export.column.c6.label"]}
    ]
    with messages_api(says(answer)) as script:
        place = {"ANTHROPIC_API_KEY": "sk-loopback", "ANTHROPIC_BASE_URL": script.url}
        out = tmp_path / "out"
        done = assayline("new", "instrument", "acme_other", sample, "--to", out, "--json", env=place)
        assert len(script.requests) == 1 and "97,1" not in json.dumps(script.bodies), "no value of the file leaves the machine"
    choices = {one["label"]: one for one in done.envelope["results"][0]["proposal"]["columns"]}
    assert (
        choices["Total cells"]["path"] == "processed data/total cell count" and "decided by" in choices["Total cells"]["because"]
    )
    again = assayline("new", "instrument", "acme_other", sample, "--to", out, "--force", "--json")
    assert again.envelope["results"][0]["proposal"]["columns"] == done.envelope["results"][0]["proposal"]["columns"]
