"""Plate-shaped matrices found in a grid: a row of column numbers, then lines that begin with row letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.families.plate import plate_columns, row_index, well_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source


MOST_ODD = 3
"""Rows on end that a matrix may hold which are no lines of it: blank ones, remarks, lines that lost their letters."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A plate laid out in a grid: the header's row, grid column → plate column, and (grid row, row letters) for every line."""

    grid: Grid
    header: int
    columns: dict[int, int]
    lines: list[tuple[int, str]]
    letters: int = 0
    """The grid column of the row letters."""
    odd: list[int] = field(default_factory=list)
    """Grid rows between the lines that hold something and are no lines: they have no row letters."""

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

    def tell(self, source: Source) -> None:
        """Find a warning for every odd row."""
        tell_odd(source, self.grid, self.odd)

    def structure(self) -> None:
        """Mark column numbers and row letters as structure: they decided the locations of filled wells."""
        self.unused()
        filled = [column for column in self.columns if any(self.grid.text(row, column) for row, _ in self.lines)]
        for column in filled:
            self.grid.at(self.header, column).mapped()
        for row, _ in self.lines:
            if any(self.grid.text(row, column) for column in filled):
                self.grid.at(row, self.letters).mapped()

    def unused(self) -> None:
        """Ignore column numbers and row letters of empty columns and rows."""
        empty = [(self.header, at) for at in self.columns if not any(self.grid.text(row, at) for row, _ in self.lines)]
        empty += [(row, self.letters) for row, _ in self.lines if not any(self.grid.text(row, at) for at in self.columns)]
        for place in empty:
            cell = self.grid.at(*place)
            if cell:
                cell.ignore("row or column of a plate without values")


def tell_odd(source: Source, grid: Grid, rows: Iterable[int]) -> None:
    """Find a warning for every row of a plate that lacks its row letters."""
    for row in rows:
        message = "a row without row letters within a plate is kept, not converted"
        source.find("odd-row", message, grid.cells(row)[0].where, "warning")


def matrix(
    grid: Grid, header: int, *, letters: int = 0, last: int | None = None, continued: bool = False, as_written: bool = False
) -> Matrix | None:
    """The matrix whose column numbers stand in the row `header`, right of the column of row letters; None where there is none.

    It ends before the row `last`. With `continued`, a line without letters belongs to the row above it, unless that has a line
    with the same text right of the wells: then its letters are lost, and nobody knows whose it is. With `as_written`, letters
    stay in lower case where a plate of 1536 wells goes on that way after Z. A few blank or odd rows do not end the matrix where
    the row letters go on below them; they are no lines of it, and what they hold stays unread.
    """
    columns = plate_columns(grid, header, letters + 1)
    if not columns:
        return None
    found = Matrix(grid, header, columns, [], letters)
    row, last, labels = header + 1, len(grid.rows) if last is None else last, set[str]()
    while row < last:
        name = grid.text(row, letters) if as_written else grid.text(row, letters).upper()
        label = grid.text(row, max(columns) + 1)
        if row_index(name) is not None:
            found.lines.append((row, name))
            labels = {label}
        elif not name and continued and found.lines and label not in labels and not grid.blank(row):
            found.lines.append((row, found.lines[-1][1]))
            labels.add(label)
        else:
            following = _resumed(found, row, last)
            if following is None:
                break
            found.odd.extend(at for at in range(row, following) if not grid.blank(at))
            row = following - 1
        row += 1
    return found if found.lines else None


def _resumed(found: Matrix, row: int, last: int) -> int | None:
    """The row in which a matrix goes on after a few that are none of its lines: its letters follow those above."""
    grid, odd = found.grid, 0
    before = _order(found.lines[-1][1]) if found.lines else -1
    for at in range(row, last):
        name = grid.text(at, found.letters)
        if row_index(name) is not None:
            return at if _order(name) > before and any(grid.text(at, column) for column in found.columns) else None
        nameless = not name and not grid.blank(at)
        odd += not nameless
        if odd > MOST_ODD or _is_header(plate_columns(grid, at, found.letters + 1), found.columns):
            return None
    return None


def _is_header(columns: dict[int, int], known: dict[int, int]) -> bool:
    """Whether numbers in a row are those of columns, and no values that happen to rise."""
    return bool(columns) and (columns == known or list(columns.values()) == list(range(1, max(len(columns), 3) + 1)))


def _order(letters: str) -> int:
    """The place of row letters in a plate; lower case goes on after Z."""
    return (row_index(letters) or 0) + (26 if letters.islower() else 0)
