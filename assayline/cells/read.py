"""Reading count matrices: csv and tsv (also gzipped) in either orientation, h5ad, 10x h5 and 10x mtx folders."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

from assayline.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
FORMATS = "a .csv, .tsv or .txt table (also .gz), an .h5ad file, a 10x .h5 file or a 10x mtx folder"
MAGIC_HDF5 = b"\x89HDF\r\n\x1a\n"


@dataclass(slots=True)
class Matrix:
    """One matrix as it stands in a file: `values` (rows × columns, float64, CSR), names, and the place it was read from."""

    values: Any
    rows: list[str]
    columns: list[str]
    place: str
    cells_are_rows: bool | None = None
    obs: Any = None
    symbols: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: Path) -> list[Matrix]:
    """The matrices of a file, the likeliest counts first; raises `BadInput` when it cannot be read as any supported format."""
    if path.is_dir():
        return [read_mtx(path)]
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in DELIMITERS:
        return [read_delimited(path, DELIMITERS[suffix])]
    if suffix in (".h5ad", ".h5"):
        with _opened(path).open("rb") as stream:
            if stream.read(len(MAGIC_HDF5)) != MAGIC_HDF5:
                raise _bad(path, "a file that does not start as HDF5 does", f"an HDF5 file, as {suffix} says")
        return read_h5ad(path) if suffix == ".h5ad" else [read_10x_h5(path)]
    raise _bad(_opened(path), f"the suffix '{suffix}'", FORMATS)


def read_delimited(path: Path, delimiter: str) -> Matrix:
    """A table with names in the first line and first column; R's header without a corner cell is understood."""
    rows: list[str] = []
    indices: list[Any] = []
    data: list[Any] = []
    lines = _lines(path, delimiter)
    header = next(lines, None)
    if header is None:
        raise _bad(path, "no lines", "a header and one line a row")
    columns: list[str] = []
    for number, fields in enumerate(lines, 2):
        if not columns:
            columns = header if len(header) == len(fields) - 1 else header[1:]
        if len(fields) != len(columns) + 1:
            msg = f"{path}: line {number}"
            raise _bad(msg, f"{len(fields)} fields", f"{len(columns) + 1} as in the first lines")
        values = _numbers(path, number, fields, columns)
        filled = np.flatnonzero(values)
        rows.append(fields[0])
        indices.append(filled.astype(np.int32))
        data.append(values[filled])
    if not rows or not columns:
        raise _bad(path, "a header without rows" if columns or header else "no columns", "a table of counts")
    starts = np.concatenate([[0], np.cumsum([len(part) for part in data])])
    values = sparse.csr_matrix((np.concatenate(data), np.concatenate(indices), starts), shape=(len(rows), len(columns)))
    return Matrix(values, rows, columns, "the table")


def read_h5ad(path: Path) -> list[Matrix]:
    """The matrices of an AnnData file: a counts layer, then `raw`, then `X`."""
    import anndata

    try:
        data = anndata.read_h5ad(path)
    except (OSError, KeyError, ValueError) as error:
        raise _bad(path, f"{type(error).__name__}: {error}", "a readable AnnData file") from error
    names = [str(name) for name in data.obs_names]
    genes = [str(name) for name in data.var_names]
    layers = [str(name) for name in data.layers if str(name).lower() in ("counts", "raw_counts", "umi")]
    found = [
        Matrix(_csr(data.layers[name]), names, genes, f"layers['{name}']", cells_are_rows=True, obs=data.obs) for name in layers
    ]
    if data.raw is not None:
        found.append(
            Matrix(_csr(data.raw.X), names, list(map(str, data.raw.var_names)), "raw.X", cells_are_rows=True, obs=data.obs)
        )
    if data.X is not None:
        found.append(Matrix(_csr(data.X), names, genes, "X", cells_are_rows=True, obs=data.obs))
    if not found:
        raise _bad(path, "neither X, raw nor a counts layer", "a matrix")
    return found


