"""eLabFTW on loopback: an entry arrives whole and once, whatever goes wrong on the way; the service's own words are shown."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assayline.cli import main
from assayline.notebook.compose import compose
from assayline.notebook.elabftw import ELabFTW
from assayline.notebook.entry import File, Link
from assayline.notebook.errors import ServiceMissing, ServiceUnreachable
from assayline.notebook.http import Service, message
from assayline.notebook.local import LocalNotebook
from assayline.notebook.outbox import Outbox
from assayline.notebook.push import store
from assayline.notebook.run import read_run
from tests.notebook.fake_elabftw import TOKEN, FakeELabFTW
from tests.notebook.loopback import OpenApi, scripted, sometimes
from tests.report.test_report import EVIL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def published(shared: Path) -> OpenApi:
    """eLabFTW's own OpenAPI document."""
    return OpenApi(shared / "specs" / "elabftw-v2.openapi.yaml")


@pytest.fixture
def fake(published: OpenApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeELabFTW]:
    """A service on loopback and an environment that names it."""
    made = FakeELabFTW(published)
    monkeypatch.setenv("ELABFTW_URL", made.address)
    monkeypatch.setenv("ELABFTW_API_KEY", TOKEN)
    yield made
    made.stop()


def adapter(fake: FakeELabFTW, *, timeout: float = 0.4, token: str = TOKEN) -> ELabFTW:
    return ELabFTW(Service("eLabFTW", fake.address, lambda _fresh: {"Authorization": token}, timeout=timeout, pause=0.001))


def queued(run_folder: Path, notebook: Path, fake: FakeELabFTW) -> None:
    run = read_run(run_folder)
    store(run, compose(run, authors=["R. Vega"], project="Media"), notebook, "vega")
    with LocalNotebook(notebook) as local:
        Outbox(local).queue(adapter(fake).name, run.key[:16])


def drain(notebook: Path, fake: FakeELabFTW, **more: Any) -> list[Any]:
    with LocalNotebook(notebook) as local:
        return Outbox(local).drain(adapter(fake, **more), settle=lambda _seconds: None)


def test_an_entry_arrives_whole(run_folder: Path, tmp_path: Path, fake: FakeELabFTW) -> None:
    queued(run_folder, tmp_path / "nb", fake)
    (job,) = drain(tmp_path / "nb", fake)
    assert (job.state, json.loads(job.receipt)["id"]) == ("done", "1")
    made = fake.experiments[1]
    run = read_run(run_folder)
    assert made["metadata"]["extra_fields"]["assayline key"]["value"] == run.key
    for words in ("viability (cell counter) (%)", "CLB001", "499 of 559 cells", "Rules would choose", "app/download.php?f="):
        assert words in made["body"]
    assert {item["hash"] for item in fake.uploads[1]} == {file.sha256 for file in run.files}
    assert {item["comment"].split(" sha256:")[0] for item in fake.uploads[1]} == {file.name for file in run.files}
    assert fake.tags[1] == ["assayline", "Media"]
    assert drain(tmp_path / "nb", fake) == []


@pytest.mark.parametrize("fault", ["429", "502 before", "502 after", "reset before", "reset after", "slow after", "reset within"])
def test_each_fault_at_each_write_leaves_one_experiment(run_folder: Path, tmp_path: Path, fake: FakeELabFTW, fault: str) -> None:
    queued(run_folder, tmp_path / "nb", fake)
    fake.faults = scripted(fault, "", fault, "", fault)
    (job,) = drain(tmp_path / "nb", fake)
    assert job.state == "done"
    assert len(fake.experiments) == 1
    assert len(fake.uploads[1]) == len(read_run(run_folder).files)
    assert len({item["hash"] for item in fake.uploads[1]}) == len(fake.uploads[1])


def test_a_write_that_takes_effect_after_the_timeout_is_not_repeated(run_folder: Path, tmp_path: Path, fake: FakeELabFTW) -> None:
    queued(run_folder, tmp_path / "nb", fake)
    fake.faults, fake.delay = scripted("late", "late"), 0.8
    with LocalNotebook(tmp_path / "nb") as local:
        (job,) = Outbox(local).drain(adapter(fake), settle=lambda _seconds: time.sleep(1.5))
    assert job.state == "done"
    assert len(fake.experiments) == 1
    assert len(fake.uploads[1]) == len(read_run(run_folder).files)


