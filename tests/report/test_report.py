"""The report: everything of the run is in the page, escaped, linked, and the same bytes each time."""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from assayline.cli import main
from assayline.notebook.errors import NotARun, RunDamaged
from assayline.notebook.run import read_run
from assayline.report.page import render, style

VOID = {"meta", "img", "input", "br", "line"}


class Page(HTMLParser):
    """Tags, text, ids and links of a page; balanced or it fails."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data + " "


def page(folder: Path) -> Page:
    return Page(render(read_run(folder)).decode())


def test_the_page_holds_what_the_run_holds(run_folder: Path) -> None:
    text = " ".join(page(run_folder).text.split())
    for sample in ("CLB001", "CLB008"):
        assert sample in text
    for words in (
        "viability (cell counter) %",
        "10^6 cells/mL",
        "A260/280",
        "elapsed time (s)",
        "absorbance (mAU)",
        "beckman_vi_cell_blu",
    ):
        assert words in text
    interpretation = json.loads((run_folder / "interpretation.json").read_bytes())
    for item in interpretation["statements"]:
        assert item["text"] in text
    assert interpretation["dropped"][0]["template"] in text
    assert interpretation["limits"][0] in text
    assert "the built-in rules, without a language model." in text
    assert "5 to 30 differs" in text
    assert "676 / 676" in text
    assert read_run(run_folder).key in text
    for item in read_run(run_folder).evidence.values():
        assert f"{item['source']}#{item['pointer']}" in text


def test_the_same_run_gives_the_same_bytes_wherever_it_is(run_folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "copied"
    shutil.copytree(run_folder, other)
    assert render(read_run(run_folder)) == render(read_run(run_folder)) == render(read_run(other))
    assert str(tmp_path).encode() not in render(read_run(other))


def test_nothing_is_fetched_and_nothing_runs(run_folder: Path) -> None:
    found = page(run_folder)
    assert not any(tag in ("script", "link", "iframe", "object", "base") for tag, _ in found.tags)
    addresses = [value for _, attributes in found.tags for name, value in attributes.items() if name in ("src", "href")]
    assert all(value is not None and value.startswith(("#", "data:image/png;base64,")) for value in addresses)
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert "url(" not in render(read_run(run_folder)).decode()


def test_every_link_has_its_target_and_every_id_is_one(run_folder: Path) -> None:
    found = page(run_folder)
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in found.tags if tag == "a"}
    assert targets <= set(ids)
    assert {f"ev-{name}" for name in ("qc.cells.kept", "model.silhouette")} <= targets


def test_pictures_have_words_and_tables_have_headers(run_folder: Path) -> None:
    found = page(run_folder)
    pictures = [attributes for tag, attributes in found.tags if tag == "img"]
    assert len(pictures) == 2
    assert all(attributes["alt"] for attributes in pictures)
    assert all(attributes.get("aria-label") for tag, attributes in found.tags if tag == "svg")
    tables = [tag for tag, _ in found.tags if tag == "table"]
    assert tables
    assert len(tables) == len([tag for tag, _ in found.tags if tag == "caption"])
    assert all("scope" in attributes for tag, attributes in found.tags if tag == "th")
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "🧬 𝔘 µ",
]


def test_text_from_files_stays_text(make_run: Any, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", samples=EVIL)
    for path in folder.glob("decisions/*.json"):
        body = json.loads(path.read_bytes())
        body["because"][0]["text"] = EVIL[0]
        body["choice"][EVIL[1]] = EVIL[0]
        path.write_text(json.dumps(body))
    found = page(folder)
    assert not any(tag == "script" or (tag == "img" and attributes.get("src") == "x") for tag, attributes in found.tags)
    for name in EVIL:
        assert name in found.text


def test_evidence_that_is_cited_but_absent_is_pointed_out(run_folder: Path) -> None:
    lines = (run_folder / "evidence.jsonl").read_text().splitlines(keepends=True)
    (run_folder / "evidence.jsonl").write_text("".join(line for line in lines if '"model.silhouette"' not in line))
    text = " ".join(page(run_folder).text.split())
    assert "Cited but not there: model.silhouette." in text
    assert "model.silhouette : no such evidence" in text


def test_a_ledger_that_does_not_balance_shows(run_folder: Path) -> None:
    path = run_folder / "ledger/counts.csv.ledger.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"mapped": 211}))
    assert "does not balance" in page(run_folder).text


@pytest.mark.parametrize("cells", [True, False])
def test_a_part_of_a_run_is_enough(make_run: Any, tmp_path: Path, cells: bool) -> None:
    folder = make_run(tmp_path / "run", cells=cells)
    if cells:
        shutil.rmtree(folder / "asm")
        shutil.rmtree(folder / "ledger")
    found = page(folder)
    assert ("Instrument results" in found.text) != cells
    assert ("Marker genes" in found.text) == cells


def test_what_is_no_run_or_damaged_has_its_own_error(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotARun, match="no folder"):
        read_run(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    assert main(["report", str(tmp_path / "empty")]) == 10
    (run_folder / "decisions/model.json").write_text('{"question": ')
    with pytest.raises(RunDamaged, match=r"decisions/model\.json: line 1"):
        render(read_run(run_folder))
    assert main(["report", str(run_folder)]) == 10
    assert not (run_folder / "report.html").exists()
    capsys.readouterr()


def test_a_link_out_of_the_folder_and_a_false_picture_are_left_out(run_folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"question": "secret", "choice": {"password": "hunter2"}}')
    (run_folder / "decisions/secret.json").symlink_to(secret)
    (run_folder / "figures/false.png").write_bytes(b"<svg onload=alert(1)>")
    found = page(run_folder)
    assert "hunter2" not in found.text
    assert "link-left-out" in found.text
    assert "figure-not-png" in found.text


def test_the_verb_writes_the_page_and_never_over_another_file(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(run_folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)["results"][0]
    assert Path(result["report"]).read_bytes() == render(read_run(run_folder))
    other = tmp_path / "other.html"
    other.write_text("mine")
    assert main(["report", str(run_folder), "-o", str(other)]) == 9
    assert other.read_text() == "mine"
    assert main(["report", str(run_folder), "-o", str(other), "--force"]) == 0
    assert other.read_text().startswith("<!doctype html>")


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values of a JSON document."""
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [one for key, value in items for one in ([*path, key], *places(value, (*path, key)))]  # type: ignore[misc]


