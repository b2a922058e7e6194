"""Grids: rows of any length, tables wider than their filled part, pairs without a value column."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import pytest

import allotrope
from allotrope.envelope import unread_runs
from allotrope.errors import TooLarge
from allotrope.grid import PLAIN_WIDTH, Grid, Table, Turned
from allotrope.labels import fold, free, told_apart
from allotrope.record import KEPT, MAPPED
from allotrope.regions import regions
from allotrope.values import Locale


def test_empty_ends_of_long_rows_are_no_cells() -> None:
    """The grid is as wide as its last filled cell; short rows stay as read, and typed zeros are no empty fields."""
    long = ["a", *[""] * 9_999]
    grid = Grid("", [long, ["b", "", ""], [*[""] * 99, 0, *[""] * 500], [*[""] * 80, "  ", ""]], Locale())
    assert [len(row) for row in grid.rows] == [PLAIN_WIDTH, 3, 100, PLAIN_WIDTH]
    assert (grid.width, grid.rows[2][-1], len(long)) == (100, 0, 10_000)
    assert [grid.where(place) for place in range(len(grid.fates)) if grid.filled(place)] == [
        "line 1 field 1", "line 2 field 1", "line 3 field 100",
    ]  # fmt: skip


def test_turned_rows_are_the_same_however_they_are_laid_out() -> None:
    """Columns that few rows reach hold what their rows hold."""
    rows = [["a", "b"], ["c"], ["d", "e"], ["f"], [*"gh", "", *"ij"], ["k", "l"]]
    turned = Turned(rows)
    assert (turned.width, len(turned.columns)) == (5, 2)
    for column in range(6):
        assert list(turned.column(column)) == [row[column] if column < len(row) else None for row in rows]
    assert turned.used() == [0, 1, 3, 4]
    assert (Turned([]).used(), Turned([[]]).width) == ([], 0)


def test_regions_and_unread_runs_of_a_ragged_grid() -> None:
    """One long row among short ones: each region at its place, a gap between columns parts regions, none is doubled."""
    rows = [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h", *[""] * 9_000, "x", "y", "", "z"]]
    grid = Grid("", rows, Locale())
    table = Table(grid, 0, 1, 4)
    assert table.labels() == ["a", "b", "column MHG", "column MHH", "column MHJ"]
    assert [(where, len(handles)) for where, handles in unread_runs(grid)] == [
        ("line 1 field 1", 2), ("line 2 field 1", 2), ("line 3 field 1", 2), ("line 4 field 1", 2), ("line 4 field 9003", 2),
        ("line 4 field 9006", 1),
    ]  # fmt: skip
    grid.fates = bytearray([MAPPED]) * len(grid.fates)
    grid.fates[3 * grid.width + 9_002] = KEPT
    assert regions(grid) == [
        ("lines 1-4 fields 1-2", MAPPED, 8),
        ("line 4 field 9003", KEPT, 1),
        ("line 4 field 9004", MAPPED, 1),
        ("line 4 field 9006", MAPPED, 1),
    ]


def test_a_long_row_changes_no_document(shared) -> None:
    """A thousand empty fields behind every row leave document and ledger as they were."""
    data = (shared / "corpus" / "beckman_vi_cell_blu" / "01" / "Beckman_Vi-Cell-BLU_example01.csv").read_bytes()
    wide = b"\r\n".join(line + b"," * 10_000 for line in data.splitlines())
    plain, padded = (allotrope.convert(named(content)) for content in (data, wide))
    assert plain.ledger == padded.ledger
    body, other = (next(value for key, value in one.asm.items() if key[0] != "$") for one in (plain, padded))
    assert len(body["cell counting document"]) == len(other["cell counting document"]) > 0


def named(data: bytes) -> io.BytesIO:
    """A stream with the name of a file."""
    stream = io.BytesIO(data)
    stream.name = "a.csv"
    return stream


def test_a_table_that_is_too_large_names_its_file() -> None:
    """The file comes first, then the sheet or member."""
    rows = [[""]] * 3_000 + [["x"] * 100_000]
    with pytest.raises(TooLarge, match=r"^run\.xlsx: the whole table 'Results': found 3001 rows by 100000 columns"):
        Grid("Results", rows, Locale(), sheet=True, file="run.xlsx")


def test_pairs_without_a_value_column_settle_nothing() -> None:
    """A label alone has no value, and leaves the cell of the row above alone."""
    grid = Grid("", [["important"], ["Key:"]], Locale())
    record = grid.pairs([1])
    assert record.text("Key") is None
    grid.settle()
    assert list(grid.fates) == [0, 0]
    grid = Grid("", [["important", "x"], ["Key:", "y"], ["Lone"]], Locale())
    assert grid.pairs([1, 2]).text("Key") == "y"
    grid.settle()
    assert [bool(fate) for fate in grid.fates] == [False, False, True, True, True, False]


@pytest.mark.parametrize(
    "day", [datetime.fromisoformat("2024-01-08"), date(2024, 1, 8), "2024-01-08"], ids=["moment", "day", "text"]
)
@pytest.mark.parametrize(
    "clock",
    [datetime.fromisoformat("1899-12-31T10:15:59"), time(10, 15, 59), timedelta(hours=10, minutes=15, seconds=59), "10:15:59"],
    ids=["moment", "time", "duration", "text"],
)
def test_a_day_and_a_time_of_day_are_one_time(day: object, clock: object) -> None:
    """Whatever type a spreadsheet gives the two cells."""
    (record,) = Grid("Results", [["Date", "Time"], [day, clock]], Locale(), sheet=True).table(0).records()
    assert record.joined_time("Date", "Time") == "2024-01-08T10:15:59"


def test_equal_labels_are_told_apart() -> None:
    """The second gets `.1`; a name that is taken so far is passed over, in the form in which labels compare."""
    assert told_apart([("A", 1), ("A.1", 2), ("A", 3), ("a", 4)]) == {"A": 1, "A.1": 2, "A.2": 3, "a": 4}
    assert free("Cell  COUNT", {"cell count", "cell count.1"}, fold) == "Cell  COUNT.2"
