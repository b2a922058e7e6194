"""Which way a matrix lies: told from the names along both axes, else as the format prescribes, else not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cells import genes

if TYPE_CHECKING:
    from assayline.cells.matrix import Matrix

ORIENTATIONS = ("cells-by-genes", "genes-by-cells")


def oriented(matrix: Matrix, asked: str | None) -> tuple[Matrix, dict[str, str], genes.Identifiers]:
    """The matrix with cells as rows, which way it stood and why, and what its genes' names are; 'unknown' when nothing tells."""
    columns = genes.identify(matrix.columns)
    if asked is None and matrix.cells_are_rows and columns.genes:
        return matrix, {"value": ORIENTATIONS[0], "basis": f"columns: {columns.basis}"}, columns
    rows = genes.identify(matrix.rows)
    if asked:
        transposed, why = asked == ORIENTATIONS[1], "as asked"
    elif columns.genes and not rows.genes:
        transposed, why = False, f"columns: {columns.basis}"
    elif rows.genes and not columns.genes:
        transposed, why = True, f"rows: {rows.basis}"
    elif rows.kind == "barcode" and columns.kind != "barcode":
        transposed, why = False, f"rows: {rows.basis}"
    elif columns.kind == "barcode" and rows.kind != "barcode":
        transposed, why = True, f"columns: {columns.basis}"
    elif matrix.symbols and genes.identify(matrix.symbols).genes:
        columns = genes.identify(matrix.symbols)
        return matrix, {"value": ORIENTATIONS[0], "basis": f"symbols beside the columns: {columns.basis}"}, columns
    elif matrix.cells_are_rows is not None:
        transposed, why = not matrix.cells_are_rows, "as the file format prescribes; the names do not tell"
    else:
        return matrix, {"value": "unknown", "basis": f"rows: {rows.basis}; columns: {columns.basis}"}, columns
    found = rows if transposed else columns
    return matrix.turned() if transposed else matrix, {"value": ORIENTATIONS[transposed], "basis": why}, found
