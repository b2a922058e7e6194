"""One matrix as it stands in a file, with everything that a format says beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

from assayline.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EXPRESSION = "Gene Expression"
COUNT_LAYERS = ("counts", "raw_counts", "umi")
KEPT_LAYERS = ("spliced", "unspliced", "ambiguous")
KEPT_OBSM = ("spatial", "antibody_capture", "peaks")  # what models read there


@dataclass(slots=True)
class Modality:
    """Features of another kind than gene expression: `values` (cells × features, CSR), as measured on the same cells."""

    kind: str
    names: list[str]
    values: Any


@dataclass(slots=True)
class Matrix:
    """`values` (rows × columns) is a CSR matrix or, where it is large, `blocks.Stored`; names, and the place it was read from.

    `layers` (spliced, unspliced …) and `obsm` (coordinates, proteins, peaks) belong to the same cells and are carried along.
    """

    values: Any
    rows: list[str]
    columns: list[str]
    place: str
    cells_are_rows: bool | None = None
    obs: Any = None
    symbols: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[Modality] = field(default_factory=list)
    layers: dict[str, Any] = field(default_factory=dict)
    obsm: dict[str, Any] = field(default_factory=dict)

    def turned(self) -> Matrix:
        """The same with rows and columns exchanged, as cells × genes."""
        from assayline.cells.blocks import loaded

        layers = {name: layer.T.tocsr() for name, layer in self.layers.items()}
        values = loaded(self.values).T.tocsr()
        return Matrix(values, self.columns, self.rows, self.place, cells_are_rows=True, notes=self.notes, layers=layers)

    def only(self, columns: Any) -> Matrix:
        """The same cells with these columns (indices) in this order; values have to be in memory."""
        picked = [int(index) for index in columns]
        symbols = [self.symbols[index] for index in picked] if self.symbols else []
        layers = {name: layer[:, picked] for name, layer in self.layers.items()}
        return Matrix(
            self.values[:, picked], self.rows, [self.columns[index] for index in picked], self.place, self.cells_are_rows,
            self.obs, symbols, self.notes, self.others, layers, self.obsm,
        )  # fmt: skip


def apart(matrix: Matrix, kinds: Sequence[str]) -> Matrix:
    """Gene expression as the matrix itself, every other kind of feature as a modality of its own, with a note."""
    if all(kind == EXPRESSION for kind in kinds):
        return matrix
    from assayline.cells.blocks import loaded

    matrix.values = loaded(matrix.values)
    label = np.array(kinds, dtype=object)
    for kind in sorted(set(kinds) - {EXPRESSION}):
        own = np.flatnonzero(label == kind)
        names = [(matrix.symbols or matrix.columns)[index] for index in own]
        matrix.others.append(Modality(kind, names, matrix.values[:, own]))
    others = ", ".join(f"{len(other.names)} {other.kind}" for other in matrix.others)
    matrix.notes.append(f"features of other kinds are kept apart from the genes: {others}")
    return matrix.only(np.flatnonzero(label == EXPRESSION))


def csr(values: Any) -> Any:
    """Any array as CSR in its own number type."""
    return values.tocsr() if sparse.issparse(values) else sparse.csr_matrix(np.asarray(values))


def opened(path: Path) -> Path:
    """The path, once it is known to be a file that can be read; raises `BadInput`."""
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise bad(path, error.strerror or str(error), "a readable file") from error


def bad(what: object, found: str, expected: str, step: str = "Nothing was written.") -> BadInput:
    """The error of an input that cannot be used."""
    return BadInput(what=what, found=found, expected=expected, next=step)
