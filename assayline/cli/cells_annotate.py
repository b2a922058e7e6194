"""Cluster at the resolution decided for the run and rank marker genes; with a reference, give labels too.

Reads cells/embedded.h5ad and decisions/clustering_resolution.json. Cells unlike every label are `unknown`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.cells_station import add_budget, add_run, decided
from assayline.cli.outcome import Outcome
from assayline.errors import BadUsage

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder, and where labels come from."""
    add_run(parser)
    parser.add_argument("--reference", type=Path, metavar="H5AD", help="labelled counts to carry labels from, by scANVI")
    parser.add_argument("--label-key", metavar="COLUMN", help="the reference's column of labels")
    parser.add_argument("--celltypist", type=Path, metavar="MODEL", help="a celltypist model to take labels from")
    parser.add_argument("--sha256", metavar="DIGEST", help="digest of that model, which is a pickle")
    parser.add_argument("--allow-pickle", action="store_true", help="agree to run what the pickle holds")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the training (default: 0)")
    parser.add_argument("--max-epochs", type=int, default=200, metavar="N", help="of the training (default: 200)")
    add_budget(parser)


def run(options: argparse.Namespace) -> Outcome:
    """Do the station's work as the decision file says."""
    if options.reference and options.celltypist:
        raise BadUsage(what="annotate", found="--reference and --celltypist", expected="one of them", next="Leave one out.")
    if options.reference and not options.label_key:
        raise BadUsage(what="--reference", found="no --label-key", expected="the column of labels", next="Name it.")
    folder, choice, digest = decided(options, "clustering_resolution")
    from assayline.cells.steps_model import annotate_step

    report, findings = annotate_step(folder, float(choice["resolution"]), digest)
    lines = [
        f"cluster {row['cluster']}: {row['cells']} cells, {', '.join(row['top']) or 'no marker'}" for row in report["clusters"]
    ]
    results = [report]
    if options.reference or options.celltypist:
        from assayline.cells.steps_labels import label_step

        labels, more = label_step(folder, lambda data: _given(options, data))
        results.append(labels)
        findings += more
        for row in labels["labels"]:
            borne = f", {row['markers_borne_out']} of {row['markers']} marker genes borne out" if row["markers"] else ""
            lines.append(f"{row['label']}: {row['cells']} cells, confidence {row['confidence']:.2f}{borne}")
    return Outcome(results, findings, text="\n".join(lines))


def _given(options: argparse.Namespace, data: Any) -> Any:
    from assayline.cells.labels import from_celltypist, from_reference
    from assayline.cells.models.training import Budget

    if options.celltypist:
        return from_celltypist(data, options.celltypist, options.sha256, consent=options.allow_pickle)
    budget = Budget(options.seed, options.max_epochs, options.max_seconds, options.device)
    return from_reference(data, options.reference, options.label_key, budget)
