"""Inputs made by hand: each converts to its golden, document and ledger, to the last character, and every instrument has one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from goldens import beside, golden_files, without_input
from instruments_shared import HERE, golden_inputs

import allotrope
from allotrope.registry import built_in_names
from assayline.difference import differences

TOOL = Path(__file__).resolve().parents[2] / "tools" / "goldens.py"


def test_golden(golden: Path) -> None:
    """Document and ledger are those of the golden, the instrument that of the folder, and the document is valid."""
    for path, text in golden_files(golden).items():
        assert path.exists(), "make it with tools/goldens.py --write"
        before = path.read_text(encoding="utf-8")
        assert [one.to_json() for one in differences(json.loads(before), json.loads(text))] == []
        assert before == text
    ledger = json.loads(beside(golden, ".ledger.json").read_bytes())
    assert ledger["instrument"] == golden.parent.name
    assert not [finding for finding in ledger["findings"] if finding["level"] == "error"]
    asm = json.loads(beside(golden, ".asm.json").read_bytes())
    assert not [finding for finding in allotrope.validate(asm) if finding.level == "error"]


def test_every_instrument_has_an_input_made_by_hand() -> None:
    """Each format of this package, and nothing else; no golden without its input."""
    assert {path.parent.name for path in golden_inputs()} == set(built_in_names())
    assert not without_input(HERE)


@pytest.fixture(scope="module")
def tool() -> object:
    """The tool's function that settles one golden."""
    sys.path.insert(0, str(TOOL.parent))
    import importlib.util

    spec = importlib.util.spec_from_file_location("tools_goldens", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool_loses_nothing_without_force(tool, tmp_path, capsys) -> None:
    """A gain is written; a value that would change or go is shown, and written only with force."""
    path = tmp_path / "a.csv.asm.json"
    first, more, other = '{"a": 1}\n', '{"a": 1, "b": 2}\n', '{"a": 3}\n'
    assert tool.settle(path, first, write=False, force=False).startswith("missing")
    assert not path.exists()
    assert tool.settle(path, first, write=True, force=False) == "written"
    assert tool.settle(path, first, write=True, force=False) == ""
    assert tool.settle(path, more, write=True, force=False) == "written"
    assert tool.settle(path, other, write=True, force=False).startswith("2 values would be lost")
    assert path.read_text() == more
    assert "value /a: 1 → 3" in capsys.readouterr().out
    assert tool.settle(path, other, write=True, force=True) == "written"
    assert path.read_text() == other


def test_the_tool_compares(golden_status: subprocess.CompletedProcess[str]) -> None:
    """Without words the tool only compares one instrument's goldens."""
    assert (golden_status.returncode, golden_status.stdout) == (0, "")


@pytest.fixture
def golden_status() -> subprocess.CompletedProcess[str]:
    """What the tool says of one instrument."""
    words = [sys.executable, str(TOOL), "beckman_vi_cell_blu"]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
