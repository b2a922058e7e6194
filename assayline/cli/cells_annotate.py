"""Cluster at the resolution decided for the run and rank marker genes.

Reads cells/embedded.h5ad and decisions/clustering_resolution.json.
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
    folder, choice, digest = decided(options, "clustering_resolution")
    from assayline.cells.steps_model import annotate_step

    report, findings = annotate_step(folder, float(choice["resolution"]), digest)
    lines = [
        f"cluster {row['cluster']}: {row['cells']} cells, {', '.join(row['top']) or 'no marker'}" for row in report["clusters"]
    ]
    text = "\n".join(lines)
    return Outcome([report], findings, text=text)
