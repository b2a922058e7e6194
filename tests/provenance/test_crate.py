"""The crate of a run: read back with the standard's own library, whole, the same everywhere, and true."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from rocrate.rocrate import ROCrate

from assayline import __version__
from assayline.errors import BadInput
from assayline.provenance.crate import describe, write_crate
from assayline.provenance.record import PACKAGES, record, software
from assayline.provenance.steps import steps
from tests.provenance.conftest import ROOT, SOURCES, WORKFLOW, edit, engine_record

if TYPE_CHECKING:
    from pathlib import Path

RUN_CRATE = "https://w3id.org/ro/wfrun"


def graph(run: Path) -> dict[str, dict[str, Any]]:
    body = json.loads((run / "ro-crate-metadata.json").read_bytes())
    assert body["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    entities = {item["@id"]: item for item in body["@graph"]}
    assert len(entities) == len(body["@graph"])
    return entities


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def ids(value: Any) -> list[str]:
    return [item["@id"] for item in listed(value)]


def test_it_opens_in_the_library_of_the_standard(run: Path) -> None:
    crate = ROCrate(run)
    main = crate.mainEntity
    assert "ComputationalWorkflow" in main.type and main.id == "workflow/lab_to_notebook/workflow/Snakefile"
    assert main["programmingLanguage"]["name"] == "Snakemake"
    profiles = {entity.id for entity in crate.root_dataset["conformsTo"]}
    assert {f"{RUN_CRATE}/{name}/0.5" for name in ("process", "workflow", "provenance")} <= profiles
    (action,) = [entity for entity in crate.contextual_entities if entity.id == "#run"]
    assert action["instrument"] is main
    inputs = {entity["name"] for entity in action["object"] if entity.type == "File"}
    assert inputs == {source.name for source in SOURCES}
    values = {entity["name"]: entity["value"] for entity in action["object"] if entity.type == "PropertyValue"}
    assert values == {"seed": "7", "advisor": "rules"}
    here = [entity for entity in crate.data_entities if not entity.id.startswith("ni:")]
    assert here and all((run / unquote(entity.id)).is_file() for entity in here)
    assert {entity.id for entity in action["result"]} <= {entity.id for entity in here}


@pytest.mark.skipif(shutil.which("runcrate") is None, reason="runcrate is not installed here")
def test_runcrate_reports_its_actions(run: Path) -> None:
    done = subprocess.run(["runcrate", "report", str(run)], capture_output=True, text=True, check=True)
    assert "action: #run" in done.stdout and "step: #step-convert" in done.stdout


def test_every_file_is_named_once_with_its_digest_and_size_and_nothing_else_is(run: Path) -> None:
    found = {name: item for name, item in graph(run).items() if "File" in listed(item["@type"]) and not name.startswith("ni:")}
    wanted = {
        path.relative_to(run).as_posix()
        for path in run.rglob("*")
        if path.is_file() and not path.relative_to(run).as_posix().startswith((".", "logs/", "ro-crate"))
    }
    assert {unquote(name) for name in found} == wanted
    for name, item in found.items():
        body = (run / unquote(name)).read_bytes()
        assert item["sha256"] == hashlib.sha256(body).hexdigest() and item["contentSize"] == str(len(body))
    assert set(found) <= set(ids(graph(run)["./"]["hasPart"]))


def test_every_reference_leads_to_an_entity(run: Path) -> None:
    entities = graph(run)
    outside = ("https://w3id.org/ro/crate/1.1", "https://snakemake.readthedocs.io")

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [value["@id"]] if set(value) == {"@id"} else [name for part in value.values() for name in references(part)]
        return [name for part in value for name in references(part)] if isinstance(value, list) else []

    for item in entities.values():
        assert {name for name in references(item) if name not in outside} <= entities.keys(), item["@id"]


def test_the_same_folder_gives_the_same_bytes_wherever_it_lies(run: Path, tmp_path: Path) -> None:
    told = (run / "ro-crate-metadata.json").read_bytes()
    copy = tmp_path / "elsewhere" / "another name"
    shutil.copytree(run, copy)
    assert describe(run) == told == describe(copy)
    for place in (tmp_path, SOURCES[0].parent):
        assert str(place).encode() not in told and str(place).encode() not in (run / "run.json").read_bytes()


def test_steps_have_their_times_what_they_read_and_what_they_made(run: Path) -> None:
    entities = graph(run)
    job = entities["#job-convert%2F0"]
    assert (job["startTime"], job["endTime"]) == ("2026-11-23T07:13:20.250+00:00", "2026-11-23T07:13:20.750+00:00")
    (source,) = ids(job["object"])
    assert entities[source]["sha256"] == hashlib.sha256(SOURCES[0].read_bytes()).hexdigest()
    assert set(ids(job["result"])) == {f"asm/{SOURCES[0].name}.asm.json", f"ledger/{SOURCES[0].name}.ledger.json"}
    assert set(ids(entities["#control-convert"]["object"])) == {"#job-convert%2F0", "#job-convert%2F1"}
    assert entities["#step-convert"]["workExample"] == job["instrument"]
    assert set(ids(entities["#engine"]["object"])) == {"#control-convert", "#control-decide", "#control-interpret"}
    assert (entities["#run"]["startTime"], entities["./"]["datePublished"]) == (job["startTime"], "2026-11-23T07:13:26.750+00:00")


def test_software_is_that_of_the_run_not_of_the_reader(run: Path) -> None:
    versions = software()
    assert versions["assayline"] == __version__ and {"Python", "snakemake", "scvi-tools", "scanpy"} <= versions.keys()
    assert versions.keys() <= {*PACKAGES, "assayline", "Python"}
    edit(run / "run.json", lambda body: body["software"].update({"scanpy": "1.0.0"}))
    write_crate(run)
    entities = graph(run)
    assert entities["#software-scanpy"]["softwareVersion"] == "1.0.0"
    assert "#software-scanpy" in ids(entities["#software-assayline"]["softwareRequirements"])


@pytest.mark.parametrize(
    ("by", "kind", "facts"),
    [
        ({"kind": "human", "name": "R. Vega"}, "Person", {"name": "R. Vega"}),
        ({"kind": "claude", "model": "some-model", "request_id": "r1"}, "SoftwareApplication", {"softwareVersion": "some-model"}),
        ({"kind": "rules"}, "SoftwareApplication", {"name": "assayline"}),
    ],
)
def test_a_decision_names_who_decided(run: Path, by: dict[str, str], kind: str, facts: dict[str, str]) -> None:
    from assayline.advisor.tape import answer_digest

    edit(run / "decisions" / "qc_thresholds.json", lambda body: body.update(decided_by=by, answered=answer_digest(body)))
    write_crate(run)
    entities = graph(run)
    decision = entities["decisions/qc_thresholds.json"]
    author = entities[decision["author"]["@id"]]
    assert author["@type"] == kind and author.items() >= facts.items()
    assert entities["#job-decide%2F5"].get("agent") == (decision["author"] if kind == "Person" else None)
    told = {entities[name]["name"]: entities[name]["value"] for name in ids(decision["additionalProperty"])}
    assert json.loads(told["choice"]) == {"max_mito_percent": 12, "min_genes": 200}
    assert told.get("request") == by.get("request_id")


def test_a_decision_edited_by_hand_is_a_persons(run: Path) -> None:
    from assayline.advisor.tape import answer_digest

    path = run / "decisions" / "qc_thresholds.json"
    edit(path, lambda body: body.update(answered=answer_digest(body)))
    edit(path, lambda body: body["choice"].update(min_genes=300))
    write_crate(run)
    entities = graph(run)
    assert entities[entities["decisions/qc_thresholds.json"]["author"]["@id"]]["@type"] == "Person"


def test_a_folder_filled_station_by_station_is_a_process_run_crate(run: Path) -> None:
    shutil.rmtree(run / ".snakemake")
    shutil.rmtree(run / "workflow")
    (run / "run.json").unlink()
    write_crate(run)
    entities = graph(run)
    assert ids(entities["./"]["conformsTo"]) == [f"{RUN_CRATE}/process/0.5"] and "mainEntity" not in entities["./"]
    action = entities["#run"]
    assert ids(action["instrument"]) == ["#software-assayline"]
    assert {entities[name]["name"] for name in ids(action["object"])} == {source.name for source in SOURCES}
    assert entities["#software-assayline"]["softwareVersion"] == __version__
    ROCrate(run)


def test_records_that_cannot_be_read_cost_only_the_time_of_their_step(run: Path) -> None:
    place = run / ".snakemake" / "metadata"
    before = steps(run)
    (place / "not base64").write_text("{}")
    (place / "YQ==").write_text("{")
    (place / "Yg==").write_text('{"rule": "x", "input": "text", "log": [], "starttime": 1, "endtime": 2}')
    (place / "Yw==").write_text("[]")
    engine_record(run, f"tables/{'long' * 60}.parquet", "tables", [], 9)
    after = steps(run)
    assert after[: len(before)] == before and len(after) == len(before) + 1
    assert after[-1].outputs == (f"tables/{'long' * 60}.parquet",) and after[-1].started > before[0].started


def test_links_that_lead_out_of_the_folder_are_left_out(run: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    (run / "tables" / "link.json").symlink_to(tmp_path / "secret.json")
    write_crate(run)
    assert "tables/link.json" not in graph(run)


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        describe(tmp_path / "nothing")
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(BadInput, match="no file of a run"):
        describe(tmp_path)


def test_what_was_run_is_as_its_schema_says_and_names_no_way_to_a_place(run: Path, tmp_path: Path) -> None:
    import jsonschema_rs

    schema = json.loads((ROOT / "docs" / "schemas" / "run.schema.json").read_bytes())
    body = json.loads((run / "run.json").read_bytes())
    jsonschema_rs.validate(schema, body)
    assert body["parameters"] == {"seed": 7, "advisor": "rules", "instruments": [source.name for source in SOURCES]}
    folder = tmp_path / "tenx" / "matrix"
    folder.mkdir(parents=True)
    for name in ("matrix.mtx", "barcodes.tsv", ".hidden"):
        (folder / name).write_text(name)
    made = record(run, [WORKFLOW], {"counts": str(folder)}, {"counts": [folder]}, ["counts"])
    jsonschema_rs.validate(schema, made)
    assert made["parameters"] == {"counts": "matrix"}
    assert [row["name"] for row in made["inputs"]] == ["matrix/barcodes.tsv", "matrix/matrix.mtx"]
    assert {path.name for path in (run / "workflow" / WORKFLOW.name).iterdir()} == {"README.md", "config", "workflow"}
