"""The local notebook: a run is one entry however often it is pushed, versions and signatures add to it, and searches find it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest

from allotrope.errors import DeclaredError
from assayline.cli import main
from assayline.notebook.compose import compose
from assayline.notebook.entry import Decision, Entry, Figure, File, Interpretation, Link, Rows, Text
from assayline.notebook.errors import AmbiguousEntry, EntryLocked, NoSuchEntry, NotebookAbsent, NotebookTooNew, TemplateFailed
from assayline.notebook.local import LocalNotebook
from assayline.notebook.markdown import markdown
from assayline.notebook.push import attachments, store
from assayline.notebook.run import read_run

if TYPE_CHECKING:
    from pathlib import Path


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pushed(folder: Path, notebook: Path, **more: Any) -> Entry:
    run = read_run(folder)
    entry = compose(run, authors=["R. Vega"], **more)
    store(run, entry, notebook, "vega")
    return entry


def test_a_run_becomes_an_entry_with_every_kind_of_part(run_folder: Path) -> None:
    entry = compose(read_run(run_folder), authors=["R. Vega"], project="Media")
    kinds = {part.kind for part in entry.parts}
    assert kinds == {"text", "header", "table", "rows", "figure", "file", "decision", "interpretation"}
    rows = next(part for part in entry.parts if isinstance(part, Rows) and part.schema == "cell counting")
    assert ["viability (cell counter)", "%"] in rows.columns
    assert len(rows.rows) == 8
    assert {link.target for link in entry.links if link.kind == "sample"} >= {"CLB001", "CLB008"}
    assert entry.times == {"measured from": "2026-03-02T09:10:00+00:00", "measured to": "2026-03-02T10:27:00+00:00"}
    assert Entry.from_json(json.loads(json.dumps(entry.to_json()))) == entry


def test_every_result_row_is_in_the_entry_and_a_page_shows_the_first(make_run: Any, tmp_path: Path) -> None:
    entry = compose(read_run(make_run(tmp_path / "run", samples=[f"S{index}" for index in range(1200)], cells=False)), authors=[])
    rows = next(part for part in entry.parts if isinstance(part, Rows) and part.schema == "cell counting")
    assert (len(rows.rows), rows.more, len(rows.shown), rows.left) == (1200, 0, 500, 700)
    text = markdown(entry)
    assert "and 700 more rows in the files" in text
    assert "\n| S499 |" in text
    assert "\n| S500 |" not in text


def test_pushing_twice_gives_one_entry_and_one_receipt(run_folder: Path, tmp_path: Path) -> None:
    notebook = tmp_path / "nb"
    entry = pushed(run_folder, notebook)
    first = (run_folder / "notebook.json").read_bytes()
    pushed(run_folder, notebook)
    assert (run_folder / "notebook.json").read_bytes() == first
    with LocalNotebook(notebook) as local:
        assert [line.id for line in local.lines()] == [entry.id]
        assert [event.kind for event in local.history(entry.id)] == ["created"]
    assert json.loads(first)["entries"] == [{"notebook": "local", "id": entry.id, "key": entry.key, "version": 1}]


def test_a_copy_of_the_run_is_the_same_entry_and_a_changed_run_is_another(make_run: Any, tmp_path: Path) -> None:
    one, two = make_run(tmp_path / "one"), make_run(tmp_path / "two")
    assert read_run(one).key == read_run(two).key
    (two / "interpretation.json").write_text('{"schema": "assayline/interpretation/1", "statements": []}')
    assert read_run(one).key != read_run(two).key
    (one / "report.html").write_text("made from the run, no part of it")
    assert read_run(one).key == read_run(make_run(tmp_path / "three")).key


def test_files_are_stored_once_and_read_back(run_folder: Path, tmp_path: Path) -> None:
    entry = pushed(run_folder, tmp_path / "nb")
    with LocalNotebook(tmp_path / "nb") as local:
        stored = set(local.storage.all())
        assert stored == set(entry.files)
        for part in entry.parts:
            if isinstance(part, File):
                assert local.storage.read(part.sha256) == (run_folder / part.name).read_bytes()


def test_amending_keeps_the_earlier_version(make_run: Any, tmp_path: Path) -> None:
    first = pushed(make_run(tmp_path / "one", 1), tmp_path / "nb")
    run = read_run(make_run(tmp_path / "two", 2))
    second = compose(run, authors=["R. Vega"])
    receipt = store(run, second, tmp_path / "nb", "vega", first.id[:8], "the thresholds were set by hand")
    assert (receipt.id, receipt.version) == (first.id, 2)
    with LocalNotebook(tmp_path / "nb") as local:
        assert local.entry(first.id) == second
        assert local.entry(first.id, 1) == first
        assert local.history(first.id)[1].content["reason"] == "the thresholds were set by hand"
        assert local.push(second, attachments(run, second)).id == first.id
        assert len(local.lines()) == 1
        with pytest.raises(NoSuchEntry):
            local.entry(first.id, 3)


def test_a_locked_entry_takes_no_version_and_says_who_locked_it(make_run: Any, tmp_path: Path) -> None:
    first = pushed(make_run(tmp_path / "one", 1), tmp_path / "nb")
    other = compose(read_run(make_run(tmp_path / "two", 2)), authors=[])
    with LocalNotebook(tmp_path / "nb", who="head of lab") as local:
        signed = local.sign("1", "reviewed")
        assert signed.content == {"meaning": "reviewed", "version": 1, "record": first.digest}
        local.lock("1")
        with pytest.raises(EntryLocked, match="head of lab"):
            local.amend("1", other, {}, "too late")
        with pytest.raises(EntryLocked):
            local.lock("1")
        assert [event.kind for event in local.history(first.id)] == ["created", "signed", "locked"]


def test_search_takes_words_as_words(make_run: Any, tmp_path: Path) -> None:
    names = ["naïve-7", 'quote " OR 1', "NEAR(x)"]
    pushed(make_run(tmp_path / "one", 1, cells=False, samples=names), tmp_path / "nb", title="Naïve cells")
    pushed(make_run(tmp_path / "two", 2), tmp_path / "nb", title="Others")
    with LocalNotebook(tmp_path / "nb") as local:
        assert [line.title for line in local.search("naive")] == ["Naïve cells"]
        assert [line.title for line in local.search('quote " OR 1')] == ["Naïve cells"]
        assert [line.title for line in local.search("NEAR(")] == ["Naïve cells"]
        assert [line.title for line in local.search("mitochond")] == ["Others"]
        assert {line.title for line in local.search("absorb")} == {"Naïve cells", "Others"}
        assert local.search('absent"') == local.search("   ") == []


def test_entries_are_named_by_number_identifier_or_beginning(make_run: Any, tmp_path: Path) -> None:
    entry = pushed(make_run(tmp_path / "one"), tmp_path / "nb")
    with LocalNotebook(tmp_path / "nb") as local:
        assert {local.line(name).id for name in ("1", "#1", entry.id, entry.id[:6])} == {entry.id}
        for name in ("2", "", "zzzz", "' OR 1=1 --"):
            with pytest.raises(NoSuchEntry):
                local.line(name)
        twin = Entry("twin", entry.id + "0" * 48)
        assert local.push(twin, {}).id == twin.key, "an identifier that is taken is never given twice"
        with pytest.raises(AmbiguousEntry):
            local.line(entry.id[:8])


def test_the_history_cannot_be_changed_through_sql(run_folder: Path, tmp_path: Path) -> None:
    pushed(run_folder, tmp_path / "nb")
    with LocalNotebook(tmp_path / "nb") as local:
        for statement in ("UPDATE events SET who = 'x'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                local.database.execute(statement)


def test_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    LocalNotebook(tmp_path / "nb").close()
    failures: list[Exception] = []

    def write(who: int) -> None:
        try:
            with LocalNotebook(tmp_path / "nb", who=f"writer {who}") as local:
                for index in range(25):
                    local.push(Entry(f"{who}.{index}", digest(f"{who}.{index}")), {})
                    local.push(Entry("of all", digest(str(index))), {})
        except (sqlite3.Error, DeclaredError) as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with LocalNotebook(tmp_path / "nb") as local:
        assert len(local.lines(limit=500)) == local.head()[0] == 3 * 25 + 25


def test_a_later_layout_is_refused_and_an_absent_notebook_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotebookAbsent):
        LocalNotebook(tmp_path / "none", make=False)
    assert not (tmp_path / "none").exists()
    with LocalNotebook(tmp_path / "nb") as local:
        local.database.execute("PRAGMA user_version = 99")
    with pytest.raises(NotebookTooNew, match="99"):
        LocalNotebook(tmp_path / "nb")


def test_a_template_of_ones_own_decides_the_layout(run_folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.jinja"
    own.write_text("{{ title('Week 9') }}\nOnly {{ run.decisions | length }} decisions.\n\n{{ decision('model') }}", "utf-8")
    entry = compose(read_run(run_folder), authors=[], template=own)
    assert entry.title == "Week 9"
    assert [part.kind for part in entry.parts] == ["text", "decision"]
    assert entry.parts[0] == Text("Only 2 decisions.")
    for wrong, where in (
        ("{% if %}", "line 1"),
        ("{{ nothing }}", "while filling"),
        ("{{ decision.__globals__ }}", "while filling"),
    ):
        own.write_text(wrong, "utf-8")
        with pytest.raises(TemplateFailed, match=where):
            compose(read_run(run_folder), authors=[], template=own)


def test_text_from_files_is_no_part_and_no_template(make_run: Any, tmp_path: Path) -> None:
    evil = ["\x020\x03", "{{ title('x') }}", "=HYPERLINK(1)", "../../etc/passwd", "<script>alert(1)</script>", "🧬𝔘"]
    entry = compose(read_run(make_run(tmp_path / "run", samples=evil)), authors=["<b>"])
    assert [link.target for link in entry.links if link.kind == "sample"][:6] == [
        "\N{REPLACEMENT CHARACTER}0\N{REPLACEMENT CHARACTER}",
        *evil[1:],
    ]
    assert sum(isinstance(part, Figure) for part in entry.parts) == 2
    assert sum(isinstance(part, Decision) for part in entry.parts) == 2
    assert sum(isinstance(part, Interpretation) for part in entry.parts) == 1


def test_the_verbs_push_list_show(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAYLINE_NOTEBOOK", str(tmp_path / "nb"))
    assert main(["notebook", "push", str(run_folder), "--dry-run"]) == 0
    assert not (tmp_path / "nb").exists()
    assert main(["notebook", "list"]) == 2
    assert main(["notebook", "push", str(run_folder), "--project", "Media", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])["results"][0]
    assert (result["created"], result["version"]) == (True, 1)
    assert main(["notebook", "list", "--project", "Media"]) == 0
    assert result["id"] in capsys.readouterr().out
    for form, start in (("markdown", "# Cell counting"), ("html", "<!doctype html>"), ("json", "{")):
        assert main(["notebook", "show", "1", "--format", form]) == 0
        assert capsys.readouterr().out.startswith(start)
    assert main(["notebook", "show", "7"]) == 2
    (run_folder / "decisions/model.json").unlink()
    assert main(["notebook", "push", str(run_folder)]) == 0
    with LocalNotebook(tmp_path / "nb") as local:
        assert Link("entry", result["id"]) in local.entry("2").links, "a changed run links to what it follows"
    assert main(["notebook", "push", str(tmp_path / "absent")]) == 10
    assert main(["notebook", "push"]) == 2