def test_two_processes_drain_one_queue_once(make_run: Any, tmp_path: Path, fake: FakeELabFTW) -> None:
    for seed in (1, 2, 3, 4):
        queued(make_run(tmp_path / f"run{seed}", seed, cells=False), tmp_path / "nb", fake)
    threads = [threading.Thread(target=drain, args=(tmp_path / "nb", fake), kwargs={"timeout": 10}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fake.experiments) == 4
    with LocalNotebook(tmp_path / "nb") as local:
        assert [job.state for job in Outbox(local).jobs()] == ["done"] * 4


def test_offline_pushes_wait_and_drain_in_order(make_run: Any, tmp_path: Path, fake: FakeELabFTW) -> None:
    fake.faults = lambda _method, _path: "502 before"
    for seed in (1, 2, 3):
        queued(make_run(tmp_path / f"run{seed}", seed), tmp_path / "nb", fake)
    (job,) = drain(tmp_path / "nb", fake)
    assert job.state == "queued"
    assert "status 502" in job.reason
    fake.faults = lambda _method, _path: None
    assert [job.state for job in drain(tmp_path / "nb", fake)] == ["done"] * 3
    keys = [read_run(tmp_path / f"run{seed}").key for seed in (1, 2, 3)]
    assert [fake.experiments[number]["metadata"]["extra_fields"]["assayline key"]["value"] for number in (1, 2, 3)] == keys


def test_another_notebook_pushing_the_same_run_finds_it(make_run: Any, tmp_path: Path, fake: FakeELabFTW) -> None:
    for name in ("one", "two"):
        queued(make_run(tmp_path / name), tmp_path / f"nb {name}", fake)
        assert drain(tmp_path / f"nb {name}", fake)[0].state == "done"
    assert len(fake.experiments) == 1
    assert len(fake.uploads[1]) == len(read_run(tmp_path / "one").files)


def test_two_records_with_one_key_stop_and_ask(run_folder: Path, tmp_path: Path, fake: FakeELabFTW) -> None:
    queued(run_folder, tmp_path / "nb", fake)
    drain(tmp_path / "nb", fake)
    fake.experiments[2] = fake.experiments[1] | {"id": 2}
    queued(run_folder, tmp_path / "other", fake)
    (job,) = drain(tmp_path / "other", fake)
    assert job.state == "stuck"
    assert "experiments 1, 2" in job.reason


def test_a_wrong_key_is_the_services_own_message_and_the_next_push_goes_on(
    run_folder: Path, tmp_path: Path, fake: FakeELabFTW
) -> None:
    queued(run_folder, tmp_path / "nb", fake)
    (job,) = drain(tmp_path / "nb", fake, token="expired")
    assert job.state == "stuck"
    assert "Authentication required" in job.reason
    assert "expired" not in job.reason
    queued(run_folder, tmp_path / "nb", fake)
    assert drain(tmp_path / "nb", fake)[0].state == "done"


@pytest.mark.parametrize("fault", ["", "502 after", "reset after", "502 before"])
def test_samples_and_earlier_entries_are_linked_where_exactly_one_fits(
    make_run: Any, tmp_path: Path, fake: FakeELabFTW, fault: str
) -> None:
    fake.items = {11: "CLB001", 12: "CLB002", 13: "CLB002", 14: "CLB003 old"}
    queued(make_run(tmp_path / "earlier", 1), tmp_path / "nb", fake)
    drain(tmp_path / "nb", fake)
    earlier = read_run(tmp_path / "earlier").key[:16]
    fake.links.clear()
    run = read_run(make_run(tmp_path / "later", 2))
    entry = compose(run, authors=["R. Vega"])
    store(run, replace(entry, links=[*entry.links, Link("entry", earlier)]), tmp_path / "nb", "vega")
    fake.faults = lambda method, path: fault if method == "POST" and "_links" in path and len(fake.links) < 2 else None
    with LocalNotebook(tmp_path / "nb") as local:
        Outbox(local).queue(adapter(fake).name, run.key[:16])
        (job,) = Outbox(local).drain(adapter(fake), settle=lambda _seconds: setattr(fake, "faults", lambda *_: None))
    assert job.state == "done", job.reason
    assert fake.links == {(2, "items", 11), (2, "experiments", 1)}
    note = json.loads(job.receipt)["note"]
    assert "sample 'CLB002': 2 items of eLabFTW fit" in note
    assert "sample 'CLB003': no items of eLabFTW fit" in note


def test_hostile_names_arrive_as_text(make_run: Any, tmp_path: Path, fake: FakeELabFTW) -> None:
    queued(make_run(tmp_path / "run", samples=EVIL), tmp_path / "nb", fake)
    drain(tmp_path / "nb", fake)
    assert "<script>" not in fake.experiments[1]["body"]
    assert "&lt;script&gt;alert(1)" in fake.experiments[1]["body"]


def test_a_service_that_is_away_and_one_without_tls(tmp_path: Path) -> None:
    gone = Service("eLabFTW", "http://127.0.0.1:9", lambda _fresh: {}, pause=0.001, tries=2)
    with pytest.raises(ServiceUnreachable, match="no connection"):
        gone.tell("POST", "/experiments", {})
    with pytest.raises(ServiceUnreachable, match="not https"):
        Service("eLabFTW", "http://eln.example.org/api/v2", lambda _fresh: {})


def test_many_entries_under_random_faults_arrive_once(tmp_path: Path, fake: FakeELabFTW) -> None:
    from assayline.notebook.entry import Entry
    from tests.notebook.test_local import digest

    fake.faults, fake.delay = sometimes(7, 0.2), 0.15
    count = 60
    with LocalNotebook(tmp_path / "nb") as local:
        outbox = Outbox(local)
        for index in range(count):
            receipt = local.push(Entry(f"entry {index}", digest(f"many {index}")), {})
            outbox.queue(adapter(fake).name, receipt.id)
        for _ in range(40):
            if not outbox.jobs(state="queued"):
                break
            outbox.drain(adapter(fake, timeout=0.1), settle=lambda _seconds: None)
        assert [job.state for job in outbox.jobs()] == ["done"] * count
    keys = [item["metadata"]["extra_fields"]["assayline key"]["value"] for item in fake.experiments.values()]
    assert sorted(keys) == sorted(digest(f"many {index}") for index in range(count))


def test_the_verb_pushes_rehearses_and_tells(
    run_folder: Path, tmp_path: Path, fake: FakeELabFTW, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    push = ["notebook", "push", str(run_folder), "--notebook", str(tmp_path / "nb"), "--to", "elabftw"]
    assert main([*push, "--dry-run", "--json"]) == 0
    requests = json.loads(capsys.readouterr().out)["results"][0]["requests"]
    files = [part for part in compose(read_run(run_folder), authors=[]).parts if isinstance(part, File)]
    assert [item["request"].split()[0] for item in requests] == ["POST"] * (1 + len(files)) + ["PATCH", "POST", "POST"]
    assert fake.seen == []
    assert main(push) == 0
    assert main(push) == 0
    assert len(fake.experiments) == 1
    receipts = json.loads((run_folder / "notebook.json").read_bytes())["entries"]
    assert [item["notebook"].split()[0] for item in receipts] == ["elabftw", "local"]
    assert receipts[0]["url"].endswith("/experiments.php?mode=view&id=1")
    capsys.readouterr()
    assert main(["notebook", "outbox", "--all", "--notebook", str(tmp_path / "nb")]) == 0
    assert capsys.readouterr().out.startswith("done")
    monkeypatch.setenv("ELABFTW_API_KEY", "wrong")
    assert main(["notebook", "push", "--drain", "--to", "elabftw", "--notebook", str(tmp_path / "nb")]) == 0
    monkeypatch.delenv("ELABFTW_API_KEY")
    assert main(push) == ServiceMissing.status
    assert main(["notebook", "push", str(run_folder), "--to", "paper"]) == 2


def test_messages_of_services_are_readable() -> None:
    said = {"error": {"message": "Invalid", "invalid": [{"field": "viability", "message": "must be a number, found 'ERROR'"}]}}
    assert message(said) == "Invalid: viability: must be a number, found 'ERROR'"
    assert message({"errors": [{"index": 3, "message": "unknown entity"}]}) == "3: unknown entity"
    assert message(None) == message(3) == ""
