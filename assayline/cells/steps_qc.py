"""Quality control as it works in a run folder: filter by decision, with a table of every cell and its reasons."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assayline.cells.facts_qc import qc_facts
from assayline.cells.steps import read_h5ad, write_h5ad, write_parquet
from assayline.evidence import publish
from assayline.json_files import write_json

if TYPE_CHECKING:
    from allotrope.errors import Finding
    from assayline.run_folder import RunFolder

QC_SCHEMA = "assayline/cells-qc/1"


def qc_step(run: RunFolder, thresholds: dict[str, Any], decision: str) -> tuple[dict[str, Any], list[Finding]]:
    """Filter cells/counts.h5ad by decided thresholds; write kept.h5ad, qc.json, a table of all cells with reasons, and evidence.

    `decision` is the digest of the decision file, kept in the report so that a replay can tell whether the run followed it.
    """
    from assayline.advisor.questions.qc_thresholds import QcThresholds
    from assayline.cells.plots import qc_figure
    from assayline.cells.qc import keep

    data = read_h5ad(run.cells / "counts.h5ad")
    chosen = QcThresholds(**thresholds)
    kept, report, findings = keep(data, chosen)
    head = {"schema": QC_SCHEMA, "decision": {"question": "qc_thresholds", "sha256": decision}, "thresholds": asdict(chosen)}
    report = head | report | {"findings": [finding.to_json() for finding in findings]}
    columns = [name for name in ("sample", "counts", "genes", "mitochondrial_share", "kept", "reasons") if name in data.obs]
    table = data.obs[columns].astype({"sample": str}).reset_index(names="cell")
    write_parquet(table, run.tables / "cells_qc.parquet")
    write_h5ad(kept, run.cells / "kept.h5ad")
    write_json(run.cells / "qc.json", report)
    publish(run, "cells.qc", qc_facts(report))
    qc_figure(run, data.obs, report)
    return report, findings
