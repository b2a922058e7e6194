"""A small run folder as a workflow leaves it: real conversions, single-cell part from arithmetic, the engine's records."""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import allotrope
from assayline import __version__
from assayline.provenance.crate import write_crate
from assayline.provenance.record import record
from tests.notebook.make_run import make_run

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "examples" / "instruments" / name for name in ("qubit_flex_cdna.csv", "vi_cell_blu_pbmc.csv")]
WORKFLOW = ROOT / "workflows" / "lab_to_notebook"
START = 1_795_418_000.25


def engine_record(folder: Path, output: str, rule: str, inputs: list[str], number: int, limit: int = 254) -> None:
    """What Snakemake leaves about an output that a job made; names too long are cut into folders."""
    word = urlsafe_b64encode(output.encode()).decode()
    parts = [word[place : place + limit] for place in range(0, len(word), limit)]
    path = folder.joinpath(".snakemake", "metadata", *(f"@{part}" for part in parts[:-1]), parts[-1])
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {"rule": rule, "input": inputs, "log": [f"logs/{rule}/{number}.log"], "incomplete": False}
    path.write_text(json.dumps(body | {"starttime": START + number, "endtime": START + number + 0.5, "input_checksums": {}}))


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file in place."""
    body = json.loads(path.read_bytes())
    change(body)
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run(tmp_path_factory.mktemp("provenance") / "run")
    for name in ("asm", "ledger"):
        shutil.rmtree(folder / name)
        (folder / name).mkdir()
    for number, source in enumerate(SOURCES):
        done = allotrope.convert(source)
        (folder / f"asm/{source.name}.asm.json").write_bytes(done.to_json())
        (folder / f"ledger/{source.name}.ledger.json").write_text(json.dumps(done.ledger_json(__version__)))
        for output in (f"asm/{source.name}.asm.json", f"ledger/{source.name}.ledger.json"):
            engine_record(folder, output, "convert", [str(source)], number)
    decisions = ["decisions/model.json", "decisions/qc_thresholds.json"]
    engine_record(folder, "decisions/qc_thresholds.json", "decide", ["evidence.jsonl"], 5)
    engine_record(folder, "interpretation.json", "interpret", [*decisions, "evidence.jsonl"], 6)
    engine_record(folder, "gone/elsewhere.txt", "other", [], 7)
    said = (folder / "interpretation.json").read_text("utf-8")  # the rules for statements want no direction without a difference
    (folder / "interpretation.json").write_text(said.replace("cells fall into", "cells form"), "utf-8")
    (folder / "evidence").mkdir()
    shutil.copy(folder / "evidence.jsonl", folder / "evidence" / "cells.jsonl")
    (folder / "logs").mkdir()
    (folder / "logs" / "snakemake.log").write_text("working material")
    parameters = {"seed": 7, "advisor": "rules", "counts": "", "instruments": [str(source) for source in SOURCES]}
    record(folder, [WORKFLOW], parameters, {"instruments": SOURCES}, ("instruments", "counts"))
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A run of this test alone, with its crate."""
    folder = tmp_path / "run"
    shutil.copytree(made, folder)
    write_crate(folder)
    return folder
