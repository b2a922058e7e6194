"""watch: every content converted exactly once and whole, by one watcher or two, killed or not, while files are being written."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import allotrope

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--interval", "0.05", "--settle", "0.1", "--expire", "1.5")
HEAD = "Sample ID,Viability (%),Viable (x10^6) cells/mL,Average viable circularity\n"
KILLER = """
import os, signal, sys
left = int(sys.argv.pop(1))
def count(event, arguments):
    global left
    watched = event in ("os.rename", "os.remove", "os.mkdir") or (event == "open" and "out" in str(arguments[0]))
    left -= watched
    if watched and left < 0:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
sys.addaudithook(count)
from assayline.cli import main
sys.exit(main())
"""
"""Runs the command and kills it at the n-th operation on the file system of the destination, before that operation happens."""


def export(folder: Path, name: str, viability: float) -> Path:
    """A hand-made Vi-CELL BLU export."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}S 1,{viability},1.5,0.9\nS 2,{viability},2.5,0.8\n", encoding="utf-8")
    return path


def start(*words: object, kill_at: int | None = None) -> subprocess.Popen[str]:
    """A watcher as a process of its own, in a session that ends with it; killed at an operation where asked for."""
    head = [sys.executable, "-m", "assayline"] if kill_at is None else [sys.executable, "-c", KILLER, str(kill_at)]
    return subprocess.Popen(
        [*head, "watch", *map(str, words), *QUICK],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def finish(child: subprocess.Popen[str]) -> list[dict[str, object]]:
    """The events of a watcher that ended by itself, without a word on stderr."""
    out, err = child.communicate(timeout=120)
    assert not err, err
    return [json.loads(line) for line in out.splitlines()]


def written(out: Path) -> list[dict[str, object]]:
    """All events in the files of all watchers; each line is whole."""
    files = sorted((out / ".watch" / "events").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def check_whole(folder: Path, out: Path) -> None:
    """Each export has its document, equal to what conversion gives, its ledger and its record; nothing else lies there."""
    exports = sorted(path.relative_to(folder) for path in folder.rglob("*.csv"))
    documents = sorted(path.relative_to(out) for path in out.rglob("*.asm.json"))
    assert [f"{path}.asm.json" for path in exports] == list(map(str, documents))
    for path in exports:
        conversion = allotrope.convert(folder / path)
        assert (out / f"{path}.asm.json").read_bytes() == conversion.to_json()
        ledger = json.loads((out / f"{path}.ledger.json").read_bytes())
        record = json.loads((out / ".watch" / "done" / f"{conversion.digest}.json").read_bytes())
        assert ledger["source digest"] == record["digest"] == f"sha256:{conversion.digest}"
        assert record["status"] == 0
    assert len(list((out / ".watch" / "done").iterdir())) == len(exports)
    assert not list(out.rglob("*.part"))


def killed_again_and_again(tmp_path: Path, seed: int, kills: int) -> None:
    """Kill watchers at seeded operations, let a last one finish, and look for what is missing, doubled or partial."""
    rng = random.Random(seed)
    folder, out = tmp_path / "in", tmp_path / "out"
    for number in range(5):
        export(folder, f"day {number % 2}/run {number}.csv", 90 + number / 8)
    died = 0
    for _ in range(kills):
        child = start(folder, "-o", out, "--once", kill_at=rng.randrange(60))
        child.communicate(timeout=120)
        died += child.returncode == -signal.SIGKILL
    assert died
    (last,) = [event for event in finish(start(folder, "-o", out, "--once")) if event["event"] == "stopped"]
    assert last["failed"] == 0
    check_whole(folder, out)
    told = [event["digest"] for event in written(out) if event["event"] == "converted"]
    assert len(set(told)) == 5
    assert not (out / "quarantine").exists()
    assert finish(start(folder, "-o", out, "--once"))[-1]["converted"] == 0


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_operation(seed, tmp_path):
    killed_again_and_again(tmp_path, seed, 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_killed_thirty_times_at_any_operation(seed, tmp_path):
    killed_again_and_again(tmp_path, seed, 3)


def test_two_watchers_convert_every_file_once(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    for number in range(24):
        export(folder, f"run {number}.csv", 70 + number)
    both = [start(folder, "-o", out, "--once") for _ in range(2)]
    ends = [finish(child) for child in both]
    converted = [event["digest"] for events in ends for event in events if event["event"] == "converted"]
    assert len(converted) == len(set(converted)) == 24
    assert sorted(converted) == sorted(event["digest"] for event in written(out))
    check_whole(folder, out)


def test_what_fails_stays_and_its_error_lies_in_quarantine(tmp_path, assayline):
    folder, out = tmp_path / "in", tmp_path / "out"
    good, bad = export(folder, "good one.csv", 91), folder / "shopping list.txt"
    bad.write_text("milk\n")
    (folder / "copy of good one.csv").write_bytes(good.read_bytes())
    done = assayline("watch", folder, "-o", out, "--once", "--json", *QUICK)
    assert done.status == 8
    events = [event["event"] for event in done.envelope["results"]]
    assert sorted(events) == ["converted", "duplicate", "failed", "started", "stopped"]
    (place,) = (out / "quarantine").iterdir()
    error = json.loads(place.read_bytes())
    assert (error["error"], error["status"], error["source"]) == ("not-recognised", 3, "shopping list.txt")
    assert bad.exists()
    again = assayline("watch", folder, "-o", out, "--once", "--json", *QUICK)
    assert again.status == 0
    assert [event["event"] for event in again.envelope["results"]] == ["started", "stopped"]
    bad.write_text("bread\n")
    moved = assayline("watch", folder, "-o", out, "--once", "--move-failed", *QUICK)
    assert moved.status == 8
    assert not bad.exists()
    assert [path.read_text() for path in (out / "quarantine").glob("*.txt")] == ["bread\n"]


def test_a_file_that_is_still_being_written_is_not_taken(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    path = export(folder, "slow.csv", 88)
    text = path.read_text()
    path.write_text(text[:90])
    child = start(folder, "-o", out)
    for end in range(91, len(text) + 1):
        with path.open("a") as stream:
            stream.write(text[end - 1])
        os.utime(path, (1_000_000_000, 1_000_000_000 - end))  # a clock that is years behind, and runs backwards
        time.sleep(0.02)
    assert child.stdout
    events = [json.loads(child.stdout.readline()) for _ in range(2)]
    export(folder, "slow.csv", 99)  # exported again under the same name: the first document stays
    events.append(json.loads(child.stdout.readline()))
    child.send_signal(signal.SIGTERM)
    assert [event["event"] for event in (*events, *finish(child))] == ["started", "converted", "converted", "stopped"]
    assert child.returncode == 0
    documents = sorted(out.glob("*.asm.json"))
    assert len(documents) == 2
    assert [document.name for document in documents][1] == "slow.csv.asm.json"
    viabilities = [document.read_text().count('"value": 88') + document.read_text().count('"value":88') for document in documents]
    assert viabilities == [0, 2]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the super-user reads what nobody may")
def test_a_locked_file_is_tried_again(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    path = export(folder, "locked.csv", 80)
    path.chmod(0)
    child = start(folder, "-o", out)
    assert child.stdout
    assert [json.loads(child.stdout.readline())["event"] for _ in range(2)] == ["started", "waiting"]
    path.chmod(0o600)
    assert json.loads(child.stdout.readline())["event"] == "converted"
    child.send_signal(signal.SIGINT)
    assert [event["event"] for event in finish(child)] == ["stopped"]


def test_a_claim_of_the_dead_expires_and_one_of_the_living_does_not(tmp_path):
    from assayline.watch.claims import Claims, Heart

    now = [0.0]
    first, second = Heart(tmp_path / "watchers", 60), Heart(tmp_path / "watchers", 60)
    with first, second:
        one = Claims(tmp_path / "claims", first, 10, lambda: 1e9)
        two = Claims(tmp_path / "claims", second, 10, lambda: now[0])
        claim = one.take("d")
        assert claim is not None
        assert two.take("d") is None
        for _ in range(5):
            now[0] += 9
            first.path.write_bytes(first.path.read_bytes() + b"x")
            assert two.take("d") is None
        now[0] += 10
        other = two.take("d")
        assert other is not None
        assert other.generation == 1
        assert not one.holds(claim)
        assert two.holds(other)
        assert one.take("d") is None
        one.release(claim)
        assert two.holds(other)
        two.release(other)
        again = one.take("d")
        assert again is not None
        two.sweep()
        assert one.holds(again)
        now[0] += 10
        two.sweep()
        assert not list((tmp_path / "claims").iterdir())


def test_a_locked_read_is_a_wait_not_a_failure(tmp_path, monkeypatch):
    from assayline.watch.settling import Settling

    clock = [0.0]
    path = export(tmp_path, "a.csv", 1)
    settling = Settling(1, lambda: clock[0])
    assert settling.look(path) is None
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(PermissionError):
        settling.look(path)
    monkeypatch.undo()
    looks = []
    for _ in range(4):
        looks.append(settling.look(path))
        clock[0] += 0.6
    assert looks == [None, None, *[allotrope.convert(path).digest] * 2]


def test_a_wrong_setting_is_waited_for_and_once_does_not_wait_for_ever(tmp_path):
    """The settings beside the exports are at fault, not the exports: once they are mended, all converts."""
    folder, out = tmp_path / "in", tmp_path / "out"
    export(folder, "a.csv", 1)
    settings = folder / "assayline.toml"
    settings.write_text('[convert]\ntimezone = "Nope"\n', encoding="utf-8")
    child = start(folder, "-o", out, "--once", "--expire", "1")
    events = finish(child)
    assert [event["event"] for event in events] == ["started", "waiting", "stopped"]
    assert "timezone: found 'Nope'" in str(events[1]["reason"])
    assert (events[-1]["failed"], child.returncode) == (1, 8)
    settings.write_text('[convert]\nowner = "our group"\n', encoding="utf-8")
    assert finish(start(folder, "-o", out, "--once"))[-1]["converted"] == 1
    assert "our group" in (out / "a.csv.asm.json").read_text(encoding="utf-8")


def denied(*_: object, **__: object) -> None:
    """What Windows says of a file that the instrument's software has open."""
    raise PermissionError(13, "The process cannot access the file because it is being used by another process")


@pytest.mark.parametrize("words", [["--interval", "0"], ["--settle", "-1"], ["--expire", "nan"], ["--json"]])
def test_times_and_options_that_cannot_be_used(words, tmp_path, assayline):
    assert assayline("watch", tmp_path, "-o", tmp_path / "out", *words).status == 2
