"""Compare conditions with donors as replicates, or clusters.

Reads cells/cells.h5ad (else cells/kept.h5ad) and the design that `cells inspect` found; conditions without replicates are
refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.cli.cells_station import add_run
from assayline.cli.outcome import Outcome
from assayline.errors import BadUsage

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

    parser.add_argument("--by-model", action="store_true", help="compare clusters by the run's trained scVI or LinearSCVI too")
    parser.add_argument("--sha256", metavar="DIGEST", help="digest of that stored model, which is a pickle")
    parser.add_argument("--allow-pickle", action="store_true", help="agree to run what the pickle holds")


def run(options: argparse.Namespace) -> Outcome:
    """Compare and write tables, figure and evidence."""
    from assayline.cells.compare.deep import Trust
    from assayline.cells.compare_step import compare_step
    from assayline.cells.extra import require_extra
    from assayline.run_folder import RunFolder

    if options.by_model and options.between != "clusters":
        raise BadUsage(
            what="--by-model",
            found="--between conditions",
            expected="--between clusters",
            next="Conditions are compared by donors.",
        )
    require_extra()
    folder = RunFolder(options.folder).existing().create()
    trust = Trust(options.sha256, consent=options.allow_pickle) if options.by_model else None
    words = {"reference": options.reference, "cell_level": options.cell_level, "trust": trust}
    report, findings = compare_step(folder, options.between, **words)
    lines = [*map(_line, report["comparisons"]), *map(_by_model, report.get("model", {}).get("comparisons", []))]
    return Outcome([report], findings, text="\n".join(lines))


def _by_model(row: dict[str, Any]) -> str:
    names = ", ".join(row["top"][:5]) or "none"
    return f"cluster {row['cluster']} by the model: {row['found']} genes differ, {row['both']} by the Wilcoxon test too: {names}"


def _line(row: dict[str, Any]) -> str:
    what = f"cluster {row['cluster']}" + (f", {row['second']} over {row['first']}" if "first" in row else "")
    if not row.get("compared", True):
        return f"{what}: not compared: {row['because']}"
    return f"{what}: {row['found']} of {row['tested']} genes differ: {', '.join(row['top'][:5]) or 'none'}"