@pytest.mark.parametrize("seed", range(2))
def test_a_run_with_any_value_replaced_is_shown_or_refused_by_name(make_run: Any, tmp_path: Path, seed: int) -> None:
    folder, rng = make_run(tmp_path / "run", 1), random.Random(seed)
    names = sorted(
        path for path in folder.rglob("*.json") if path.parent.name in ("asm", "ledger", "cells", "decisions", "figures", "run")
    )
    shown = refused = 0
    for path in names:
        whole = path.read_bytes()
        for place in rng.sample(every := places(json.loads(whole)), min(6, len(every))):
            body = json.loads(whole)
            holder = body
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = rng.choice([None, 3, -0.5, True, "text", [], {}, [3], [None], {"a": 1}, [["x"]], "NaN", 10**40])
            path.write_text(json.dumps(body))
            try:
                Page(render(read_run(folder)).decode())
                shown += 1
            except RunDamaged as error:
                assert path.name in str(error)  # noqa: PT017 - both outcomes are right
                refused += 1
        path.write_bytes(whole)
    assert shown > 20
    assert refused > 2


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG 2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1])
def test_words_stand_out_from_what_is_behind_them(theme: int) -> None:
    block = re.findall(r":root \{(.*?)\}", style(), re.DOTALL)[theme]
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
    pairs = [(ink, behind) for ink in ("ink", "soft", "accent", "good", "warn", "bad") for behind in ("paper", "tint")]
    pairs += [("accent", "accent-tint"), ("ink", "accent-tint"), ("ink", "warn-tint"), ("bad", "bad-tint"), ("ink", "bad-tint")]
    for ink, behind in pairs:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[behind])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{ink} on {behind}"
    for index in range(8):
        light, dark = sorted((luminance(colours[f"c{index}"]), luminance(colours["tint"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, f"curve {index}"


def test_a_plate_of_wells_is_drawn_with_the_value_of_each_well(run_folder: Path) -> None:
    path = run_folder / "asm/growth.txt.asm.json"
    body = json.loads(path.read_bytes())
    values = {
        f"{row}{column}": round(0.01 * index, 2)
        for index, (row, column) in enumerate((r, c) for r in "ABCDEFGH" for c in range(1, 13))
    }
    body["plate reader aggregate document"]["plate reader document"] = [
        {"measurement aggregate document": {"measurement document": [
            {"measurement identifier": well, "absorbance": {"value": value, "unit": "mAU"},
             "sample document": {"sample identifier": "S<1>", "location identifier": well, "well plate identifier": "P & 1"}}]}}
        for well, value in values.items()
    ]  # fmt: skip
    path.write_text(json.dumps(body))
    found = page(run_folder)
    drawn = [attributes for tag, attributes in found.tags if tag == "circle"]
    assert len(drawn) == 96
    assert [drawn[0]["fill-opacity"], drawn[-1]["fill-opacity"]] == ["0.06", "1.00"]
    assert "H12: 0.95 mAU" in found.text
    assert "Plate map: absorbance (mAU), P & 1" in found.text
    assert "From 0 to 0.95:" in found.text
