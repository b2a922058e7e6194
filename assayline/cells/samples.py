"""Which cell is of which sample: from the file itself or from a table beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.cells.design import columns
from assayline.errors import BadInput, BadUsage

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.cells.matrix import Matrix

ONE = "sample"
Keys = dict[str, str | None]


def join(matrix: Matrix, metadata: Path | None, asked: Keys) -> tuple[Any, dict[str, Any], Keys]:
    """The per-cell table with a column `sample`, what that holds, and the column of every role.

    Raises `BadUsage` for a column that is not there and `BadInput` for a cell without a value in it.
    """
    import pandas

    obs = with_table(matrix, metadata)
    for role, key in asked.items():
        if key is not None:
            _whole(obs, role, key)
    keys = columns(obs, asked)
    key = keys["sample"]
    if key is None:
        obs["sample"] = pandas.Categorical([ONE] * len(obs))
        return obs, {"key": None, "count": 1, "names": [ONE], "cells": [len(obs)]}, keys
    obs["sample"] = pandas.Categorical(obs[key].astype(str))
    sizes = obs["sample"].value_counts().sort_index()
    names, cells = [str(name) for name in sizes.index], [int(size) for size in sizes]
    return obs, {"key": key, "count": len(sizes), "names": names, "cells": cells}, keys


def with_table(matrix: Matrix, metadata: Path | None) -> Any:
    """The table of a matrix's cells (rows), joined with the file beside it where there is one."""
    import pandas

    index = pandas.Index(matrix.rows, dtype=object)
    obs = matrix.obs.copy() if matrix.obs is not None else pandas.DataFrame(index=index)
    obs.index = index
    return obs if metadata is None else obs.join(_table(metadata, matrix.rows), rsuffix="_metadata")


def _whole(obs: Any, role: str, key: str) -> None:
    """Raise unless the column is there and has a value for every cell."""
    if key not in obs.columns:
        raise BadUsage(
            what=f"{role} key '{key}'",
            found=f"the columns {', '.join(map(str, obs.columns)) or 'none'}",
            expected="one of them",
            next=f"Name the column that tells {role}s apart, or leave it out.",
        )
    if obs[key].isna().any():
        lost = obs.index[obs[key].isna()][0]
        raise BadInput(
            what=f"{role} key '{key}'",
            found=f"no value for cell '{lost}'",
            expected=f"a {role} for every cell",
            next="Fill it in.",
        )


def _table(path: Path, cells: list[str]) -> Any:
    """A csv or tsv with one line a cell, its first column naming the cell."""
    import pandas

    try:
        table = pandas.read_csv(path, index_col=0, sep="\t" if ".tsv" in path.suffixes else ",")
    except (OSError, ValueError) as error:
        raise BadInput(what=path, found=str(error), expected="a table with one line a cell", next="Check the file.") from error
    table.index = table.index.astype(str)
    known = set(table.index)
    missing = [cell for cell in cells if cell not in known]
    if missing or table.index.has_duplicates:
        found = f"no line for cell '{missing[0]}' ({len(missing)} in all)" if missing else "a cell with two lines"
        raise BadInput(what=path, found=found, expected="one line for every cell of the matrix", next="Complete the table.")
    return table
