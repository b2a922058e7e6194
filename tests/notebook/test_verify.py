"""Proof of a notebook: a change behind its back shows, a kept head shows a rewritten history, damage leaves the rest."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from assayline.cli import main
from assayline.notebook.chain import START, sealed
from assayline.notebook.compose import compose
from assayline.notebook.entry import Entry, Text
from assayline.notebook.errors import NotebookBusy, NotebookDamaged, NotebookFull
from assayline.notebook.local import LocalNotebook
from assayline.notebook.push import attachments, store
from assayline.notebook.run import read_run
from assayline.notebook.verify import verify
from tests.notebook.test_local import digest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def notebook(make_run: Any, tmp_path: Path) -> Path:
    """A notebook with three entries, one of them signed and locked."""
    for seed in (1, 2, 3):
        run = read_run(make_run(tmp_path / f"run{seed}", seed))
        store(run, compose(run, authors=["R. Vega"]), tmp_path / "nb", "vega")
    with LocalNotebook(tmp_path / "nb", who="head") as local:
        local.sign("1", "reviewed")
        local.lock("1")
    return tmp_path / "nb"


def codes(folder: Path, head: str | None = None) -> set[str]:
    with LocalNotebook(folder) as local:
        return {finding.code for finding in verify(local, head).findings}


def tamper(folder: Path, *statements: str) -> None:
    """Change the database as somebody would who does not use this program."""
    with sqlite3.connect(folder / "notebook.sqlite") as database:
        database.execute("DROP TRIGGER IF EXISTS events_stay")
        database.execute("DROP TRIGGER IF EXISTS events_remain")
        for statement in statements:
            database.execute(statement)
    database.close()


def test_a_sound_notebook_is_proved(notebook: Path) -> None:
    with LocalNotebook(notebook) as local:
        proof = verify(local)
        assert proof.sound
        assert (proof.events, proof.entries) == (5, 3)
        assert proof.files == len(list(local.storage.all())) > 20
        assert verify(local, f"{proof.head[0]}:{proof.head[1]}").sound
    assert main(["notebook", "verify", "--notebook", str(notebook)]) == 0


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE events SET body = replace(body, 'Cell counting', 'Cell guessing') WHERE seq = 2", "chain-broken"),
        ("UPDATE events SET who = 'someone else' WHERE seq = 4", "chain-broken"),
        ("UPDATE events SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 1", "chain-broken"),
        ("DELETE FROM events WHERE seq = 2", "event-lost"),
        ("UPDATE entries SET title = 'another title' WHERE number = 2", "list-differs"),
        ("UPDATE entries SET locked = '' WHERE number = 1", "list-differs"),
        ("DELETE FROM entries WHERE number = 3", "list-differs"),
    ],
)
def test_every_change_behind_its_back_shows(notebook: Path, statement: str, found: str) -> None:
    tamper(notebook, statement)
    assert found in codes(notebook)
    assert main(["notebook", "verify", "--notebook", str(notebook)]) == 10


def test_a_rewritten_history_shows_against_a_kept_head(notebook: Path) -> None:
    with LocalNotebook(notebook) as local:
        length, last = local.head()
        first = local.history(local.line("1").id)[0]
    tamper(notebook, "DELETE FROM events WHERE seq = 5")
    assert "head-ahead" in codes(notebook, f"{length}:{last}")
    forged = sealed(1, first.at, "someone else", first.kind, first.entry, first.body, START)
    tamper(
        notebook, f"UPDATE events SET who = 'someone else', hash = '{forged}' WHERE seq = 1", "DELETE FROM events WHERE seq > 1"
    )
    assert "head-differs" in codes(notebook, f"1:{first.hash}")
    assert "head-unreadable" in codes(notebook, "yesterday")


def test_files_that_change_or_vanish_show_and_orphans_are_noted(notebook: Path) -> None:
    with LocalNotebook(notebook) as local:
        one, two = list(local.storage.all())[:2]
        local.storage.path(one).chmod(0o644)
        local.storage.path(one).write_bytes(b"other")
        local.storage.path(two).unlink()
        orphan = local.storage.path("ff" * 32)
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"left over")
        found = verify(local).findings
        assert sorted(item.code for item in found) == ["file-damaged", "file-damaged", "file-unused"]
        with pytest.raises(NotebookDamaged, match="other bytes"):
            local.storage.read(one)


def test_a_corrupted_page_is_detected_and_the_rest_is_read(tmp_path: Path) -> None:
    with LocalNotebook(tmp_path / "nb") as local:
        for index in range(30):
            local.push(Entry(f"entry {index}", digest(str(index)), parts=[Text(f"{index} " * 4000)]), {})
        local.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        broken = local.line("12").id
    path = tmp_path / "nb" / "notebook.sqlite"
    raw = bytearray(path.read_bytes())
    place = raw.find(b"11 11 11 11", raw.find(b'"title":"entry 11"'))
    page = place // 4096 * 4096
    raw[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(raw)
    with LocalNotebook(tmp_path / "nb") as local:
        proof = verify(local)
        assert not proof.sound
        readable = 0
        for line in local.lines(limit=100):
            if line.id != broken:
                readable += local.entry(line.id).title == line.title
        assert readable == 29


def test_a_file_that_is_no_database_has_its_error(tmp_path: Path) -> None:
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "notebook.sqlite").write_bytes(b"this is not a database at all" * 200)
    with pytest.raises(NotebookDamaged):
        LocalNotebook(tmp_path / "nb")


def test_a_full_database_records_nothing_of_the_entry(notebook: Path) -> None:
    with LocalNotebook(notebook) as local:
        (pages,) = local.database.execute("PRAGMA page_count").fetchone()
        local.database.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(NotebookFull):
            local.push(Entry("large", digest("large"), parts=[Text("x" * 500_000)]), {})
        assert verify(local).sound
        local.database.execute(f"PRAGMA max_page_count = {pages + 1000}")
        assert local.push(Entry("large", digest("large"), parts=[Text("x" * 500_000)]), {}).created
        assert verify(local).sound


def test_a_full_disk_leaves_no_half_file(make_run: Any, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from assayline.notebook.errors import NotebookFull\n"
        "from assayline.notebook.storage import Storage, digest\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "source = Path(sys.argv[1])\n"
        "try: Storage(Path(sys.argv[2])).add(source, digest(source))\n"
        "except NotebookFull as error: print('full')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(folder / "figures/umap.png"), str(tmp_path / "files")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "full\n"
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_a_held_notebook_is_busy_and_whole_afterwards(notebook: Path, make_run: Any, tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "run9", 9))
    entry = compose(run, authors=[])
    with LocalNotebook(notebook) as holder, LocalNotebook(notebook, wait=0.05) as other:
        holder.database.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotebookBusy):
            other.push(entry, attachments(run, entry))
        holder.database.execute("ROLLBACK")
        assert other.push(entry, attachments(run, entry)).created
        assert verify(other).sound


def test_a_run_that_changes_while_it_is_pushed_is_refused(notebook: Path, make_run: Any, tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path / "run8", 8))
    entry = compose(run, authors=[])
    (run.folder / "cells/qc.json").write_text("{}")
    with LocalNotebook(notebook) as local, pytest.raises(NotebookDamaged, match="changed meanwhile"):
        local.push(entry, attachments(run, entry))
    assert codes(notebook) <= {"file-unused"}