def read_10x_h5(path: Path) -> Matrix:
    """A 10x HDF5 matrix of version 3 (group `matrix`); features other than gene expression are left aside and counted."""
    import h5py

    with h5py.File(path) as file:
        if "matrix" not in file or "features" not in file["matrix"]:
            raise _bad(path, f"the groups {', '.join(file) or 'none'}", "10x's group matrix/features (Cell Ranger 3 or later)")
        group = file["matrix"]
        shape = tuple(int(size) for size in group["shape"][:])
        values = sparse.csc_matrix((group["data"][:].astype(np.float64), group["indices"][:], group["indptr"][:]), shape=shape)
        text = {key: [item.decode() for item in group["features"][key][:]] for key in ("id", "name", "feature_type")}
        cells = [item.decode() for item in group["barcodes"][:]]
    return _expression(
        Matrix(values.T.tocsr(), cells, text["id"], "matrix", cells_are_rows=True, symbols=text["name"]), text["feature_type"]
    )


def read_mtx(path: Path) -> Matrix:
    """A 10x folder of matrix.mtx, barcodes.tsv and features.tsv or genes.tsv, each plain or gzipped."""
    from scipy.io import mmread

    places = {}
    for part, names in {
        "matrix": ["matrix.mtx"],
        "barcodes": ["barcodes.tsv"],
        "features": ["features.tsv", "genes.tsv"],
    }.items():
        choices = [path / f"{name}{suffix}" for name in names for suffix in ("", ".gz")]
        present = [choice for choice in choices if choice.is_file()]
        if not present:
            raise _bad(path, f"no {choices[0].name}", "the files matrix.mtx, barcodes.tsv and features.tsv of a 10x folder")
        places[part] = present[0]
    cells = [fields[0] for fields in _lines(places["barcodes"], "\t") if fields]
    features = [fields for fields in _lines(places["features"], "\t") if fields]
    try:
        values = sparse.csr_matrix(mmread(places["matrix"], spmatrix=False)).T.tocsr().astype(np.float64)
    except (OSError, ValueError) as error:
        raise _bad(places["matrix"], str(error), "a Matrix Market file") from error
    if values.shape != (len(cells), len(features)):
        raise _bad(
            path, f"a matrix of {values.shape[1]} × {values.shape[0]}", f"{len(features)} features × {len(cells)} barcodes"
        )
    kinds = [fields[2] if len(fields) > 2 else "Gene Expression" for fields in features]
    symbols = [fields[1] if len(fields) > 1 else fields[0] for fields in features]
    return _expression(
        Matrix(values, cells, [fields[0] for fields in features], "matrix.mtx", cells_are_rows=True, symbols=symbols), kinds
    )


def _expression(matrix: Matrix, kinds: list[str]) -> Matrix:
    """Keep the features whose kind is gene expression and note what was left aside."""
    keep = np.array([kind == "Gene Expression" for kind in kinds])
    if not keep.all():
        others = sorted(set(kinds) - {"Gene Expression"})
        matrix.notes.append(f"{int((~keep).sum())} features of other kinds ({', '.join(others)}) were left aside")
        matrix.values = matrix.values[:, np.flatnonzero(keep)]
        matrix.columns = [name for name, kept in zip(matrix.columns, keep, strict=True) if kept]
        matrix.symbols = [name for name, kept in zip(matrix.symbols, keep, strict=True) if kept]
    return matrix


def _lines(path: Path, delimiter: str) -> Iterator[list[str]]:
    _opened(path)
    try:
        stream: Any = gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # noqa: SIM115
        with stream, io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            yield from csv.reader(text, delimiter=delimiter)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise _bad(path, str(error), "a whole text file in UTF-8") from error


def _numbers(path: Path, line: int, fields: list[str], columns: list[str]) -> Any:
    try:
        values = np.array(fields[1:], dtype=np.float64)
    except ValueError as error:
        for column, text in zip(columns, fields[1:], strict=True):
            if not _is_number(text):
                msg = f"{path}: line {line}, column '{column}'"
                raise _bad(msg, f"{text!r}", "a number") from error
        raise
    if not np.isfinite(values).all():
        column = columns[int(np.flatnonzero(~np.isfinite(values))[0])]
        msg = f"{path}: line {line}, column '{column}'"
        raise _bad(msg, "a value that is not finite", "a number")
    return values


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _csr(values: Any) -> Any:
    return sparse.csr_matrix(values).astype(np.float64)


def _opened(path: Path) -> Path:
    """The path, once it is known to be a file that can be read."""
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise _bad(path, error.strerror or str(error), "a readable file") from error


def _bad(what: object, found: str, expected: str) -> BadInput:
    return BadInput(what=what, found=found, expected=expected, next="Nothing was written.")
