"""10x HDF5 matrices: Cell Ranger 3 and later (group `matrix`) and version 2 (one group a genome)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

from assayline.cells.blocks import stored
from assayline.cells.matrix import Matrix, apart, bad

if TYPE_CHECKING:
    from pathlib import Path

VERSION_2 = ("barcodes", "data", "genes", "gene_names", "indices", "indptr", "shape")
KEYS = ("id", "name", "feature_type")


def read_10x_h5(path: Path) -> list[Matrix]:
    """The matrix of a 10x file; genes for analysis, every other kind of feature kept apart."""
    import h5py

    try:
        with h5py.File(path) as file:
            if "matrix" in file and "features" in file["matrix"]:
                return [_version_3(path, file)]
            genomes = [name for name in file if all(key in file[name] for key in VERSION_2)]
            if genomes:
                return [_version_2(file, genomes)]
            found = f"the groups {', '.join(file) or 'none'}"
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise bad(path, f"{type(error).__name__}: {error}", "a whole 10x HDF5 file") from error
    raise bad(path, found, "10x's group matrix/features (Cell Ranger 3 or later) or one group a genome (version 2)")


def _version_3(path: Path, file: Any) -> Matrix:
    group = file["matrix"]
    values = stored(path, file, "matrix", turned=True) or _sparse(group)
    text = {key: _text(group["features"][key]) for key in KEYS}
    cells = _text(group["barcodes"])
    if values.shape != (len(cells), len(text["id"])):
        message = f"a matrix of {values.shape[0]} × {values.shape[1]} beside {len(cells)} barcodes and {len(text['id'])} features"
        raise ValueError(message)
    return apart(Matrix(values, cells, text["id"], "matrix", cells_are_rows=True, symbols=text["name"]), text["feature_type"])


def _version_2(file: Any, genomes: list[str]) -> Matrix:
    """Genomes side by side over the union of their barcodes; with several genomes the genes carry them as prefix."""
    cells = list(dict.fromkeys(cell for genome in genomes for cell in _text(file[genome]["barcodes"])))
    place = {cell: number for number, cell in enumerate(cells)}
    parts, names, symbols = [], [], []
    for genome in genomes:
        group = file[genome]
        part = _sparse(group).tocoo()
        rows = np.array([place[cell] for cell in _text(group["barcodes"])])
        parts.append(sparse.csr_matrix((part.data, (rows[part.row], part.col)), shape=(len(cells), part.shape[1])))
        mark = f"{genome}_" if len(genomes) > 1 else ""
        names += [f"{mark}{name}" for name in _text(group["genes"])]
        symbols += [f"{mark}{name}" for name in _text(group["gene_names"])]
    place_name = f"the groups {', '.join(genomes)}" if len(genomes) > 1 else genomes[0]
    return Matrix(sparse.hstack(parts, format="csr"), cells, names, place_name, cells_are_rows=True, symbols=symbols)


def _sparse(group: Any) -> Any:
    """Features × barcodes by column is barcodes × features by row."""
    features, barcodes = (int(size) for size in group["shape"][:])
    return sparse.csr_matrix((group["data"][:], group["indices"][:], group["indptr"][:]), shape=(barcodes, features))


def _text(values: Any) -> list[str]:
    return [item.decode() for item in values[:]]
