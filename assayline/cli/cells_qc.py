"""Filter cells by the thresholds decided for the run.

Reads cells/counts.h5ad and decisions/qc_thresholds.json; every removed cell keeps its reasons in tables/cells_qc.parquet.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder."""
    parser.add_argument("--run", dest="folder", type=Path, required=True, metavar="DIR", help="the run folder")


def run(options: argparse.Namespace) -> Outcome:
    """Do the station's work as the decision file says."""
    from assayline.advisor.tape import chosen
    from assayline.cells.extra import require_extra
    from assayline.run_folder import RunFolder

    require_extra()
    folder = RunFolder(options.folder).existing().create()
    choice, digest = chosen(folder, "qc_thresholds")
    from assayline.cells.steps import qc_step

    report, findings = qc_step(folder, choice, digest)
    why = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in report["reasons"].items())
    text = f"{report['kept']} of {report['read']} cells and {report['genes_kept']} of {report['genes_read']} genes kept ({why})"
    return Outcome([report], findings, text=text)
