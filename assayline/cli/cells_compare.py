"""Compare conditions with donors as replicates, or clusters.

Reads cells/cells.h5ad (else cells/kept.h5ad) and the design that `cells inspect` found; conditions without replicates are
refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.cli.cells_station import add_run
from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run folder and what to compare."""
    add_run(parser)
    parser.add_argument("--between", choices=("conditions", "clusters"), default="conditions", help="(default: conditions)")
    parser.add_argument("--reference", metavar="CONDITION", help="compare the others with this one (default: every pair)")
    parser.add_argument(
        "--cell-level", action="store_true", help="test single cells (refused between conditions, with the reason)"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Compare and write tables, figure and evidence."""
    from assayline.cells.compare_step import compare_step
    from assayline.cells.extra import require_extra
    from assayline.run_folder import RunFolder

    require_extra()
    folder = RunFolder(options.folder).existing().create()
    report, findings = compare_step(folder, options.between, reference=options.reference, cell_level=options.cell_level)
    return Outcome([report], findings, text="\n".join(map(_line, report["comparisons"])))


def _line(row: dict[str, Any]) -> str:
    what = f"cluster {row['cluster']}" + (f", {row['second']} over {row['first']}" if "first" in row else "")
    if not row.get("compared", True):
        return f"{what}: not compared: {row['because']}"
    return f"{what}: {row['found']} of {row['tested']} genes differ: {', '.join(row['top'][:5]) or 'none'}"
