"""Plate-shaped matrices found in a grid: a row of column numbers, then lines that begin with row letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.families.plate import plate_columns, row_index, well_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.grid import Grid
    from allotrope.record import Cell


@dataclass(frozen=True, slots=True)
class Matrix:
    """A plate laid out in a grid: the header's row, grid column → plate column, and (grid row, row letters) for every line."""

    grid: Grid
    header: int
    columns: dict[int, int]
    lines: list[tuple[int, str]]
    letters: int = 0
    """The grid column of the row letters."""

    @property
    def end(self) -> int:
        """The grid row after the last line."""
        return self.lines[-1][0] + 1 if self.lines else self.header + 1

    @property
    def well_count(self) -> int:
        """The smallest plate that has as many rows and columns; of a part of a plate, that reaches its last column."""
        return well_count(len({letters for _, letters in self.lines}) * max(self.columns.values()))

    def line(self, row: int, letters: str, label: str = "") -> Iterator[tuple[str, Cell]]:
        """The wells of one line with their cells, empty ones too."""
        for column, at in self.columns.items():
            yield f"{letters}{at}", self.grid.at(row, column, label)

    def wells(self, label: str = "") -> Iterator[tuple[str, Cell]]:
        """Every well with its cell, row by row."""
        for row, letters in self.lines:
            yield from self.line(row, letters, label)

    def structure(self) -> None:
        """Mark column numbers and row letters as structure: they decided the locations."""
        for column in self.columns:
            self.grid.at(self.header, column).mapped()
        for row, _ in self.lines:
            self.grid.at(row, self.letters).mapped()


def matrix(grid: Grid, header: int, *, letters: int = 0, continued: bool = False, as_written: bool = False) -> Matrix | None:
    """The matrix whose column numbers stand in the row `header`, right of the column of row letters; None where there is none.

    With `continued`, a line without letters that is not blank belongs to the row above it; with `as_written`, letters stay in
    lower case where a plate of 1536 wells goes on that way after Z.
    """
    columns = plate_columns(grid, header, letters + 1)
    if not columns:
        return None
    lines: list[tuple[int, str]] = []
    for row in range(header + 1, len(grid.rows)):
        name = grid.text(row, letters) if as_written else grid.text(row, letters).upper()
        if not name and continued and lines and not grid.blank(row):
            name = lines[-1][1]
        if row_index(name) is None:
            break
        lines.append((row, name))
    return Matrix(grid, header, columns, lines, letters) if lines else None
