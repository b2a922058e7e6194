"""convert: mirrored folders, whole files, batches in order, nothing overwritten."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import allotrope
from assayline.batch import pool
from assayline.batch.plan import Item, make_plan
from assayline.batch.work import Done, Settings, convert_item
from assayline.errors import CannotWrite, SameDestination, WouldOverwrite
from assayline.files import write_whole
from assayline.watch.settling import digest_of, stamp_of

BLU = "beckman_vi_cell_blu"


@pytest.fixture
def exports(shared, tmp_path):
    """A folder with two exports in sub-folders and one file that is none."""
    folder = tmp_path / "exports"
    for number in ("01", "02"):
        source = next((shared / "corpus" / BLU / number).glob("*.csv"))
        (folder / f"day {number}").mkdir(parents=True)
        shutil.copy(source, folder / f"day {number}" / f"run{number}.csv")
    (folder / "notes.txt").write_text("bought milk\n")
    return folder


def test_one_file_gives_document_and_ledger_that_agree_with_the_api(exports, tmp_path, assayline):
    source = exports / "day 01" / "run01.csv"
    done = assayline("convert", source, "-o", tmp_path / "out", "--json")
    assert done.status == 0
    result = done.envelope["results"][0]
    assert result["instrument"] == BLU
    document = Path(result["outputs"]["json"]).read_bytes()
    assert document == allotrope.convert(source).to_json()
    ledger = json.loads(Path(result["outputs"]["ledger"]).read_text(encoding="utf-8"))
    assert ledger["cells"] == ledger["mapped"] + ledger["kept"] + ledger["ignored"] == result["ledger"]["cells"]
    assert sum(run["count"] for run in ledger["runs"]) == ledger["cells"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["run01.csv.asm.json", "run01.csv.ledger.json"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_batch_goes_on_after_a_failure_keeps_order_and_ends_with_8(jobs, exports, tmp_path, assayline):
    done = assayline("convert", exports, "-o", tmp_path / "out", "--jobs", jobs, "--json")
    assert done.status == 8
    names = [Path(result["input"]).name for result in done.envelope["results"]]
    assert names == ["run01.csv", "run02.csv", "notes.txt"]
    assert [result["status"] for result in done.envelope["results"]] == [0, 0, 3]
    assert (tmp_path / "out" / "day 01" / "run01.csv.asm.json").is_file()
    assert (tmp_path / "out" / "day 02" / "run02.csv.ledger.json").is_file()
    assert len(list((tmp_path / "out").rglob("*.*"))) == 4
    errors = [finding for finding in done.envelope["findings"] if finding["level"] == "error"]
    assert [error["code"] for error in errors] == ["not-recognised"]


def test_the_summary_says_how_many(exports, tmp_path, assayline):
    done = assayline("convert", exports, "-o", tmp_path / "out")
    assert done.out.splitlines()[-1] == "2 of 3 files converted, 1 failed"
    assert "notes.txt: failed (not-recognised)" in done.out
    assert "bought milk" in done.err
    assert "\r" not in done.err


def test_what_is_there_is_no_failure_of_a_file(exports, tmp_path, assayline):
    """A folder that has grown: the status says that not all was done, the summary why."""
    out = tmp_path / "out"
    assert assayline("convert", exports / "day 01", "-o", out / "day 01").status == 0
    done = assayline("convert", exports, "-o", out)
    assert done.status == 8
    assert done.out.splitlines()[-1] == "1 of 3 files converted, 1 failed, 1 already there (--force converts them again)"
    assert "run01.csv: already there" in done.out


def test_an_older_document_of_a_file_that_broke_is_named(exports, tmp_path, assayline):
    source, out = exports / "day 01" / "run01.csv", tmp_path / "out"
    assert assayline("convert", source, "-o", out).status == 0
    source.write_text(source.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in out.iterdir()}
    done = assayline("convert", source, "-o", out, "--force")
    assert done.status not in (0, 1)
    assert "run01.csv.asm.json" in done.err
    assert "of an earlier run" in done.err
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_nothing_is_overwritten_without_force(exports, tmp_path, assayline):
    source = exports / "day 01" / "run01.csv"
    out = tmp_path / "out"
    assert assayline("convert", source, "-o", out).status == 0
    before = {path: path.read_bytes() for path in out.iterdir()}
    (out / "run01.csv.asm.json").write_text("mine")
    again = assayline("convert", source, "-o", out, "--json")
    assert again.status == 9
    assert again.envelope["findings"][0]["code"] == "would-overwrite"
    assert (out / "run01.csv.asm.json").read_text() == "mine"
    assert assayline("convert", source, "-o", out, "--force").status == 0
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_strict_writes_nothing_where_something_does_not_fit(shared, tmp_path, assayline):
    source = shared / "corpus" / "moldev_softmax_pro" / "08"
    path = next(one for one in source.iterdir() if one.name != "reference.asm.json")
    loose = assayline("convert", path, "-o", tmp_path / "loose", "--json")
    assert loose.status == 0, loose.out
    assert any(finding["code"] == "more-blocks" for finding in loose.envelope["findings"])
    words = ("--strict", "--date-order", "MDY", "--json")  # an order that nothing in the file decides is a warning too
    strict = assayline("convert", path, "-o", tmp_path / "strict", *words)
    assert strict.status == 6
    assert strict.envelope["findings"][0]["code"] == "not-strict"
    assert "line 62" in strict.envelope["findings"][0]["message"]
    assert not (tmp_path / "strict").exists()


def test_dry_run_writes_nothing(exports, tmp_path, assayline):
    done = assayline("convert", exports / "day 01" / "run01.csv", "-o", tmp_path / "out", "--dry-run", "--json")
    assert done.status == 0
    assert done.envelope["results"][0]["would_write"]["json"].endswith("out/run01.csv.asm.json")
    assert not (tmp_path / "out").exists()


def test_other_formats_hold_the_same_rows(exports, tmp_path, assayline):
    from openpyxl import load_workbook
    from pyarrow.parquet import read_table

    done = assayline("convert", exports / "day 01" / "run01.csv", "-o", tmp_path / "out", "--to", "parquet,xlsx,json", "--json")
    assert done.status == 0, done.out
    places = done.envelope["results"][0]["outputs"]
    asm = json.loads(Path(places["json"]).read_text(encoding="utf-8"))
    table = read_table(places["parquet"])
    assert table.equals(allotrope.flatten(asm), check_metadata=False)
    sheet = load_workbook(places["xlsx"], read_only=True)["measurements"]
    identifiers = set(table.column("measurement identifier").to_pylist())
    assert identifiers <= {cell for row in sheet.iter_rows(values_only=True) for cell in row}


def test_settings_of_the_folder_hold_where_the_command_line_is_silent(exports, tmp_path, assayline):
    work = tmp_path / "work"
    work.mkdir()
    assert assayline("init", cwd=work).status == 0
    assert assayline("init", cwd=work).status == 9
    source = exports / "day 01" / "run01.csv"
    assert assayline("convert", source, "-o", "plain", cwd=work).status == 0
    (work / "assayline.toml").write_text(f'[convert]\ntimezone = "Asia/Tokyo"\n[instruments.{BLU}]\ntimezone = "+02:00"\n')
    assert assayline("convert", source, "-o", "own", cwd=work).status == 0
    assert assayline("convert", source, "-o", "said", "--timezone", "-05:00", cwd=work).status == 0
    texts = [(work / name / "run01.csv.asm.json").read_text(encoding="utf-8") for name in ("plain", "own", "said")]
    assert "+02:00" not in texts[0]
    assert "+02:00" in texts[1]
    assert "+09:00" not in texts[1]
    assert "-05:00" in texts[2]
    faults = {
        "[convert]\ntimzone = 1": "the key 'timzone'",
        '[convert]\ntimezone = "Nope"': "assayline.toml: [convert] timezone: found 'Nope'",
        '[convert]\ndecimal = ";"': "[convert] decimal: found ';'",
        '[convert]\ndate_order = "DD"': "[convert] date_order: found 'DD'",
        '[convert]\nencoding = "latin-99"': "[convert] encoding: found 'latin-99'",
        "[convert]\njobs = -3": "[convert] jobs: found -3",
        '[instruments.vi_cell_blu]\nowner = "us"': "as beckman_vi_cell_blu",
        f'[instruments.{BLU}]\ntimezone = "Nope"': f"[instruments.{BLU}] timezone: found 'Nope'",
    }
    for fault, told in faults.items():
        (work / "assayline.toml").write_text(f"{fault}\n", encoding="utf-8")
        wrong = assayline("convert", source, "-o", "x", cwd=work)
        assert wrong.status == 2
        assert told in wrong.err


def test_settings_beside_the_exports_hold_for_them(exports, tmp_path, assayline):
    """The nearest file above an export wins over that of the working folder; it is no export itself."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "assayline.toml").write_text('[convert]\ntimezone = "+01:00"\nowner = "us"\n', encoding="utf-8")
    (exports / "day 01" / "assayline.toml").write_text('[convert]\ntimezone = "+09:00"\n', encoding="utf-8")
    done = assayline("convert", exports, "-o", "out", "--json", cwd=work)
    assert not [one for one in done.envelope["results"] if one["input"].endswith(".toml")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in (work / "out").rglob("*.asm.json")}
    assert "+09:00" in texts["run01.csv.asm.json"]
    assert '"us"' in texts["run01.csv.asm.json"]
    others = [text for name, text in texts.items() if name != "run01.csv.asm.json" and "+01:00" in text]
    assert others


