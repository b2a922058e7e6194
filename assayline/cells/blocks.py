"""Matrices by blocks of rows, in memory or on disk alike, so that what is computed once over them needs little memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGE = 150_000_000  # stored values (about 1.2 GB) above which a matrix stays on disk
BLOCK = 8_000_000  # stored values of one block
CACHE = 1 << 24  # bytes of compressed chunks kept open, so that the chunk in which two blocks meet is unpacked once
NEAR = 2_000_000  # stored values between two wanted rows that are read along, as a compressed chunk would be anyway


@dataclass(frozen=True, slots=True)
class Stored:
    """A CSR matrix (rows × columns) in a file: `data` and `indices` are read by pieces, only `starts` (indptr) is in memory."""

    path: Path
    key: str
    shape: tuple[int, int]
    starts: Any

    def blocks(self, size: int) -> Iterator[tuple[int, Any]]:
        """Consecutive blocks of rows with the number of their first row."""
        with _open(self.path) as root:
            data, indices = root[f"{self.key}/data"], root[f"{self.key}/indices"]
            for first, last in _cuts(self.starts, size):
                begin, end = int(self.starts[first]), int(self.starts[last])
                yield first, _csr(data[begin:end], indices[begin:end], self.starts[first : last + 1] - begin, self.shape[1])

    def rows(self, wanted: Any, size: int, *, places_only: bool = False) -> Iterator[Any]:
        """Only the rows marked in a boolean array, by blocks; what lies near together is read in one piece, each piece once.

        With `places_only` every stored value is given as 1 and the values themselves are not read.
        """
        places = np.flatnonzero(wanted)
        if not len(places):
            return
        gaps = self.starts[places[1:]] - self.starts[places[:-1] + 1]
        pieces = np.split(places, np.flatnonzero(gaps > NEAR) + 1)
        with _open(self.path) as root:
            data, indices = root[f"{self.key}/data"], root[f"{self.key}/indices"]
            for piece in pieces:
                top, end = int(piece[0]), int(piece[-1]) + 1
                for one, other in _cuts(self.starts[top : end + 1], size):
                    part = self.starts[top + one : top + other + 1]
                    span = slice(int(part[0]), int(part[-1]))
                    own = np.ones(span.stop - span.start, np.int8) if places_only else data[span]
                    block = _csr(own, indices[span], part - part[0], self.shape[1])
                    yield block[np.flatnonzero(wanted[top + one : top + other])]


def stored(path: Path, root: Any, key: str, *, turned: bool = False) -> Stored | None:
    """A handle to a matrix of an open file that is too large for memory, if it is stored by rows; else None.

    `turned` says that the file stores columns of the transposed matrix, as 10x does, which is the same.
    """
    group = root[key]
    if not hasattr(group, "keys") or "indptr" not in group or group["data"].shape[0] <= LARGE:
        return None
    if not turned and str(group.attrs.get("encoding-type", "")) != "csr_matrix":
        return None
    size = group["shape"][:] if turned else group.attrs["shape"]
    shape = (int(size[1]), int(size[0])) if turned else (int(size[0]), int(size[1]))
    return Stored(path, key, shape, group["indptr"][:].astype(np.int64))


def blocks(values: Any, size: int = 0) -> Iterator[tuple[int, Any]]:
    """Blocks of rows of a CSR matrix or a `Stored` one, with the number of their first row; views where it is in memory."""
    size = size or BLOCK
    if isinstance(values, Stored):
        yield from values.blocks(size)
        return
    for first, last in _cuts(values.indptr, size):
        begin, end = int(values.indptr[first]), int(values.indptr[last])
        starts = values.indptr[first : last + 1] - begin
        yield first, _csr(values.data[begin:end], values.indices[begin:end], starts, values.shape[1])


def marked_rows(values: Any, wanted: Any, *, places_only: bool = False) -> Iterator[Any]:
    """The rows marked in a boolean array as CSR blocks, in order; `places_only` as in `Stored.rows`, where it saves time."""
    if isinstance(values, Stored):
        yield from values.rows(wanted, BLOCK, places_only=places_only)
    elif wanted.any():
        yield values[np.flatnonzero(wanted)]


def loaded(values: Any) -> Any:
    """The matrix in memory."""
    if not isinstance(values, Stored):
        return values
    return sparse.vstack([block for _, block in values.blocks(BLOCK)], format="csr")


def _cuts(starts: Any, size: int) -> Iterator[tuple[int, int]]:
    """First and last row of blocks that hold about `size` values and at least one row."""
    first, rows = 0, len(starts) - 1
    while first < rows:
        last = int(np.searchsorted(starts, starts[first] + size, side="right")) - 1
        last = min(rows, max(first + 1, last))
        yield first, last
        first = last


def _csr(data: Any, indices: Any, starts: Any, columns: int) -> Any:
    """A CSR matrix from its parts without looking through them."""
    matrix = sparse.csr_matrix((len(starts) - 1, columns), dtype=data.dtype)
    matrix.data, matrix.indices, matrix.indptr = data, indices, starts
    return matrix


def _open(path: Path) -> Any:
    """A file of HDF5 or a zarr folder, as a context."""
    if path.is_dir():
        from contextlib import nullcontext

        import zarr

        return nullcontext(zarr.open_group(path, mode="r"))
    import h5py

    return h5py.File(path, rdcc_nbytes=CACHE)
