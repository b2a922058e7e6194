"""Cluster at the resolution decided for the run and rank marker genes.

Reads cells/embedded.h5ad and decisions/clustering_resolution.json.
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
    choice, digest = chosen(folder, "clustering_resolution")
    from assayline.cells.steps_model import annotate_step

    report, findings = annotate_step(folder, float(choice["resolution"]), digest)
    lines = [
        f"cluster {row['cluster']}: {row['cells']} cells, {', '.join(row['top']) or 'no marker'}" for row in report["clusters"]
    ]
    text = "\n".join(lines)
    return Outcome([report], findings, text=text)