def test_reference_package_on_request_says_that_there_is_no_ledger(exports, tmp_path, assayline):
    done = assayline("convert", exports / "day 01" / "run01.csv", "-o", tmp_path / "out", "--reference", "--json")
    assert done.status == 0, done.out + done.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["run01.csv.asm.json"]
    assert done.envelope["findings"][0]["code"] == "reference-converter"
    wrong = assayline("convert", exports / "notes.txt", "-o", tmp_path / "two", "--reference", "--as", BLU, "--json")
    assert wrong.status == 10
    assert wrong.envelope["findings"][0]["code"] == "reference-failed"
    assert not (tmp_path / "two").exists()


def test_a_plan_mirrors_skips_its_own_outputs_and_refuses_clashes(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one / "sub", two, one / "out", one / ".hidden"):
        folder.mkdir(parents=True)
    for path in (
        one / "sub" / "a.csv",
        two / "a.csv",
        one / "out" / "old.csv",
        one / ".hidden" / "b.csv",
        one / "c.csv.asm.json",
    ):
        path.write_text("x")
    assert make_plan([one], one / "out") == [Item(one / "sub" / "a.csv", one / "out" / "sub" / "a.csv")]
    both = make_plan([one, two], tmp_path / "o")
    assert [item.target.relative_to(tmp_path / "o").as_posix() for item in both] == [
        "one/out/old.csv",
        "one/sub/a.csv",
        "two/a.csv",
    ]
    assert len(make_plan([two / "a.csv", two / "a.csv"], tmp_path / "o")) == 1
    with pytest.raises(SameDestination, match=r"a\.csv"):
        make_plan([two / "a.csv", one / "sub" / "a.csv"], tmp_path / "o")


