"""Reading count matrices: which format a path is, and the matrices in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cells.formats.delimited import delimiter_of, read_delimited
from assayline.cells.matrix import bad, opened

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.cells.matrix import Matrix

FORMATS = "a .csv, .tsv or .txt table (also .gz), .h5ad, .loom or 10x .h5 file, a .zarr folder or a 10x mtx folder"
MAGIC_HDF5 = b"\x89HDF\r\n\x1a\n"


def read(path: Path) -> list[Matrix]:
    """The matrices of a file, the likeliest counts first; raises `BadInput` when it cannot be read as any supported format."""
    if path.is_dir():
        if any((path / name).is_file() for name in (".zgroup", "zarr.json")):
            from assayline.cells.formats.store import read_zarr

            return read_zarr(path)
        from assayline.cells.formats.tenx_mtx import read_mtx

        return read_mtx(path)
    delimiter = delimiter_of(path)
    if delimiter:
        return read_delimited(path, delimiter)
    suffix = path.suffix.lower()
    if suffix in (".h5ad", ".h5", ".loom"):
        with opened(path).open("rb") as stream:
            if stream.read(len(MAGIC_HDF5)) != MAGIC_HDF5:
                raise bad(path, "a file that does not start as HDF5 does", f"an HDF5 file, as {suffix} says")
        return _hdf5(path, suffix)
    raise bad(opened(path), f"the suffix '{path.suffix}'", FORMATS)


def _hdf5(path: Path, suffix: str) -> list[Matrix]:
    if suffix == ".h5ad":
        from assayline.cells.formats.store import read_h5ad

        return read_h5ad(path)
    if suffix == ".loom":
        from assayline.cells.formats.loom import read_loom

        return read_loom(path)
    from assayline.cells.formats.tenx_h5 import read_10x_h5

    return read_10x_h5(path)
