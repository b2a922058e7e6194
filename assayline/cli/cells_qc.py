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
    """The run folder."""
    add_run(parser)


def run(options: argparse.Namespace) -> Outcome:
    """Do the station's work as the decision file says."""
    folder, choice, digest = decided(options, "qc_thresholds")
    from assayline.cells.steps_qc import qc_step

    report, findings = qc_step(folder, choice, digest)
    why = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in report["reasons"].items())
    text = f"{report['kept']} of {report['read']} cells and {report['genes_kept']} of {report['genes_read']} genes kept ({why})"
    return Outcome([report], findings, text=text)
