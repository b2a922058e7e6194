#!/usr/bin/env python3
"""Count matrices of both aligners in one form, the cells among the droplets, and samples put together.

    matrix.py call SAMPLE.solo|SAMPLE.bus --gtf GENES.gtf --expected N --sample NAME
    matrix.py combine NAME_filtered… --summaries NAME.cells.json…

Standard library only. Matrices are 10x folders (matrix.mtx.gz, barcodes.tsv.gz, features.tsv.gz) whose genes and barcodes are
sorted, so that both aligners give the same bytes for the same counts. Cells are barcodes with at least a tenth of the UMIs of the
99th percentile of the N best (Zheng et al. 2017, doi:10.1038/ncomms14049); cells far smaller than the others are not looked for.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

ATTRIBUTE = re.compile(r'(gene_id|gene_name)\s+"([^"]*)"')
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Source:
    """Where an aligner puts its matrix: file names, and which of row and column is the barcode."""

    matrix: str
    barcodes: str
    genes: str
    barcode_first: bool


SOLO = Source("matrix.mtx", "barcodes.tsv", "features.tsv", barcode_first=False)
BUS = Source("cells.mtx", "cells.barcodes.txt", "cells.genes.txt", barcode_first=True)


def words(path: Path) -> list[str]:
    """The first word of every line of a file, gzipped or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as stream:
        return [line.split("\t")[0].strip() for line in stream]


def symbols(path: Path) -> dict[str, str]:
    """Gene → symbol of a GTF, in the order of the file."""
    found: dict[str, str] = {}
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as stream:
        for line in stream:
            if not line.startswith("#"):
                attributes = dict(ATTRIBUTE.findall(line))
                if "gene_id" in attributes:
                    found.setdefault(attributes["gene_id"], attributes.get("gene_name", attributes["gene_id"]))
    return found


def read(folder: Path) -> Counts:
    """Barcode → gene → UMIs."""
    source = BUS if (folder / BUS.matrix).is_file() else SOLO
    barcodes, genes = words(folder / source.barcodes), words(folder / source.genes)
    found: Counts = {}
    with (folder / source.matrix).open() as stream:
        shape = next(line for line in stream if not line.startswith("%"))
        rows, columns, _ = map(int, shape.split())
        if (rows, columns) != ((len(barcodes), len(genes)) if source.barcode_first else (len(genes), len(barcodes))):
            sys.exit(
                f"{folder.name}: found a matrix of {rows} × {columns}; expected {len(genes)} genes and {len(barcodes)} barcodes"
            )
        for line in stream:
            row, column, value = line.split()
            barcode, gene = (row, column) if source.barcode_first else (column, row)
            count = int(float(value))
            if count:
                found.setdefault(barcodes[int(barcode) - 1], {})[genes[int(gene) - 1]] = count
    return found


def write(folder: Path, counts: Counts, features: dict[str, str]) -> None:
    """A 10x folder; gzip without times, so that the same counts give the same bytes."""
    folder.mkdir()
    genes = {gene: number for number, gene in enumerate(sorted(features), 1)}
    cells = sorted(counts)
    entries = sum(len(row) for row in counts.values())
    head = f"%%MatrixMarket matrix coordinate integer general\n%\n{len(genes)} {len(cells)} {entries}\n"
    body = [
        f"{genes[gene]} {number} {counts[cell][gene]}\n"
        for number, cell in enumerate(cells, 1)
        for gene in sorted(counts[cell], key=genes.__getitem__)
    ]
    texts = {
        "matrix.mtx.gz": head + "".join(body),
        "barcodes.tsv.gz": "".join(f"{cell}\n" for cell in cells),
        "features.tsv.gz": "".join(f"{gene}\t{features[gene]}\tGene Expression\n" for gene in genes),
    }
    for name, text in texts.items():
        with (folder / name).open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as stream:
            stream.write(text.encode())


