"""The main job as a person runs it: killed in the middle and started again, followed by hand, refused when the input is wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assayline.evidence import at, load
from assayline.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
FLOW = ROOT / "workflows" / "lab_to_notebook"
HELD = 900  # seconds after which a run that does not get on is a failure, never a measurement


@dataclass(frozen=True)
class Demo:
    """The demo's run folder, what was done before it was killed, and the steps that the second start ran."""

    run: RunFolder
    before: dict[str, int]
    again: list[str]
    text: str


def stamps(folder: Path) -> dict[str, int]:
    """When each finished output was written, in nanoseconds."""
    names = ("asm", "ledger", "decisions", "cells", "tables", "evidence")
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for name in names
        for path in (folder / name).rglob("*.*")
        if path.is_file()
    }


def steps(text: str) -> list[str]:
    """The rules that a run says it started."""
    return re.findall(r"^· (\w+)$", text, re.MULTILINE)


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "ASSAYLINE_NOTEBOOK": str(folder / "notebook"), "NO_COLOR": "1"}


def start(folder: Path, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "assayline", "run", "lab_to_notebook", "--run", str(folder / "run"), "--cores", "2", *words]
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=HELD)
    return process.returncode, out, err


def until(process: subprocess.Popen[str], met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HELD
    while not met():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """`make demo` without its environment: killed while the model trains, then started again by the same command."""
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "run" / "logs" / "integrate.log"
    first = start(folder)
    until(first, lambda: log.is_file() and "epoch 20 " in log.read_text())
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    before = stamps(folder / "run")
    assert not (folder / "run" / "cells" / "model.json").exists()
    status, out, err = finish(start(folder))
    assert status == 0, err
    return Demo(RunFolder(folder / "run"), before, steps(err), out + err)


def test_a_killed_run_goes_on_where_it_was(demo):
    done = ("cells/counts.h5ad", "cells/inspect.json", "cells/kept.h5ad", "cells/qc.json", "decisions/qc_thresholds.json")
    assert set(done) <= demo.before.keys()
    now = stamps(demo.run.root)
    again = {name for name in demo.before if now.get(name) != demo.before[name]}
    assert not again & set(done) and not any(name.startswith(("asm/", "ledger/")) for name in again)
    assert {"integrate", "annotate", "interpret", "notebook", "report"} <= set(demo.again)
    assert not {"inspect", "qc", "convert"} & set(demo.again)


def test_it_ends_with_a_report_and_an_entry_and_says_where(demo):
    root = demo.run.root
    for name in ("report.html", "notebook.json"):
        assert (root / name).stat().st_size > 100 and str(root / name) in demo.text
    page = (root / "report.html").read_text()
    interpretation = json.loads(demo.run.interpretation.read_text())
    assert interpretation["dropped"] == [] and len(interpretation["statements"]) >= 8 and interpretation["limits"]
    assert "data:image/png;base64," in page and not re.search(r'(?:src|href)="https?://', page)
    for path in (root / "figures").glob("*.png"):
        sidecar = json.loads(path.with_suffix(".json").read_text())
        assert set(sidecar["evidence"]) <= load(demo.run).keys() and sidecar["title"] and sidecar["caption"] and sidecar["alt"]
    assert {path.stem for path in (root / "figures").glob("*.png")} >= {"qc", "model", "clusters", "markers", "measured"}


def test_every_value_in_evidence_stands_in_its_source_and_comes_from_instruments_too(demo):
    facts = load(demo.run)
    sources: dict[str, Any] = {}
    for fact in facts.values():
        body = sources.setdefault(fact.source, json.loads((demo.run.root / fact.source).read_text()))
        assert at(body, fact.pointer) == fact.value, fact.id
    measured = sources["tables/measured.json"]
    for file in measured["files"]:
        document = json.loads((demo.run.root / file["file"]).read_text())
        for quantity in file["quantities"]:
            for item in quantity["values"]:
                assert at(document, item["pointer"]) == item["value"]
    account = measured["account"]
    assert account["cells"] == account["mapped"] + account["kept"] + account["ignored"] > 0
    assert any(re.fullmatch(r"measured\.f\d+\.viability\.s\d+", name) for name in facts)


def test_every_number_of_the_interpretation_is_that_of_its_evidence(demo):
    facts = load(demo.run)
    body = json.loads(demo.run.interpretation.read_text())
    for item in body["statements"]:
        assert set(item["evidence"]) <= facts.keys()
        prose = re.sub(r"\{[^}]*\}", "", item["template"])
        assert not re.search(r"\d", prose)
    cells = facts["qc.cells.kept"].value
    assert any(f"{cells} of 559 cells" in item["text"] for item in body["statements"])


def test_the_cells_of_the_demo_are_what_they_are_known_to_be(demo):
    """The sample is of myeloid cells, T cells, B cells and macrophages; each kind's own genes mark a cluster."""
    clusters = json.loads((demo.run.cells / "clusters.json").read_text())
    model = json.loads((demo.run.cells / "model.json").read_text())
    assert (
        model["verdict"]["converged"]
        and model["settings"]["model"] == "scvi"
        and len(model["history"]) == model["verdict"]["epochs"]
    )
    import pyarrow.parquet as parquet

    table = parquet.read_table(demo.run.cells / "markers.parquet").to_pandas()
    where = {gene: set(table[table["gene"] == gene]["cluster"]) for gene in ("APOE", "VCAN", "MS4A1", "TRBC2")}
    assert all(len(found) == 1 for found in where.values()) and len(set.union(*where.values())) == 4, where
    assert clusters["count"] >= 4 and clusters["stability"] > 0.85
    table = parquet.read_table(demo.run.tables / "cells_qc.parquet").to_pandas()
    assert len(table) == 559 and (table["kept"] == (table["reasons"] == "")).all()


def test_a_finished_run_has_nothing_left_to_do(demo):
    before = stamps(demo.run.root)
    status, _, err = finish(start(demo.run.root.parent))
    assert status == 0 and steps(err) == [] and stamps(demo.run.root) == before


def test_the_run_follows_from_its_tape(demo, assayline):
    done = assayline("advise", "--replay", "--run", demo.run.root, "--json")
    assert done.status == 0 and {row["question"] for row in done.envelope["results"]} == {
        "qc_thresholds",
        "integration_model",
        "clustering_resolution",
        "measurement_use",
    }


def test_a_tape_and_a_person_are_followed_and_only_what_depends_on_them_runs_again(tmp_path):
    shutil.copytree(FLOW / ".test" / "data", tmp_path / "data")
    words = ["--config", "instruments=data/exports", "counts=data/counts.csv", "tape=data/tape", "advisor=rules"]
    status, _, err = finish(start(tmp_path, *words, cwd=tmp_path))
    assert status == 0, err
    run = RunFolder(tmp_path / "run")
    assert json.loads((run.cells / "model.json").read_text())["settings"]["model"] == "pca"
    path = run.decision("clustering_resolution")
    body = json.loads(path.read_text())
    body["choice"]["resolution"] = 1.5
    path.write_text(json.dumps(body))
    status, _, err = finish(start(tmp_path, *words, cwd=tmp_path))
    assert status == 0 and set(steps(err)) == {"annotate", "interpret", "notebook", "report", "crate", "all"}, err
    assert json.loads((run.cells / "clusters.json").read_text())["resolution"] == 1.5
    assert json.loads(path.read_text()) == body


def test_wrong_configuration_and_refused_counts_end_with_their_reason(tmp_path):
    import scanpy

    shutil.copytree(FLOW / ".test" / "data", tmp_path / "data")
    status, _, err = finish(start(tmp_path, "--config", "advisor=nobody", cwd=tmp_path))
    assert status not in (0, 1) and "advisor" in (tmp_path / "run" / "logs" / "snakemake.log").read_text()
    scanpy.datasets.pbmc68k_reduced().write_h5ad(tmp_path / "scaled.h5ad")
    words = ["--config", "instruments=data/exports", "counts=scaled.h5ad", "advisor=rules"]
    status, _, err = finish(start(tmp_path, *words, cwd=tmp_path))
    assert status not in (0, 1) and "inspect" in err
    assert "397164 values are negative" in (tmp_path / "run" / "logs" / "inspect.log").read_text()
    assert not (tmp_path / "run" / "report.html").exists()


def test_the_workflow_lints_clean_and_every_rule_has_a_log():
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(FLOW / "workflow" / "Snakefile"), "--lint"]
    done = subprocess.run(
        command, cwd=FLOW, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for path in (FLOW / "workflow" / "rules").glob("*.smk"):
        text = path.read_text()
        assert len(re.findall(r"^rule ", text, re.MULTILINE)) == len(re.findall(r"^    log:", text, re.MULTILINE))
