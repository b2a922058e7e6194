"""The whole line for real: from reads to clusters, a report and an entry in the notebook."""

from __future__ import annotations

import json

import pytest

from assayline.evidence import load
from assayline.run_folder import RunFolder

from .conftest import cells

pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.timeout(3000)]


def test_reads_end_as_clusters_and_an_entry(counted, assayline):
    folder = counted.run("whole")
    statuses = {row["name"].partition(" ")[0].rpartition(":")[2]: row["status"] for row in counted.trace("whole")}
    assert statuses["STARSOLO"] == "CACHED"
    for name in ("CELLS_INSPECT", "CELLS_QC", "CELLS_INTEGRATE", "CELLS_ANNOTATE", "RECORD_RUN"):
        assert statuses[name] == "COMPLETED"
    run = folder / "run"
    facts = load(RunFolder(run))
    called = {
        facts[name].about["sample"]: facts[name].value for name in facts if name.endswith(".cells") and "sequencing." in name
    }
    assert called == {name: sum(sample == name for sample, _ in cells(folder)) for name in ("pbmc_a", "pbmc_b")}
    assert facts["clusters.count"].value == 3  # as many types as were simulated
    assert len(cells(folder)) - facts["qc.cells.kept"].value >= 12  # the broken ones, one in twenty
    assert "Simulated cells" in (run / "report.html").read_text()
    entry = json.loads((run / "notebook.json").read_text())["entries"][0]["id"]
    done = assayline("notebook", "show", entry, "--notebook", folder / "notebook")
    assert done.status == 0 and "Simulated cells" in done.out
