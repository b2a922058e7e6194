"""convert --update: what an older version wrote is converted again, and what changed is kept."""

from __future__ import annotations

import json
import re

import pytest

from assayline import __version__
from assayline.batch.plan import Item
from assayline.batch.work import Settings, convert_item

TABLE = "Sample ID,Viability (%),Viable (x10^6) cells/mL,Average viable circularity\nS1,91,1.5,0.9\nS2,92,1.5,0.9\n"


@pytest.fixture
def archive(tmp_path):
    """Documents as an older version wrote them: another version, one value that it got wrong, and a key that it did not know."""
    sources, out = tmp_path / "exports", tmp_path / "out"
    for name, table in (("a.csv", TABLE), ("b.csv", TABLE.replace("91", "81"))):
        (sources / "day 1").mkdir(parents=True, exist_ok=True)
        (sources / "day 1" / name).write_text(table, encoding="utf-8")
        assert convert_item(Item(sources / "day 1" / name, out / "day 1" / name), Settings()).status == 0
    for path in out.rglob("*.json"):
        text = re.sub(f'(version": ?)"{re.escape(__version__)}"', r'\1"0.0.1"', path.read_text(encoding="utf-8"))
        path.write_text(re.sub(r'("value": ?)91\b', r"\g<1>19", text), encoding="utf-8")
    return sources, out


def test_old_documents_are_converted_again_from_sources_found_by_content(archive, tmp_path, assayline):
    sources, out = archive
    (sources / "day 1" / "a.csv").rename(sources / "moved and renamed.csv")
    new = tmp_path / "new"
    done = assayline("convert", "--update", out, sources, "-o", new, "--json")
    assert done.status == 0, done.err
    first, second = done.envelope["results"]
    assert first["because"] == second["because"] == "converter 0.0.1"
    assert second["differences"] == 0
    summary = json.loads((new / "day 1" / "a.csv.update.json").read_bytes())
    (entry,) = summary["updates"]
    assert entry["versions"] == {"old": "0.0.1", "new": __version__}
    changes = {(one["kind"], one.get("old"), one.get("new")) for one in entry["by_path"]}
    assert ("value", 19, 91) in changes
    text = (new / "day 1" / "a.csv.asm.json").read_text(encoding="utf-8")
    assert "moved and renamed.csv" in text
    assert (out / "day 1" / "a.csv.asm.json").read_text(encoding="utf-8") != text
    again = assayline("convert", "--update", new, "-o", new)
    assert (again.status, again.out.strip()) == (0, f"{new}: nothing there that an older version wrote")


def test_in_place_only_with_force_and_a_missing_source_is_said(archive, assayline):
    sources, out = archive
    before = {path: path.read_bytes() for path in out.rglob("*.json")}
    assert assayline("convert", "--update", out, sources).status == 2
    dry = assayline("convert", "--update", out, sources, "--dry-run", "--json")
    assert [result["because"] for result in dry.envelope["results"]] == ["converter 0.0.1"] * 2
    assert {path: path.read_bytes() for path in out.rglob("*.json")} == before
    (sources / "day 1" / "b.csv").write_text("another content\n")
    done = assayline("convert", "--update", out, sources, "--force", "--json")
    assert done.status == 8
    assert [result["status"] for result in done.envelope["results"]] == [0, 10]
    assert [one["code"] for one in done.envelope["findings"] if one["level"] == "error"] == ["source-missing"]
    assert json.loads((out / "day 1" / "a.csv.ledger.json").read_bytes())["converter version"] == __version__
    assert (out / "day 1" / "b.csv.asm.json").read_bytes() == before[out / "day 1" / "b.csv.asm.json"]


def test_a_document_of_another_schema_is_old(archive, assayline):
    sources, out = archive
    assert assayline("convert", "--update", out, sources, "--force").status == 0
    path = out / "day 1" / "a.csv.asm.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace("cell-counting/REC/2024/09", "cell-counting/REC/2023/09"), encoding="utf-8"
    )
    dry = assayline("convert", "--update", out, sources, "--dry-run", "--json")
    assert [result["because"] for result in dry.envelope["results"]] == ["schema cell-counting/REC/2023/09/cell-counting"]
