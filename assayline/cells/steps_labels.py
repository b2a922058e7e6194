"""The station that gives cells labels, as it works in a run folder: table, report, evidence, and the slots of cells.h5ad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.cells.steps import read_h5ad, write_h5ad, write_parquet
from assayline.evidence import facts_of, publish
from assayline.json_files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.errors import Finding
    from assayline.cells.labels import Labels
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/cells-labels/1"


def label_step(run: RunFolder, give: Callable[[Any], Labels]) -> tuple[dict[str, Any], list[Finding]]:
    """Label the cells of cells/cells.h5ad; writes labels into its `obs`, tables/cells_labels.parquet, labels.json, evidence."""
    data = read_h5ad(run.cells / "cells.h5ad")
    found = give(data)
    report = {"schema": SCHEMA} | found.report | {"findings": [finding.to_json() for finding in found.findings]}
    data.obs["label"] = found.table["label"].astype("category")
    data.obs["label_nearest"] = found.table["nearest"].astype("category")
    data.obs["label_confidence"] = found.table["confidence"]
    write_parquet(found.table.reset_index(names="cell"), run.tables / "cells_labels.parquet")
    write_h5ad(data, run.cells / "cells.h5ad")
    write_json(run.cells / "labels.json", report)
    rows: list[tuple[str, str, str | None, str]] = [
        ("annotate.method", "method that gave the labels", None, "/method"),
        ("annotate.cells", "cells that were labelled", "cells", "/cells"),
        ("annotate.unknown", "cells unlike every label", "cells", "/unknown"),
        ("annotate.unknown_share", "share of cells unlike every label", "fraction", "/unknown_share"),
        ("annotate.confidence_median", "median confidence in the labels", None, "/confidence_median"),
    ]
    if "held_out_accuracy" in report:
        what = "accuracy on reference cells that were held out"
        rows.append(("annotate.held_out_accuracy", what, "fraction", "/held_out_accuracy"))
        rows.append(("annotate.calibration_error", "expected calibration error on them", None, "/calibration_error"))
    facts = facts_of(report, "cells/labels.json", rows)
    for index, row in enumerate(report["labels"]):
        name, place = f"annotate.l{index}", f"/labels/{index}"
        own: list[tuple[str, str, str | None, str]] = [
            (f"{name}.label", "label", None, f"{place}/label"),
            (f"{name}.cells", "cells with the label", "cells", f"{place}/cells"),
            (f"{name}.confidence", "median confidence in the label", None, f"{place}/confidence"),
        ]
        if row["markers"]:
            own.append((f"{name}.markers", "marker genes of the label looked at", "genes", f"{place}/markers"))
            own.append((f"{name}.borne_out", "of them higher in cells with the label", "genes", f"{place}/markers_borne_out"))
        facts += facts_of(report, "cells/labels.json", own)
    publish(run, "cells.labels", facts)
    return report, found.findings
