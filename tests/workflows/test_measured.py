"""What the instruments measured becomes evidence that names its sample and points at the value in the document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import allotrope
from assayline.evidence import at, load
from assayline.measured import station, values
from assayline.run_folder import RunFolder

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "instruments"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    run = RunFolder(tmp_path_factory.mktemp("measured")).create()
    for path in sorted(EXAMPLES.iterdir()):
        done = allotrope.convert(path)
        (run.root / "asm" / f"{path.name}.asm.json").write_bytes(done.to_json())
        ledger = {name: getattr(done.ledger, name) for name in ("cells", "mapped", "kept", "ignored")}
        (run.root / "ledger" / f"{path.name}.ledger.json").write_text(json.dumps(ledger))
    return run, station(run)


def test_quantities_are_told_apart_by_analyte_and_wavelength(measured):
    _, report = measured
    names = {quantity["name"] for file in report["files"] for quantity in file["quantities"]}
    assert {"viability", "viable cell density", "original sample concentration"} <= names
    assert any(name.startswith("glucose ") for name in names)
    assert any(name.startswith("absorbance at ") for name in names)
    assert not {"mass concentration", "molar concentration", "absorbance"} & names
    assert not any("setting" in name or "dilution" in name for name in names)


def test_ranges_are_those_of_the_values_and_each_stands_in_its_document(measured):
    run, report = measured
    facts = load(run)
    for file in report["files"]:
        document = json.loads((run.root / file["file"]).read_text())
        for quantity in file["quantities"]:
            numbers = [item["value"] for item in quantity["values"]]
            assert quantity["lowest"]["value"] == min(numbers)
            assert quantity["highest"]["value"] == max(numbers)
            assert all(at(document, item["pointer"]) == item["value"] for item in quantity["values"])
    low = [fact for name, fact in facts.items() if name.endswith(".viability.lowest")]
    assert [(fact.value, fact.unit, fact.about) for fact in low] == [(71.2, "%", {"sample": "PBMC-03 thaw"})]


def test_settings_and_curves_are_no_results_and_calculated_values_find_their_sample():
    body = {
        "measurement aggregate document": {
            "measurement document": [
                {
                    "measurement identifier": "m/1",
                    "sample document": {"sample identifier": "S~1"},
                    "device control aggregate document": {
                        "device control document": [{"detector wavelength setting": {"value": 260, "unit": "nm"}}]
                    },
                    "absorbance": {"value": 0.5, "unit": "mAU"},
                    "spectrum data cube": {"data": {"value": 1, "unit": "x"}},
                    "flag": {"value": True, "unit": "x"},
                }
            ]
        },
        "calculated data aggregate document": {
            "calculated data document": [
                {
                    "calculated data name": "A260/280",
                    "calculated result": {"value": 1.9, "unit": "(unitless)"},
                    "data source aggregate document": {"data source document": [{"data source identifier": "m/1"}]},
                }
            ]
        },
    }
    found = list(values(body, ""))
    assert [item[:4] for item in found] == [("S~1", "absorbance at 260 nm", "mAU", 0.5), ("S~1", "A260/280", "(unitless)", 1.9)]
    assert all(at(body, item[4]) == item[3] for item in found)
