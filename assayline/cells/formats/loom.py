"""Loom files: genes × cells, with attributes of rows and columns; spliced and unspliced layers are carried along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

from assayline.cells.matrix import COUNT_LAYERS, KEPT_LAYERS, Matrix, bad

if TYPE_CHECKING:
    from pathlib import Path

CELLS = ("CellID", "obs_names", "cell_id", "Barcode", "barcode")
GENES = ("Accession", "GeneID", "gene_ids", "Gene", "var_names", "gene_name")
SYMBOLS = ("Gene", "Symbol", "gene_name")
STRIPE = 512


def read_loom(path: Path) -> list[Matrix]:
    """The matrices of a loom file, a counts layer before the main matrix; raises `BadInput` without names of cells and genes."""
    import h5py

    try:
        with h5py.File(path) as file:
            cells, genes = _first(file["col_attrs"], CELLS), _first(file["row_attrs"], GENES)
            symbols = _first(file["row_attrs"], SYMBOLS)
            obs = _table(file["col_attrs"], cells)
            layers = {str(name).lower(): file["layers"][name] for name in file.get("layers", {})}
            kept = {name: _turned(layers[name]) for name in KEPT_LAYERS if name in layers}
            places = [(f"layers['{name}']", layers[name]) for name in COUNT_LAYERS if name in layers]
            places.append(("matrix", file["matrix"]))
            matrices = [(place, _turned(values)) for place, values in places]
    except (OSError, KeyError, ValueError) as error:
        raise bad(path, f"{type(error).__name__}: {error}", "a whole loom file") from error
    if cells is None or genes is None:
        missing = f"no attribute of {'columns' if cells is None else 'rows'} with names"
        raise bad(path, missing, f"one of {', '.join(CELLS if cells is None else GENES)}")
    return [
        Matrix(values, cells, genes, place, cells_are_rows=True, obs=obs, symbols=symbols or [], layers=dict(kept))
        for place, values in matrices
    ]


def _first(group: Any, names: tuple[str, ...]) -> list[str] | None:
    name = next((name for name in names if name in group), None)
    if name is None:
        return None
    return [item.decode() if isinstance(item, bytes) else str(item) for item in group[name][:]]


def _table(group: Any, cells: list[str] | None) -> Any:
    import pandas

    columns = {name: group[name][:] for name in group if group[name].ndim == 1 and name not in CELLS}
    text = {name: [item.decode() for item in values] if values.dtype.kind in "SO" else values for name, values in columns.items()}
    return pandas.DataFrame(text, index=cells)


def _turned(values: Any) -> Any:
    """A dense genes × cells array as sparse cells × genes, a stripe of genes at a time."""
    stripes = [sparse.csr_matrix(np.asarray(values[start : start + STRIPE])) for start in range(0, values.shape[0], STRIPE)]
    return sparse.vstack(stripes).T.tocsr()
