"""Benchling on loopback: entries, runs and results arrive once under faults; what does not fit is found before sending."""

from __future__ import annotations

import base64
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assayline.cli import main
from assayline.notebook.benchling import Benchling, Token, connect
from assayline.notebook.benchling_ask import named
from assayline.notebook.benchling_blob import blob_step
from assayline.notebook.benchling_map import Mapping, propose, read_mapping
from assayline.notebook.compose import compose
from assayline.notebook.entry import Rows
from assayline.notebook.errors import MappingWrong, ServiceMissing
from assayline.notebook.http import Service
from assayline.notebook.local import LocalNotebook
from assayline.notebook.outbox import Outbox
from assayline.notebook.push import store
from assayline.notebook.run import read_run
from tests.notebook.benchling_v3 import Documents
from tests.notebook.fake_benchling import KEY, FakeBenchling
from tests.notebook.loopback import FAULTS, OpenApi, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = {"sample": "Sample", "viability": "viability (cell counter)", "total_cell_count": "total cell count", "time": "Time"}


@pytest.fixture(scope="session")
def published() -> OpenApi:
    """The OpenAPI document that ships in Benchling's own client."""
    found = importlib.util.find_spec("benchling_api_client")
    if found is None or not found.submodule_search_locations:
        pytest.skip("benchling-api-client is not installed: the extra [notebook] has it")
    document = OpenApi(Path(found.submodule_search_locations[0]) / "v2" / "stable" / "openapi.yaml")
    # The document's allOf forbids the tableId that it describes: the first part allows no other property.
    table = document.document["components"]["schemas"]["AssayResultsBulkCreateInTableRequest"]["allOf"]
    table[0] = {"properties": document.document["components"]["schemas"]["AssayResultsBulkCreateRequest"]["properties"]}
    whole = document.document["components"]["schemas"]
    # Likewise a registration: its own properties are empty, and no other is allowed beside those of its allOf.
    both = [*whole["CustomEntityBaseRequestForCreate"]["allOf"], whole["CreateEntityIntoRegistry"]]
    known = [name for part in both for name in document.follow(part).get("properties", {})]
    whole["CustomEntityCreate"]["properties"] = {name: {} for name in known}
    return document


@pytest.fixture
def fake(published: OpenApi) -> Iterator[FakeBenchling]:
    """A tenant on loopback."""
    made = FakeBenchling(published)
    yield made
    made.stop()


def mapping(**more: Any) -> Mapping:
    results = {"cell counting": {"schema": "assaysch_count", "fields": dict(FIELDS)}}
    runs = {"cell counting": {"schema": "assaysch_run", "fields": {"document": "asm", "key": "key"}}}
    made = Mapping(
        project="src_1", folder="lib_1", results=results, runs=runs, entry={"schema": "ts_entry", "fields": {"page": "page"}}
    )
    for name, value in more.items():
        setattr(made, name, value)
    return made


def adapter(fake: FakeBenchling, made: Mapping | None = None, timeout: float = 2.0) -> Benchling:
    headers = {"Authorization": f"Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}"}
    service = Service(
        "Benchling", fake.address, lambda _fresh: headers, timeout=timeout, pause=0.001, sleep=lambda _seconds: None
    )
    return Benchling(service, made or mapping(), lambda entry: f"<h1>{entry.title}</h1>", lambda _seconds: None)


def push(folder: Path, notebook: Path, made: Benchling) -> Any:
    run = read_run(folder)
    store(run, compose(run, authors=["R. Vega"]), notebook, "vega")
    with LocalNotebook(notebook) as local:
        outbox = Outbox(local)
        job = outbox.queue(made.name, run.key[:16])
        outbox.drain(made, settle=lambda _seconds: None)
        return next(item for item in outbox.jobs(made.name) if item.id == job.id)


