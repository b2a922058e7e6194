"""Say what a matrix is, and refuse what is not counts of cells.

With --run the accepted counts, the report and its evidence are written into the run folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse


CHEMISTRIES = ("10x-v2", "10x-v3", "10x-v4", "10x-ht", "drop-seq", "plate")
ASKED = ("orientation", "metadata", "sample_key", "donor_key", "condition_key", "batch_key", "chemistry")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The matrix, how to read it, and the run folder."""
    parser.add_argument(
        "matrix",
        type=Path,
        metavar="MATRIX",
        help="csv, tsv (also .gz), h5ad, zarr, loom, 10x h5, a 10x mtx folder, or a sheet of samples",
    )
    parser.add_argument("--orientation", choices=("cells-by-genes", "genes-by-cells"), help="when the names do not tell")
    parser.add_argument("--metadata", type=Path, metavar="TABLE", help="csv or tsv with one line a cell")
    parser.add_argument("--sample-key", metavar="COLUMN", help="the column that tells samples apart")
    parser.add_argument("--donor-key", metavar="COLUMN", help="the column that tells donors apart (replicates)")
    parser.add_argument("--condition-key", metavar="COLUMN", help="the column that tells conditions apart")
    parser.add_argument("--batch-key", metavar="COLUMN", help="the column that tells batches apart")
    parser.add_argument("--chemistry", choices=CHEMISTRIES, help="for the doublets to expect (default: 10x-v3, and said)")
    parser.add_argument(
        "--lower", type=float, metavar="COUNTS", help="raw droplets: at most so many counts are empty (default: 100)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the test of raw droplets (default: 0)")
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="write into this run folder")


def run(options: argparse.Namespace) -> Outcome:
    """Judge the matrix; status 9 when it is refused."""
    from assayline.cells.extra import require_extra

    require_extra()
    keys = {name: getattr(options, name) for name in ASKED}
    if options.folder is not None:
        from assayline.cells.steps import inspect_step
        from assayline.run_folder import RunFolder

        report, findings = inspect_step(
            RunFolder(options.folder).create(), options.matrix, lower=options.lower, seed=options.seed, **keys
        )
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
        f"  coverage     {report['coverage']}: {report['coverage_basis']}",
        f"  barcodes     {report['droplets']['kind']}: {report['droplets']['basis']}",
        f"  material     {report['material']['kind']}: {report['material']['basis']}",
        f"  samples      {', '.join(report['samples']['names'])}",
        f"  design       {'answerable' if report['design']['answerable'] else 'no comparison'}: {report['design']['because']}",
    ]
    lines += [f"  beside it    {row['features']} features of kind {row['kind']}" for row in report["modalities"]]
    if "doublets" in report:
        lines.append(f"  doublets     {report['doublets']['doublets']:.0f} expected: {report['doublets']['basis']}")
    if report["droplets"]["kind"] == "raw droplets" and report["cells"] < report["barcodes"]:
        lines.append(f"  called       {report['cells']} cells of {report['barcodes']} barcodes")
    return "\n".join(lines)
