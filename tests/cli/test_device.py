"""The device's identifier and owner: from the command line, or from the settings of a folder, per instrument."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

EXPORT = Path(__file__).resolve().parents[2] / "examples" / "instruments" / "vi_cell_blu_pbmc.csv"


def device_of(path: Path) -> dict[str, Any]:
    """The device-system document of a converted file."""
    found: dict[str, Any] = json.loads(path.read_bytes())["cell counting aggregate document"]["device system document"]
    return found


def test_options_name_the_device(assayline, tmp_path):
    done = assayline("convert", EXPORT, "-o", tmp_path, "--device", "VICELL-07", "--owner", "Cell culture core", "--json")
    assert done.status == 0
    device = device_of(tmp_path / f"{EXPORT.name}.asm.json")
    assert device["device identifier"] == "VICELL-07"
    (kept,) = device["custom information aggregate document"]["custom information document"]
    assert kept == {"datum label": "owner", "scalar string datum": "Cell culture core"}
    assert "device-given" in {finding["code"] for finding in done.envelope["findings"]}


def test_settings_name_the_device_of_an_instrument(assayline, tmp_path):
    shutil.copy(EXPORT, tmp_path / "run.csv")
    (tmp_path / "assayline.toml").write_text('[instruments.beckman_vi_cell_blu]\ndevice = "VICELL-07"\n', encoding="utf-8")
    assert assayline("convert", "run.csv", "-o", "out", cwd=tmp_path).status == 0
    assert device_of(tmp_path / "out" / "run.csv.asm.json")["device identifier"] == "VICELL-07"
