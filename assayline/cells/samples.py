"""Which cell is of which sample: from the file itself or from a table beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.errors import BadInput, BadUsage

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.cells.read import Matrix

ONE = "sample"


def join(matrix: Matrix, key: str | None, metadata: Path | None) -> tuple[Any, dict[str, Any]]:
    """The per-cell table with a column `sample`, and where that came from; raises `BadUsage` for a column that is not there."""
    import pandas

    index = pandas.Index(matrix.rows, dtype=object)
    obs = matrix.obs.copy() if matrix.obs is not None else pandas.DataFrame(index=index)
    obs.index = index
    if metadata is not None:
        obs = obs.join(_table(metadata, matrix.rows), rsuffix="_metadata")
    if key is None:
        obs["sample"] = pandas.Categorical([ONE] * len(obs))
        return obs, {"key": None, "count": 1, "names": [ONE], "cells": [len(obs)]}
    if key not in obs.columns:
        raise BadUsage(
            what=f"sample key '{key}'",
            found=f"the columns {', '.join(map(str, obs.columns)) or 'none'}",
            expected="one of them",
            next="Name the column that tells samples apart, or leave it out if all cells are of one sample.",
        )
    if obs[key].isna().any():
        lost = obs.index[obs[key].isna()][0]
        raise BadInput(
            what=f"sample key '{key}'",
            found=f"no value for cell '{lost}'",
            expected="a sample for every cell",
            next="Fill it in.",
        )
    obs["sample"] = pandas.Categorical(obs[key].astype(str))
    sizes = obs["sample"].value_counts().sort_index()
    return obs, {
        "key": key,
        "count": len(sizes),
        "names": [str(name) for name in sizes.index],
        "cells": [int(size) for size in sizes],
    }


def _table(path: Path, cells: list[str]) -> Any:
    """A csv or tsv with one line a cell, its first column naming the cell."""
    import pandas

    try:
        table = pandas.read_csv(path, index_col=0, sep="\t" if ".tsv" in path.suffixes else ",")
    except (OSError, ValueError) as error:
        raise BadInput(what=path, found=str(error), expected="a table with one line a cell", next="Check the file.") from error
    table.index = table.index.astype(str)
    missing = [cell for cell in cells if cell not in set(table.index)] if not set(cells) <= set(table.index) else []
    if missing or table.index.has_duplicates:
        found = f"no line for cell '{missing[0]}' ({len(missing)} in all)" if missing else "a cell with two lines"
        raise BadInput(what=path, found=found, expected="one line for every cell of the matrix", next="Complete the table.")
    return table
