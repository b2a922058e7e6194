"""Evidence: written by stations at once without loss, replaced by its own station only, equal to the source it names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assayline.errors import BadInput
from assayline.evidence import BadEvidence, Evidence, at, load, publish
from assayline.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]


def fact(name, value=1, **more):
    return Evidence(name, "a value", value, None, "f.json", "/x", **more)


def test_a_station_replaces_its_own_lines_and_no_others(tmp_path):
    run = RunFolder(tmp_path).create()
    publish(run, "a", [fact("a.one"), fact("a.two")])
    publish(run, "b", [fact("b.one", 2.5, about={"sample": "S"}, difference=True)])
    publish(run, "a", [fact("a.one", 7)])
    found = load(run)
    assert list(found) == ["a.one", "b.one"] and found["a.one"].value == 7 and found["a.one"].station == "a"
    assert found["b.one"].about == {"sample": "S"} and found["b.one"].difference
    before = run.evidence.read_bytes()
    publish(run, "a", [fact("a.one", 7)])
    assert run.evidence.read_bytes() == before


def test_stations_that_write_at_once_lose_nothing(tmp_path):
    RunFolder(tmp_path).create()
    code = (
        "import sys; from pathlib import Path; from assayline.evidence import Evidence, publish\n"
        "from assayline.run_folder import RunFolder\n"
        "for turn in range(20): publish(RunFolder(Path(sys.argv[1])), sys.argv[2], "
        "[Evidence(f'{sys.argv[2]}.n{i}', 'w', turn, None, 's', '/p') for i in range(50)])"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, tmp_path, f"s{number}"], cwd=ROOT) for number in range(4)]
    assert [process.wait(120) for process in running] == [0] * 4
    found = load(RunFolder(tmp_path))
    assert len(found) == 200 and {item.value for item in found.values()} == {19}


@pytest.mark.parametrize(
    "wrong",
    [fact("Bad"), fact("a.b c"), fact("a.b", float("nan")), fact("a.b", float("inf")), fact("a.b", "x", difference=True)],
)
def test_malformed_facts_are_refused(wrong, tmp_path):
    with pytest.raises(BadEvidence):
        publish(RunFolder(tmp_path).create(), "a", [wrong])
    assert not (tmp_path / "evidence.jsonl").exists()


def test_one_id_has_one_station_and_stands_once(tmp_path):
    run = RunFolder(tmp_path).create()
    publish(run, "a", [fact("a.one")])
    with pytest.raises(BadEvidence, match="station a"):
        publish(run, "b", [fact("a.one")])
    with pytest.raises(BadEvidence, match="twice"):
        publish(run, "b", [fact("b.one"), fact("b.one")])


def test_damaged_evidence_names_its_line(tmp_path):
    run = RunFolder(tmp_path).create()
    publish(run, "a", [fact("a.one")])
    run.evidence.write_text(run.evidence.read_text() + '{"id": "a.two"}\n')
    with pytest.raises(BadInput, match="line 2"):
        load(run)


def test_every_fact_of_a_run_equals_the_value_its_source_holds(run):
    facts = load(run)
    assert len(facts) > 100
    for item in facts.values():
        assert at(json.loads((run.root / item.source).read_text()), item.pointer) == item.value, item.id
