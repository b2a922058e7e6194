"""Matrices larger than memory into `.h5ad` files: cells and genes that are kept are copied block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.blocks import blocks
from assayline.errors import CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 1_000_000


def write_by_blocks(data: Any, values: Any, path: Path, cells: Any = None, genes: Any = None) -> None:
    """Write an AnnData without X with the rows and columns of `values` that are marked; X is a link to layers['counts'].

    `cells` and `genes` are boolean arrays over the rows and columns of `values`; `data` has only those that are kept. The file is
    whole or absent; raises `CannotWrite`.
    """
    import h5py

    part = path.with_name(f".{path.name}.part")
    try:
        data.write_h5ad(part)
        with h5py.File(part, "a") as file:
            group = file["layers"].create_group("counts")
            group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array(data.shape)})
            _copy(group, values, cells, genes)
            if "X" in file:
                del file["X"]
            file["X"] = h5py.SoftLink("/layers/counts")
        part.replace(path)
    except OSError as error:
        raise CannotWrite(file=path, found=error.strerror or error) from error
    finally:
        part.unlink(missing_ok=True)


def _copy(group: Any, values: Any, cells: Any, genes: Any) -> None:
    options: dict[str, Any] = {"maxshape": (None,), "chunks": (CHUNK,), "compression": "gzip", "compression_opts": 1}
    data = group.create_dataset("data", shape=(0,), dtype=np.float32, **options)
    indices = group.create_dataset("indices", shape=(0,), dtype=np.int32, **options)
    starts = [np.zeros(1, dtype=np.int64)]
    end = 0
    for first, block in blocks(values):
        part = block if cells is None else block[np.flatnonzero(cells[first : first + block.shape[0]])]
        part = part if genes is None else part[:, np.flatnonzero(genes)]
        size = end + len(part.data)
        data.resize((size,))
        indices.resize((size,))
        data[end:size] = np.rint(part.data)
        indices[end:size] = part.indices
        starts.append(part.indptr[1:].astype(np.int64) + end)
        end = size
    group.create_dataset("indptr", data=np.concatenate(starts))
