"""10x folders: matrix.mtx, barcodes.tsv and features.tsv (Cell Ranger 3, STARsolo) or genes.tsv (version 2), plain or gzipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.cells.formats.delimited import lines_of
from assayline.cells.matrix import EXPRESSION, Matrix, apart, bad, csr

if TYPE_CHECKING:
    from pathlib import Path

PARTS = {"matrix": ("matrix.mtx",), "barcodes": ("barcodes.tsv",), "features": ("features.tsv", "genes.tsv")}


def read_mtx(path: Path) -> list[Matrix]:
    """The matrix of a folder, or of its only sub-folder with one; genes for analysis, other features kept apart."""
    from scipy.io import mmread

    places = _places(path)
    cells = [fields[0] for _, fields in lines_of(places["barcodes"], "\t")]
    features = [fields for _, fields in lines_of(places["features"], "\t")]
    try:
        values = csr(mmread(places["matrix"], spmatrix=False).T)
    except (OSError, ValueError, EOFError) as error:
        raise bad(places["matrix"], str(error), "a whole Matrix Market file") from error
    if values.shape != (len(cells), len(features)):
        found = f"a matrix of {values.shape[1]} × {values.shape[0]}"
        raise bad(path, found, f"{len(features)} features × {len(cells)} barcodes")
    kinds = [fields[2] if len(fields) > 2 else EXPRESSION for fields in features]
    symbols = [fields[1] if len(fields) > 1 else fields[0] for fields in features]
    names = [fields[0] for fields in features]
    return [apart(Matrix(values, cells, names, "matrix.mtx", cells_are_rows=True, symbols=symbols), kinds)]


def _places(path: Path) -> dict[str, Path]:
    """The three files; a prefix before their names (`GSM1_matrix.mtx.gz`) and version 2's folder a genome are understood."""
    marks = {found.name.partition("matrix.mtx")[0] for found in path.glob("*matrix.mtx*")} or {""}
    if marks == {""} and not any(path.glob("matrix.mtx*")):
        inner = [folder for folder in sorted(path.iterdir()) if folder.is_dir() and any(folder.glob("*matrix.mtx*"))]
        if len(inner) == 1:
            return _places(inner[0])
        if inner:
            listed = ", ".join(folder.name for folder in inner)
            raise bad(path, f"several matrices ({listed})", "one", "Name one of these folders, or list them in a sheet.")
    if len(marks) > 1:
        raise bad(path, f"several matrices ({', '.join(sorted(marks))})", "one matrix a folder", "Give each a folder of its own.")
    mark = marks.pop()
    places = {}
    for part, names in PARTS.items():
        choices = [path / f"{mark}{name}{suffix}" for name in names for suffix in ("", ".gz")]
        present = [choice for choice in choices if choice.is_file()]
        if not present:
            raise bad(path, f"no {choices[0].name}", "the files matrix.mtx, barcodes.tsv and features.tsv of a 10x folder")
        places[part] = present[0]
    return places
