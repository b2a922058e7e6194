"""Plates: names of wells, sizes of plates, matrices in a grid, elapsed times."""

from __future__ import annotations

import pytest

from allotrope.families.matrix import matrix
from allotrope.families.plate import (
    plain_well,
    plate_columns,
    row_index,
    row_letters,
    seconds,
    split_well,
    well_count,
    well_count_of,
)
from allotrope.grid import Grid
from allotrope.record import MAPPED
from allotrope.values import Locale


def test_rows_have_one_letter_then_two() -> None:
    """A … Z, AA … AV, there and back; nothing else is a row."""
    assert [row_letters(at) for at in (0, 25, 26, 47)] == ["A", "Z", "AA", "AV"]
    assert all(row_index(row_letters(at)) == at for at in range(48))
    assert [row_index(text) for text in ("", "AW", "1", "Abs", "a")] == [None, None, None, None, 0]


@pytest.mark.parametrize(("text", "place"), [("A1", (0, 1)), ("h012", (7, 12)), ("AF48", (31, 48)), ("A0", None), ("12", None)])
def test_wells_are_split_or_refused(text: str, place: tuple[int, int] | None) -> None:
    """Row and column of a well in any padding."""
    assert split_well(text) == place
    assert place is not None or plain_well(text) == text


def test_well_counts_are_those_of_real_plates() -> None:
    """Rounded up to the next plate; from the furthest row and column, not from the number of wells."""
    assert [well_count(wells) for wells in (5, 72, 97, 385, 5000)] == [6, 72, 384, 1536, 5000]
    assert well_count_of(["A1", "B12", "H2"]) == 96
    assert well_count_of(["Average", ""]) is None


def test_a_matrix_ends_where_its_rows_end() -> None:
    """A line without letters continues the row above; a foreign line ends the matrix; what decided locations is mapped."""
    rows = [["", "01", "02", ""], ["A", "1.5", "", "OD"], ["", "2.5", "3.5", "Blank"], ["B", "4", "5", "OD"], ["Curve", "A", "B"]]
    grid = Grid("", rows, Locale())
    found = matrix(grid, 0, continued=True)
    assert found is not None
    assert [(well, cell.text) for well, cell in found.wells() if cell] == [
        ("A1", "1.5"), ("A1", "2.5"), ("A2", "3.5"), ("B1", "4"), ("B2", "5"),
    ]  # fmt: skip
    assert (found.end, found.well_count) == (4, 4)
    found.structure()
    assert [place for place, fate in enumerate(grid.fates) if fate == MAPPED] == [1, 2, 4, 8, 12]
    assert matrix(grid, 1) is None
    assert plate_columns(grid, 4) == {}


TIMES = [("1:02:03", 3723.0), ("0:30", 30.0), ("2:0.5", 120.5), ("12", None), ("1:x", None)]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_elapsed_times(text: str, expected: float | None) -> None:
    """Hours, minutes, seconds, or minutes and seconds; nothing else."""
    assert seconds(text) == expected
