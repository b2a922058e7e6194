"""Several samples with a sheet: a csv or tsv with the columns `sample` and `path`, and whatever else is known of a sample.

A column `metadata` names a table of the sample's cells, a column `chemistry` how it was made; any other column is a fact of it.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from assayline.cells.formats.delimited import delimiter_of, lines_of
from assayline.cells.loading import RATES
from assayline.cells.matrix import Matrix, bad

if TYPE_CHECKING:
    from pathlib import Path

PATHS = ("path", "file", "matrix")
SHARED = 0.5  # of the genes of the smallest sample, below which samples do not belong together


def is_sheet(path: Path) -> bool:
    """Whether a table is a sheet of samples: its header has `sample` and one of path, file, matrix."""
    delimiter = delimiter_of(path)
    if delimiter is None or not path.is_file() or path.suffix.lower() == ".gz":
        return False
    with path.open("rb") as stream:
        head = stream.readline(65536)
    names = [name.strip().lower() for name in next(csv.reader([head.decode("utf-8-sig", "replace")], delimiter=delimiter), [])]
    return "sample" in names and any(name in names for name in PATHS)


def read_sheet(path: Path, orientation: str | None) -> list[Matrix]:
    """All samples of a sheet as one matrix over the genes they share; barcodes carry their sample in front.

    Raises `BadInput` naming the line for an absent file, a repeated sample or samples that share too few genes.
    """
    rows = sheet_rows(path)
    found = [_one(row, path, number, orientation) for number, row in rows]
    shared = set(found[0].columns).intersection(*(part.columns for part in found[1:]))
    least = min(len(part.columns) for part in found)
    if len(shared) < SHARED * least:
        raise bad(path, f"{len(shared)} genes that all samples share, of {least}", "samples of one annotation")
    return [_joined(found, [row for _, row in rows], [name for name in found[0].columns if name in shared])]


def sheet_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each sample's line and facts, `sample` and `path` under these names; raises `BadInput` naming the line."""
    lines = lines_of(path, delimiter_of(path) or ",")
    _, header = next(lines)
    names = [name.strip() for name in header]
    rows = []
    for number, fields in lines:
        if len(fields) != len(names):
            raise bad(f"{path}: line {number}", f"{len(fields)} fields", f"{len(names)} as in the header")
        rows.append((number, dict(zip(names, (field.strip() for field in fields), strict=True))))
    lower = {name.lower(): name for name in names}
    key, place = lower["sample"], next(lower[name] for name in PATHS if name in lower)
    seen: set[str] = set()
    for number, row in rows:
        row["sample"], row["path"] = row.pop(key), row.pop(place)
        if not row["sample"] or row["sample"] in seen:
            raise bad(
                f"{path}: line {number}", f"the sample '{row['sample']}' again" if row["sample"] else "no sample", "its own name"
            )
        seen.add(row["sample"])
        if row.get("chemistry") and row["chemistry"] not in RATES:
            raise bad(f"{path}: line {number}", f"the chemistry '{row['chemistry']}'", f"one of {', '.join(RATES)}")
    if not rows:
        raise bad(path, "a header without samples", "one line a sample")
    return rows


def _one(row: dict[str, str], sheet: Path, number: int, orientation: str | None) -> Matrix:
    """The counts of one sample, cells as rows."""
    from assayline.cells.measure import measure
    from assayline.cells.orient import oriented
    from assayline.cells.read import read
    from assayline.cells.samples import with_table
    from assayline.cells.values import judge

    path = sheet.parent / row["path"]
    if not path.exists():
        raise bad(f"{sheet}: line {number}, sample '{row['sample']}'", f"no file '{row['path']}'", "a file beside the sheet")
    matrices = [oriented(matrix, orientation)[0] for matrix in read(path)]
    chosen = next((one for one in matrices if judge(one.values, measure(one.values)).kind == "counts"), matrices[-1])
    if row.get("metadata"):
        beside = sheet.parent / row.pop("metadata")
        if not beside.is_file():
            raise bad(
                f"{sheet}: line {number}, sample '{row['sample']}'", f"no file '{beside.name}'", "a table with one line a cell"
            )
        chosen.obs = with_table(chosen, beside)
    return chosen


def _joined(parts: list[Matrix], rows: list[dict[str, str]], genes: list[str]) -> Matrix:
    import pandas
    import scipy.sparse as sparse

    from assayline.cells.blocks import loaded

    values, names, tables, notes = [], [], [], []
    symbols: list[str] = []
    for part, row in zip(parts, rows, strict=True):
        place = {name: number for number, name in enumerate(part.columns)}
        part.values = loaded(part.values)
        own = part.only([place[name] for name in genes])
        symbols = symbols or own.symbols
        values.append(own.values)
        cells = [f"{row['sample']}_{name}" for name in own.rows]
        names += cells
        table = own.obs.copy() if own.obs is not None else pandas.DataFrame(index=range(len(cells)))
        table.index = pandas.Index(cells, dtype=object)
        tables.append(table.assign(**{key: text for key, text in row.items() if key not in ("path", "metadata")}))
        notes += [f"{row['sample']}: {note}" for note in own.notes]
        if len(part.columns) > len(genes):
            notes.append(f"{row['sample']}: {len(part.columns) - len(genes)} genes that not every sample has were left aside")
    obs: Any = pandas.concat(tables)
    stacked = sparse.vstack(values, format="csr")
    return Matrix(stacked, names, genes, f"{len(parts)} samples", cells_are_rows=True, obs=obs, symbols=symbols, notes=notes)
