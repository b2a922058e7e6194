"""Filter cells by the thresholds decided for the run.

Reads cells/counts.h5ad and decisions/qc_thresholds.json; every removed cell keeps its reasons in tables/cells_qc.parquet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cli.cells_station import add_run, decided
from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder, the seed, and whether doublets go."""
    add_run(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of doublet scores and clusters (default: 0)")
    parser.add_argument("--keep-doublets", action="store_true", help="neither score nor remove doublets")


def run(options: argparse.Namespace) -> Outcome:
    """Do the station's work as the decision file says."""
    folder, choice, digest = decided(options, "qc_thresholds")
    from assayline.cells.steps_qc import qc_step

    report, findings = qc_step(folder, choice, digest, seed=options.seed, remove_doublets=not options.keep_doublets)
    why = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in report["reasons"].items())
    text = f"{report['kept']} of {report['read']} cells and {report['genes_kept']} of {report['genes_read']} genes kept ({why})"
    return Outcome([report], findings, text=text)
