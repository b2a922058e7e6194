"""Say what a matrix is, and refuse what is not counts of cells.

With --run the accepted counts, the report and its evidence are written into the run folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The matrix, how to read it, and the run folder."""
    parser.add_argument("matrix", type=Path, metavar="MATRIX", help="csv, tsv (also .gz), h5ad, 10x h5, or a 10x mtx folder")
    parser.add_argument("--orientation", choices=("cells-by-genes", "genes-by-cells"), help="when the names do not tell")
    parser.add_argument("--metadata", type=Path, metavar="TABLE", help="csv or tsv with one line a cell")
    parser.add_argument("--sample-key", metavar="COLUMN", help="the column that tells samples apart")
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="write into this run folder")


def run(options: argparse.Namespace) -> Outcome:
    """Judge the matrix; status 9 when it is refused."""
    from assayline.cells.extra import require_extra

    require_extra()
    keys = {"orientation": options.orientation, "sample_key": options.sample_key, "metadata": options.metadata}
    if options.folder is not None:
        from assayline.cells.steps import inspect_step
        from assayline.run_folder import RunFolder

        report, findings = inspect_step(RunFolder(options.folder).create(), options.matrix, **keys)
        return Outcome([report], findings, text=_text(report))
    from assayline.cells.inspect import inspect, require

    found = inspect(options.matrix, **keys)
    if options.json and not found.accepted:
        return Outcome([found.report], found.findings, status=9)
    require(found, options.matrix)
    return Outcome([found.report], found.findings, text=_text(found.report))


def _text(report: dict[str, Any]) -> str:
    values, names, mito = report["values"], report["identifiers"], report["mitochondrial"]
    lines = [
        f"{report['source']['file']}: {report['cells']} cells × {report['genes']} genes",
        f"  values       {values['kind']}: {values['basis']}",
        f"  orientation  {report['orientation']['value']}: {report['orientation']['basis']}",
        f"  genes        {names['kind']}, {names['species']}: {names['basis']}",
        f"  mitochondria {mito['found']} of {mito['of']} protein-coding genes, by {mito['by']}",
        f"  coverage     {report['coverage']}, {report['droplets']['kind']}",
        f"  samples      {', '.join(report['samples']['names'])}",
    ]
    return "\n".join(lines)
