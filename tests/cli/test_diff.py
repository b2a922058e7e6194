"""diff: what means the same is the same, and every change of value, unit, path, link, order or finding is found at its place."""

from __future__ import annotations

import copy
import json
import shutil
from typing import TYPE_CHECKING

import pytest

import allotrope
from assayline.batch.plan import Item
from assayline.batch.work import Settings, convert_item
from assayline.difference import differences, summary

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "Sample ID,Viability (%),Viable (x10^6) cells/mL,Average viable diameter (μm),Average viable circularity,Operator\n"
TOP, DOCUMENTS = "cell counting aggregate document", "cell counting document"


def source(folder: Path, rows: int = 4) -> Path:
    path = folder / "run.csv"
    path.write_text(HEAD + "".join(f"S{n},{90 + n},1.5,15.{n},0.9,Ann\n" for n in range(rows)), encoding="utf-8")
    return path


@pytest.fixture
def asm(tmp_path):
    return allotrope.convert(source(tmp_path)).asm


def changed(asm, change):
    other = copy.deepcopy(asm)
    change(other[TOP])
    return [(one.kind, one.general.rpartition("/")[2], one.old, one.new) for one in differences(asm, other)]


def measurement(top, at=1):
    return top[DOCUMENTS][at]["measurement aggregate document"]["measurement document"][0]


def processed(top, at=1):
    return measurement(top, at)["processed data aggregate document"]["processed data document"][0]


def test_what_means_the_same_is_no_difference(asm):
    def respell(top):
        top["data system document"]["ASM converter version"] = "99"
        for at in range(4):
            node = measurement(top, at)
            node["measurement identifier"] = f"{at + 7:032x}"
            node["measurement time"] += "+00:00"
        processed(top)["viability (cell counter)"] = {"unit": "%", "value": 91.0}
        diameter = processed(top)["average live cell diameter (cell counter)"]
        assert diameter["unit"] == "µm"
        diameter["unit"] = "μm"

    assert changed(asm, lambda top: None) == []
    again = copy.deepcopy(asm)
    for at in range(4):
        node = measurement(again[TOP], at)
        node["measurement time"] = "2024-01-01T12:00:00+02:00"
    later = copy.deepcopy(again)
    for at in range(4):
        measurement(later[TOP], at)["measurement time"] = "2024-01-01T10:00:00Z"
    assert differences(again, later) == []
    kinds = {(kind, key) for kind, key, _, _ in changed(asm, respell)}
    assert kinds <= {("value", "measurement time")}


def test_every_change_is_found_at_its_place(asm):
    def value(top):
        processed(top)["viability (cell counter)"]["value"] = 91.5

    def unit(top):
        processed(top)["viability (cell counter)"]["unit"] = "(unitless)"

    def text(top):
        processed(top)["viability (cell counter)"]["value"] = "91"

    def gone(top):
        del processed(top)["viability (cell counter)"]

    def link(top):
        measurement(top, 2)["measurement identifier"] = measurement(top, 1)["measurement identifier"]

    def time(top):
        measurement(top)["measurement time"] = "2001-01-01T00:00:00"

    assert changed(asm, value) == [("value", "value", 91, 91.5)]
    assert changed(asm, unit) == [("unit", "unit", "%", "(unitless)")]
    assert changed(asm, text) == [("type", "value", 91, "91")]
    assert changed(asm, gone) == [("gone", "viability (cell counter)", {"value": 91, "unit": "%"}, None)]
    assert [kind for kind, *_ in changed(asm, link)] == ["link"]
    assert [kind for kind, *_ in changed(asm, time)] == ["value"]


def test_order_counts_and_a_row_more_or_less_is_one_difference(asm):
    def swap(top):
        top[DOCUMENTS][0], top[DOCUMENTS][1] = top[DOCUMENTS][1], top[DOCUMENTS][0]

    def drop(top):
        del top[DOCUMENTS][1]

    def add(top):
        extra = copy.deepcopy(top[DOCUMENTS][3])
        top[DOCUMENTS].insert(2, extra)
        processed(top, 2)["viability (cell counter)"]["value"] = 1

    swapped = changed(asm, swap)
    assert {kind for kind, *_ in swapped} == {"value"}
    assert len(swapped) == 6
    assert [(kind, key) for kind, key, _, _ in changed(asm, drop)] == [("gone", "*")]
    other = copy.deepcopy(asm)
    add(other[TOP])
    found = differences(asm, other)
    assert [(one.kind, one.path) for one in found] == [("new", f"/{TOP}/{DOCUMENTS}/2")]
    assert summary(found)[0]["count"] == 1


def test_folders_and_findings(tmp_path, assayline):
    path, old, new = source(tmp_path), tmp_path / "old", tmp_path / "new"
    for out in (old, new):
        assert convert_item(Item(path, out / "a" / path.name), Settings()).status == 0
    same = assayline("diff", old, new, "--json")
    assert (same.status, same.envelope["results"][0]["same"]) == (0, True)
    ledger = new / "a" / "run.csv.ledger.json"
    body = json.loads(ledger.read_text(encoding="utf-8"))
    body["findings"].append({"code": "left-out", "level": "warning", "message": "no viability"})
    ledger.write_text(json.dumps(body))
    found = assayline("diff", old, new, "--json")
    assert found.status == 9
    assert [one["code"] for one in found.envelope["results"][0]["findings_new"]] == ["left-out"]
    assert "finding new: no viability [left-out]" in assayline("diff", old, new).out
    (new / "a" / "run.csv.asm.json").rename(new / "b.asm.json")
    alone = assayline("diff", old, new, "--json")
    assert [result["only_in"] for result in alone.envelope["results"]] == ["old", "new"]
    assert assayline("diff", old, path).status == 2
    assert assayline("diff", path, path).status == 10


@pytest.mark.parametrize("name", ["beckman_vi_cell_blu/01", "cfxmaestro/01", "unchained_labs_lunatic/01", "roche_cedex_bioht/01"])
def test_another_file_name_gives_other_identifiers_and_no_other_difference(name, shared, tmp_path):
    """The same bytes under another name: every generated identifier differs, and stands one to one."""
    path = next(path for path in (shared / "corpus" / name).iterdir() if not path.name.startswith("reference"))
    other = tmp_path / f"renamed{path.suffix}"
    shutil.copy2(path, other)
    old, new = allotrope.convert(path).asm, allotrope.convert(other, name.partition("/")[0]).asm
    assert json.dumps(old) != json.dumps(new)
    places = {one.path.rpartition("/")[2] for one in differences(old, new)}
    assert places <= {"file name", "UNC path", "ASM file identifier"}