def test_an_entry_with_run_results_and_blobs_arrives(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    job = push(run_folder, tmp_path / "nb", adapter(fake))
    assert (job.state, json.loads(job.receipt)["id"]) == ("done", "etr_1"), job.reason
    (entry,) = fake.entries.values()
    assert entry["customFields"]["assayline key"]["value"] == read_run(run_folder).key
    assert fake.blobs[entry["fields"]["page"]["value"]].startswith(b"<h1>Cell counting")
    (run,) = fake.runs.values()
    assert fake.blobs[run["fields"]["document"]["value"]] == (run_folder / "asm/counts.csv.asm.json").read_bytes()
    assert len(fake.results) == 8
    first = next(iter(fake.results.values()))
    assert first["projectId"] == "src_1"
    assert first["fields"]["sample"]["value"] == "bfi_001"
    assert first["fields"]["time"]["value"] == "2026-03-02T09:10:00+00:00"
    assert isinstance(first["fields"]["viability"]["value"], float)
    assert push(run_folder, tmp_path / "nb", adapter(fake)).state == "done"
    assert push(run_folder, tmp_path / "another", adapter(fake)).state == "done"
    assert (len(fake.entries), len(fake.runs), len(fake.results)) == (1, 1, 8)


@pytest.mark.parametrize("fault", ["429", "502 before", "502 after", "reset before", "reset after", "slow after", "reset within"])
def test_each_fault_at_each_write_leaves_each_record_once(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling, fault: str
) -> None:
    fake.delay = 0.6
    fake.faults = scripted(*[fault, ""] * 12)
    job = push(run_folder, tmp_path / "nb", adapter(fake, timeout=0.3))
    assert job.state == "done", job.reason
    assert (len(fake.entries), len(fake.runs), len(fake.results)) == (1, 1, 8)


def test_results_go_into_the_entrys_own_table_through_a_task(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    fake.in_table = True
    assert push(run_folder, tmp_path / "nb", adapter(fake)).state == "done"
    assert {row["entryId"] for row in fake.results.values()} == {"etr_1"}


def test_a_task_that_fails_shows_field_value_and_cell(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    fake.in_table, fake.task_answers = True, ["FAILED"]
    job = push(run_folder, tmp_path / "nb", adapter(fake))
    assert job.state == "stuck"
    rows = next(
        part for part in compose(read_run(run_folder), authors=[]).parts if getattr(part, "schema", "") == "cell counting"
    ).rows  # type: ignore[union-attr]
    value = rows[2][3]
    assert (
        f"field 'viability' = {value!r} from asm/counts.csv.asm.json row 3 (CLB003) 'viability (cell counter)': must be below 100"
        in job.reason
    )


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_the_body_is_written_once_where_the_tenant_has_entry_parts(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling, fault: str
) -> None:
    fake.documents, fake.delay = Documents(), 3.0
    fake.faults = scripted(fault, only="PATCH")
    job = push(run_folder, tmp_path / "nb", adapter(fake, timeout=1.5))
    assert (job.state, "note" in json.loads(job.receipt)) == ("done", False), job.reason
    parts = fake.documents.parts["etr_1"]
    entry = compose(read_run(run_folder), authors=["R. Vega"])
    assert [part for part in parts if part["contentType"] == "text"][-1]["text"].endswith(entry.key)
    assert sum(part.get("text", "").endswith(entry.key) for part in parts) == 1
    titles = [part.title for part in entry.parts if isinstance(part, Rows)]
    tables = {part["name"]: part for part in parts if part["contentType"] == "unstructured_table"}
    assert set(titles) <= set(tables)
    cells = [row["cells"][0]["inputValue"]["value"] for row in tables[titles[0]]["rows"]]
    assert cells == [f"CLB{number:03d}" for number in range(1, 9)]
    assert any("499 of 559 cells" in part.get("text", "") for part in parts)


def test_a_person_who_writes_meanwhile_costs_neither_their_words_nor_ours(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling
) -> None:
    fake.documents = Documents()
    fake.documents.changes_first = 2
    assert push(run_folder, tmp_path / "nb", adapter(fake)).state == "done"
    texts = [part.get("text", "") for part in fake.documents.parts["etr_1"]]
    assert texts.count("a person's own words") == 2
    assert sum(words.endswith(read_run(run_folder).key) for words in texts) == 1


def test_a_tenant_without_entry_parts_gets_the_rest_and_that_is_said(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling
) -> None:
    job = push(run_folder, tmp_path / "nb", adapter(fake))
    assert job.state == "done"
    assert "the attached page carry the body" in json.loads(job.receipt)["note"]


@pytest.mark.parametrize("fault", ["", "502 before", "502 after", "reset after"])
def test_samples_without_an_entity_are_registered_once_where_the_mapping_says_so(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling, fault: str
) -> None:
    fake.samples.pop("CLB004")
    fake.samples.pop("CLB007")
    made = mapping(entities={"schema": "ts_sample", "registry": "src_reg"})
    once = scripted("", fault)
    fake.faults = lambda method, path: once(method, path) if path == "/custom-entities" else None
    job = push(run_folder, tmp_path / "nb", adapter(fake, made))
    assert job.state == "done", job.reason
    assert sorted(body["name"] for body in fake.registered) == ["CLB004", "CLB007"]
    assert {body["registryId"] for body in fake.registered} == {"src_reg"}
    linked = {row["fields"]["sample"]["value"] for row in fake.results.values()}
    assert {"bfi_new_1", "bfi_new_2"} <= linked
    assert push(run_folder, tmp_path / "other", adapter(fake, made)).state == "done"
    assert len(fake.registered) == 2


def test_a_registration_into_the_wrong_schema_is_refused(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    fake.samples.pop("CLB004")
    job = push(run_folder, tmp_path / "nb", adapter(fake, mapping(entities={"schema": "ts_other"})))
    assert (job.state, "takes entities of ts_sample, not of ts_other" in job.reason) == ("stuck", True)
    assert fake.registered == []


def test_a_name_with_a_comma_is_one_name(fake: FakeBenchling) -> None:
    fake.samples |= {"a,b": ["bfi_ab"], "a": ["bfi_a"]}
    assert named(adapter(fake).service, ["a,b", "a"], "") == {"a,b": ["bfi_ab"], "a": ["bfi_a"]}


@pytest.mark.parametrize("fault", ["", "502 after", "reset after"])
def test_connect_hands_the_document_to_the_tenants_processor_once(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling, fault: str
) -> None:
    fake.faults = scripted(*[fault, ""] * 12)
    made = mapping(outputs={"cell counting": "Counter"}, results={})
    assert push(run_folder, tmp_path / "nb", adapter(fake, made)).state == "done"
    assert (len(fake.runs), len(fake.outputs), len(fake.processed), len(fake.results)) == (1, 1, 1, 0)
    assert push(run_folder, tmp_path / "other", adapter(fake, made)).state == "done"
    assert (len(fake.outputs), len(fake.processed)) == (1, 1)


def test_a_processor_that_fails_is_told_and_not_started_again(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    fake.task_answers = ["FAILED"]
    made = mapping(outputs={"cell counting": "Counter"}, results={})
    job = push(run_folder, tmp_path / "nb", adapter(fake, made))
    assert (job.state, "row 2 is not a number" in job.reason) == ("stuck", True)
    job = push(run_folder, tmp_path / "nb", adapter(fake, made))
    assert (job.state, "FAILED" in job.reason, len(fake.processed)) == ("stuck", True, 1)


def test_a_task_that_never_ends_stays_queued_and_is_not_doubled(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    fake.in_table, fake.task_answers = True, ["RUNNING"]
    job = push(run_folder, tmp_path / "nb", adapter(fake))
    assert (job.state, len(fake.results)) == ("done", 8), "the results are there although their task has not ended"


def test_a_refused_row_shows_field_value_and_cell(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    fake.reject = {"viability": "is above the limit of the schema"}
    job = push(run_folder, tmp_path / "nb", adapter(fake))
    assert job.state == "stuck"
    assert "row 3 (CLB003) 'viability (cell counter)': is above the limit of the schema" in job.reason
    fake.reject = {}
    assert push(run_folder, tmp_path / "nb", adapter(fake)).state == "done"
    assert (len(fake.entries), len(fake.results)) == (1, 8)


def changed(kind: str, fake: FakeBenchling) -> Mapping:
    made = mapping()
    match kind:
        case "no project":
            made.project = ""
        case "archived folder":
            fake.archived_folder = True
        case "schema gone":
            fake.schemas[0]["archiveRecord"] = {"reason": "Retired"}
        case "field renamed":
            fake.schemas[0]["fieldDefinitions"][1]["name"] = "viability_percent"
        case "required field added":
            fake.schemas[0]["fieldDefinitions"].append(
                {"name": "operator", "type": "text", "isRequired": True, "archiveRecord": None}
            )
        case "wrong type":
            made.results["cell counting"]["fields"]["total_cell_count"] = "viability (cell counter)"
        case "no such column":
            made.results["cell counting"]["fields"]["viability"] = "viability"
        case "no entity":
            fake.samples.pop("CLB004")
        case "two entities":
            fake.samples["CLB004"] = ["bfi_a", "bfi_b"]
    return made


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("no project", "visible to their creator only"),
        ("archived folder", "lib_1 is archived"),
        ("schema gone", "assaysch_count does not exist or is archived"),
        ("field renamed", "no field of this system name"),
        ("required field added", "required field 'operator' is not mapped"),
        ("wrong type", "expected a whole number"),
        ("no such column", "has no column 'viability'"),
        ("no entity", "sample 'CLB004': no entity"),
        ("two entities", "sample 'CLB004': 2 entities (bfi_a, bfi_b)"),
    ],
)
def test_what_does_not_fit_is_found_before_anything_is_sent(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling, kind: str, words: str
) -> None:
    job = push(run_folder, tmp_path / "nb", adapter(fake, changed(kind, fake)))
    assert job.state == "stuck"
    assert words in job.reason
    assert not [line for line in fake.seen if line.startswith("POST")]


def test_two_entries_with_one_key_stop_and_ask(run_folder: Path, tmp_path: Path, fake: FakeBenchling) -> None:
    push(run_folder, tmp_path / "nb", adapter(fake))
    fake.entries["etr_2"] = fake.entries["etr_1"] | {"id": "etr_2"}
    job = push(run_folder, tmp_path / "other", adapter(fake))
    assert (job.state, "etr_1, etr_2" in job.reason) == ("stuck", True)


def test_a_mapping_is_proposed_from_the_tenants_schemas(run_folder: Path, fake: FakeBenchling, tmp_path: Path) -> None:
    entry = compose(read_run(run_folder), authors=[])
    made, left = propose(adapter(fake).service, entry, "src_1", "lib_1")
    assert made.results["cell counting"]["schema"] == "assaysch_count"
    expected = FIELDS | {"viable_cell_density": "viable cell density (cell counter)"}
    assert made.results["cell counting"]["fields"] == expected
    assert any("rows 'spectrophotometry': no result schema" in line for line in left)
    path = tmp_path / "benchling.json"
    path.write_text(json.dumps(made.to_json()))
    assert read_mapping(path) == made
    path.write_text("{}")
    with pytest.raises(MappingWrong):
        read_mapping(path)


def test_the_verbs_map_and_push(
    run_folder: Path, tmp_path: Path, fake: FakeBenchling, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHLING_URL", fake.address.removesuffix("/api/v2"))
    monkeypatch.setenv("BENCHLING_API_KEY", KEY)
    monkeypatch.setenv("ASSAYLINE_NOTEBOOK", str(tmp_path / "nb"))
    words = ["notebook", "map", str(run_folder)]
    assert main([*words, "--tenant-folder", "lib_1"]) == 0
    assert main(words) == 9
    assert main([*words, "--check"]) == 9
    assert "visible to their creator only" in capsys.readouterr().err
    assert main([*words, "--tenant-folder", "lib_1", "--tenant-project", "src_1", "--force"]) == 0
    assert main([*words, "--check"]) == 0
    assert main(["notebook", "push", str(run_folder), "--to", "benchling"]) == 0
    assert len(fake.results) == 8
    assert next(item["id"] for item in json.loads((run_folder / "notebook.json").read_bytes())["entries"]) == "etr_1"


def test_large_blobs_go_in_parts_and_a_failed_part_is_sent_again(fake: FakeBenchling) -> None:
    raw = bytes(range(256)) * 47_000
    fake.faults = scripted("", "502 before", "", "reset within", "", "502 after")
    done = blob_step(adapter(fake).service, "big", "big.bin", "application/octet-stream", len(raw), lambda: raw).send({})
    assert fake.blobs[done["id"]] == raw
    assert sorted(fake.parts[done["id"]]) == [1, 2, 3]


def test_client_credentials_are_renewed_when_a_token_expires(fake: FakeBenchling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHLING_URL", fake.address.removesuffix("/api/v2"))
    monkeypatch.setenv("BENCHLING_CLIENT_ID", "app")
    monkeypatch.setenv("BENCHLING_CLIENT_SECRET", "secret")
    service = connect()
    assert service.ask("/assay-result-schemas").status == 200
    fake.tokens.append("someone revoked the first one")
    assert service.ask("/assay-result-schemas").status == 200
    assert fake.tokens[-1] == "token-2"
    now = [0.0]
    token = Token(fake.address.removesuffix("/api/v2"), "app", "secret", lambda: now[0])
    first = token.header(False)
    assert token.header(False) == first
    now[0] = 850.0
    assert token.header(False) != first
    monkeypatch.delenv("BENCHLING_CLIENT_SECRET")
    with pytest.raises(ServiceMissing, match="BENCHLING_API_KEY"):
        connect()