def threshold(totals: list[int], expected: int) -> float:
    """The fewest UMIs of a cell."""
    best = sorted(totals, reverse=True)[:expected]
    return max(best[min(len(best) - 1, round(0.01 * expected))] / 10, 1) if best else 1


def call(options: argparse.Namespace) -> None:
    """Write raw and filtered matrices of one sample, and what was found."""
    features, counts = symbols(options.gtf), read(options.counts)
    unknown = {gene for row in counts.values() for gene in row} - set(features)
    if unknown:
        sys.exit(
            f"{options.counts.name}: found genes that {options.gtf.name} lacks (first {min(unknown)}); expected one annotation"
        )
    totals = {cell: sum(row.values()) for cell, row in counts.items()}
    least = threshold(list(totals.values()), options.expected)
    cells = {cell: row for cell, row in counts.items() if totals[cell] >= least}
    if not cells:
        sys.exit(f"{options.sample}: found no UMI in any droplet; expected cells (is the whitelist that of the protocol?)")
    write(Path(f"{options.sample}_raw"), counts, features)
    write(Path(f"{options.sample}_filtered"), cells, features)
    kept = [totals[cell] for cell in cells]
    report = {
        "sample": options.sample,
        "droplets": len(counts),
        "cells": len(cells),
        "least_umis": round(least, 1),
        "umis": sum(totals.values()),
        "umis_in_cells": sum(kept),
        "share_in_cells": round(sum(kept) / sum(totals.values()), 4),
        "median_umis": statistics.median(kept),
        "median_genes": statistics.median(len(row) for row in cells.values()),
    }
    Path(f"{options.sample}.cells.json").write_text(json.dumps(report, indent=1) + "\n")


def combine(options: argparse.Namespace) -> None:
    """One matrix of all samples, barcodes numbered by sample as `-1`, `-2`, and one line a cell that says its sample."""
    reports = sorted((json.loads(path.read_text()) for path in options.summaries), key=lambda one: str(one["sample"]))
    folders = {path.name.removesuffix("_filtered"): path for path in options.matrices}
    counts: Counts = {}
    features: dict[str, str] = {}
    lines = ["barcode,sample\n"]
    for number, report in enumerate(reports, 1):
        folder = folders[report["sample"]]
        with gzip.open(folder / "features.tsv.gz", "rt") as stream:
            features |= {fields[0]: fields[1] for fields in (line.rstrip("\n").split("\t") for line in stream)}
        barcodes, genes = words(folder / "barcodes.tsv.gz"), words(folder / "features.tsv.gz")
        with gzip.open(folder / "matrix.mtx.gz", "rt") as stream:
            for line in list(stream)[3:]:
                gene, cell, value = map(int, line.split())
                counts.setdefault(f"{barcodes[cell - 1]}-{number}", {})[genes[gene - 1]] = value
        lines += [f"{barcode}-{number},{report['sample']}\n" for barcode in barcodes]
    write(Path("combined"), counts, features)
    Path("cells.csv").write_text("".join(lines))
    Path("sequencing.json").write_text(json.dumps({"samples": reports}, indent=1) + "\n")
    table = {report["sample"]: {key: value for key, value in report.items() if key != "sample"} for report in reports}
    body = {
        "id": "cells_called",
        "section_name": "Cells",
        "description": "Cells among droplets.",
        "plot_type": "table",
        "data": table,
    }
    Path("cells_called_mqc.json").write_text(json.dumps(body, indent=1) + "\n")


def main() -> None:
    """Read the words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("call")
    one.add_argument("counts", type=Path)
    one.add_argument("--gtf", type=Path, required=True)
    one.add_argument("--expected", type=int, required=True)
    one.add_argument("--sample", required=True)
    one.set_defaults(run=call)
    many = verbs.add_parser("combine")
    many.add_argument("matrices", type=Path, nargs="+")
    many.add_argument("--summaries", type=Path, nargs="+", required=True)
    many.set_defaults(run=combine)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
