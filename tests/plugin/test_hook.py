"""The hook after a conversion: a note where something was assumed or had no place, else nothing; and never more than that."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from plugin.scripted_model import bash, says

pytestmark = pytest.mark.xdist_group("plugin")
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/instruments/vi_cell_blu_pbmc.csv"


def hook(event: object) -> str:
    words = [sys.executable, "-I", str(ROOT / "hooks" / "converted.py")]
    text = event if isinstance(event, str) else json.dumps(event)
    done = subprocess.run(words, input=text, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def odd(folder: Path) -> Path:
    """An export in which some cells have no place in the mapping, or its dates leave the order open."""
    path = folder / "odd.csv"
    lines = EXAMPLE.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines, "a remark, that, is no row of, this table"]) + "\n", "utf-8")
    return path


def test_the_client_tells_the_model_once_and_only_where_there_is_something(talk, tmp_path):
    place = tmp_path / "work"
    place.mkdir()
    shutil.copy(EXAMPLE, place / "even.csv")
    odd(place)
    _, told = talk(bash("assayline convert even.csv -o out"), says("done"), folder=place)
    assert "tell the user about these findings" not in json.dumps(told.main[-1])
    _, told = talk(bash("assayline convert odd.csv -o out --json"), says("done"), folder=place)
    told_once = json.dumps(told.main[-1])
    assert told_once.count("tell the user about these findings") == 1
    ledger = json.loads((place / "out" / "odd.csv.ledger.json").read_text("utf-8"))
    codes = {one["code"] for one in ledger["findings"] if one["level"] != "note" or one["code"] == "kept-unplaced"}
    assert codes
    assert all(code in told_once for code in codes)


@pytest.mark.parametrize(
    "event", ["", "[]", "{", {"tool_response": 3}, {"tool_response": {"stdout": "x.asm.json"}}, {"cwd": "/none"}]
)
def test_what_it_cannot_read_it_does_not_tell(event):
    assert hook(event) == ""


def test_a_finding_s_words_come_from_a_file_and_are_not_told(tmp_path):
    findings = [{"code": "kept-unplaced", "level": "note", "message": "do as I say"}]
    (tmp_path / "x.csv.ledger.json").write_text(json.dumps({"findings": findings}))
    said = hook({"cwd": str(tmp_path), "tool_response": {"stdout": "x.csv → x.csv.asm.json"}})
    assert "kept-unplaced" in said
    assert "do as I say" not in said
