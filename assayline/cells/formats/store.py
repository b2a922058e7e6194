"""AnnData on disk, as `.h5ad` (HDF5) or as a zarr folder: a counts layer, then `raw`, then `X`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from assayline.cells.blocks import stored
from assayline.cells.matrix import COUNT_LAYERS, KEPT_LAYERS, KEPT_OBSM, Matrix, bad, csr

if TYPE_CHECKING:
    from pathlib import Path

UNREADABLE = (OSError, KeyError, ValueError)


def read_h5ad(path: Path) -> list[Matrix]:
    """The matrices of an AnnData file, the likeliest counts first; large ones stay on disk."""
    import h5py

    try:
        with h5py.File(path) as file:
            if "encoding-type" in file.attrs:
                return _matrices(file, path)
    except UNREADABLE as error:
        raise bad(path, f"{type(error).__name__}: {error}", "a readable AnnData file") from error
    return _legacy(path)


def read_zarr(path: Path) -> list[Matrix]:
    """The matrices of an AnnData zarr folder, the likeliest counts first; large ones stay on disk."""
    import zarr

    try:
        return _matrices(zarr.open_group(path, mode="r"), path)
    except UNREADABLE as error:
        raise bad(path, f"{type(error).__name__}: {error}", "a readable AnnData zarr folder") from error


def _matrices(root: Any, path: Path) -> list[Matrix]:
    """Read by element, so that nothing is read that is not needed; old files go through anndata's own reader."""
    from anndata.io import read_elem

    obs, var = read_elem(root["obs"]), read_elem(root["var"])
    names = list(root["layers"]) if "layers" in root else []
    layers = {str(name).lower(): name for name in names}
    kept = {name: csr(read_elem(root["layers"][layers[name]])) for name in KEPT_LAYERS if name in layers}
    beside = {name: read_elem(root["obsm"][name]) for name in KEPT_OBSM if "obsm" in root and name in root["obsm"]}
    places = [(f"layers/{layers[name]}", f"layers['{layers[name]}']", var) for name in COUNT_LAYERS if name in layers]
    if "raw" in root and "X" in root["raw"]:
        places.append(("raw/X", "raw.X", read_elem(root["raw"]["var"])))
    if "X" in root and root["X"].attrs.get("encoding-type") != "null":
        places.append(("X", "X", var))
    found = []
    for key, place, features in places:
        own = {} if place == "raw.X" else kept
        values = stored(path, root, key) or csr(read_elem(root[key]))
        found.append(_matrix(values, obs, features, place, own, beside))
    return found or _nothing(path)


def _legacy(path: Path) -> list[Matrix]:
    import warnings

    import anndata

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = anndata.read_h5ad(path)
    except UNREADABLE as error:
        raise bad(path, f"{type(error).__name__}: {error}", "a readable AnnData file") from error
    places = [(data.layers[name], data.var, f"layers['{name}']") for name in data.layers if str(name).lower() in COUNT_LAYERS]
    if data.raw is not None:
        places.append((data.raw.X, data.raw.var, "raw.X"))
    if data.X is not None:
        places.append((data.X, data.var, "X"))
    return [_matrix(csr(values), data.obs, var, place, {}, {}) for values, var, place in places] or _nothing(path)


def _matrix(values: Any, obs: Any, var: Any, place: str, layers: dict[str, Any], obsm: dict[str, Any]) -> Matrix:
    names = [str(name) for name in obs.index]
    return Matrix(
        values, names, [str(name) for name in var.index], place, cells_are_rows=True, obs=obs,
        symbols=_symbols(var), layers=dict(layers), obsm=dict(obsm),
    )  # fmt: skip


def _symbols(var: Any) -> list[str]:
    """Symbols that stand beside identifiers, under the names that scanpy, CELLxGENE and others use."""
    for name in ("symbol", "gene_symbols", "gene_symbol", "feature_name", "gene_name", "gene_names", "Symbol"):
        if name in var and not var[name].isna().any():
            return [str(text) for text in var[name]]
    return []


def _nothing(path: Path) -> NoReturn:
    raise bad(path, "neither X, raw nor a counts layer", "a matrix")
