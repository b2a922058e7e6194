"""Plates: rows A, B …, columns 1, 2 …, names of wells, and the well counts of real plates."""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import TYPE_CHECKING

from allotrope.values import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.grid import Grid

SHAPES = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48), 3456: (48, 72)}
"""Rows and columns of plates by their wells."""
WELL_COUNTS = (1, 2, 4, 6, 8, 12, 24, 48, 72, 96, 384, 1536, 3456)
_WELL = re.compile(r"([A-Za-z]{1,2}) ?0*([1-9]\d?)")
_LETTERS = re.compile(r"[A-Z]|A[A-V]")
_COLUMN = re.compile(r"0*([1-9]\d?)")


def well_count(wells: int) -> int:
    """The smallest plate that holds so many wells; beyond the largest, the number itself."""
    return next((count for count in WELL_COUNTS if wells <= count), wells)


def well_count_of(locations: Iterable[str]) -> int | None:
    """The smallest plate that reaches the furthest row and column of these wells (`A1`, `P24`); None without any well."""
    places = [place for place in map(split_well, locations) if place is not None]
    if not places:
        return None
    return well_count((max(row for row, _ in places) + 1) * max(column for _, column in places))


def row_letters(index: int) -> str:
    """The name of a row counted from 0: A … Z, AA … AV."""
    return ascii_uppercase[index] if index < 26 else "A" + ascii_uppercase[index - 26]


def row_index(letters: str) -> int | None:
    """A row's place counted from 0, or None where the text names no row of a plate."""
    if not _LETTERS.fullmatch(letters.upper()):
        return None
    return ascii_uppercase.index(letters[-1].upper()) + 26 * (len(letters) - 1)


def split_well(location: str) -> tuple[int, int] | None:
    """Row (from 0) and column (from 1) of a well named `A1`, `A01` or `AB12`; None for anything else."""
    found = _WELL.fullmatch(location.strip())
    row = row_index(found[1]) if found else None
    return None if found is None or row is None else (row, int(found[2]))


def well_name(row: int, column: int) -> str:
    """`A1` for row 0, column 1."""
    return f"{row_letters(row)}{column}"


def plain_well(location: str) -> str:
    """A well without padding: `A1` for `A01`; what is no well stays as it is."""
    place = split_well(location)
    return location if place is None else well_name(*place)


def plate_columns(grid: Grid, row: int, first: int = 1) -> dict[int, int]:
    """Grid column → plate column under a header `1 2 3 …` that starts at the grid column `first`; empty where it is none.

    Columns that were left out of the export leave gaps. Numbers that start above 1 are a header where the line below begins
    with the letters of a row.
    """
    below = grid.text(row + 1, first - 1) if row + 1 < len(grid.rows) else ""
    lettered = row_index(below) is not None
    columns: dict[int, int] = {}
    last = 0
    for column in range(first, grid.width):
        found = _COLUMN.fullmatch(grid.text(row, column))
        if not found or int(found[1]) <= last or not (columns or lettered or int(found[1]) == 1):
            break
        columns[column] = last = int(found[1])
    return columns


def seconds(text: str) -> float | None:
    """Seconds of an elapsed time such as `1:02:03` or `02:03.5`; None for anything else."""
    parts = [number(part) for part in text.strip().split(":")]
    if len(parts) not in (2, 3) or None in parts:
        return None
    total = 0.0
    for part in parts:
        total = total * 60 + float(part or 0)
    return total