def test_a_folder_that_is_one_export_is_one_item(tmp_path, shared):
    """Given itself, or found in a folder beside other files; documents of the unpacked run and of its parts."""
    with zipfile.ZipFile(shared / "corpus" / "cytiva_unicorn" / "01" / "unicorn_single_uv.zip") as archive:
        for name in ("run1", "run2"):
            archive.extractall(tmp_path / "exports" / "day" / name)
    day = tmp_path / "exports" / "day"
    (day / "a.csv").write_text("x")
    out = tmp_path / "out"
    assert make_plan([day / "run1"], out) == [Item(day / "run1", out / "run1")]
    assert make_plan([tmp_path / "exports"], out) == [Item(day / name, out / "day" / name) for name in ("a.csv", "run1", "run2")]
    (done,) = pool.convert_all(make_plan([day / "run1"], out), Settings(), 1)
    assert (done.status, done.result["instrument"]) == (0, "cytiva_unicorn")
    assert json.loads((out / "run1.asm.json").read_text())
    assert digest_of(day / "run1") == allotrope.convert(day / "run1").digest
    before = stamp_of(day / "run1")
    (day / "run1" / "late.txt").write_text("x")
    assert stamp_of(day / "run1")[0] == before[0] + 1


def test_files_are_written_whole_or_not_at_all(tmp_path):
    first, second = tmp_path / "a" / "one", tmp_path / "a" / "two"
    (tmp_path / "a").mkdir()
    (second / "in the way").mkdir(parents=True)
    with pytest.raises(WouldOverwrite):
        write_whole({first: b"1", second: b"2"}, force=False)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["two"]
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite):
        write_whole({tmp_path / "b" / "fine": b"1", tmp_path / "file" / "x": b"1"}, force=False)
    assert not list(tmp_path.rglob("*.part"))
    assert not list((tmp_path / "b").iterdir())


def _die_on_notes(item: Item, settings: Settings) -> Done:
    """Stand in for a conversion that the system kills."""
    if item.source.name == "notes.txt":
        os.kill(os.getpid(), signal.SIGKILL)
    return convert_item(item, settings)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_killed_process_costs_one_file(exports, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "convert_item", _die_on_notes)
    done = list(pool.convert_all(make_plan([exports], tmp_path / "out"), Settings(), 2))
    assert [one.result.get("error", "") for one in done] == ["", "", "worker-died"]
    assert (tmp_path / "out" / "day 02" / "run02.csv.asm.json").is_file()


WITH_TWO = """
import os, time
from assayline.batch.pool import processes
with processes(2) as pool:
    print(*{pool.submit(os.getpid).result() for _ in range(50)}, flush=True)
    for _ in range(2):
        pool.submit(time.sleep, 300)
"""


def test_no_process_outlives_a_batch_that_is_killed():
    batch = subprocess.Popen([sys.executable, "-c", WITH_TWO], stdout=subprocess.PIPE, text=True)
    assert batch.stdout is not None
    workers = list(map(int, batch.stdout.readline().split()))
    assert workers
    batch.kill()
    batch.wait()
    closed, _, _ = select.select([batch.stdout], [], [], 60)
    assert closed, f"{workers} still hold the pipe"
    assert batch.stdout.read() == ""
    batch.stdout.close()


def _stumble(item: Item, settings: Settings) -> Done:
    """Stand in for a conversion with a bug."""
    if item.source.name == "run01.csv":
        message = "no such luck"
        raise KeyError(message)
    return convert_item(item, settings)


def test_a_bug_in_one_file_is_named_and_does_not_stop_the_batch(exports, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "convert_item", _stumble)
    done = list(pool.convert_all(make_plan([exports], tmp_path / "out"), Settings(), 1))
    assert [one.status for one in done] == [1, 0, 3]
    assert "run01.csv: this is a bug" in done[0].findings[0].message
    assert "no such luck" in done[0].findings[0].message
