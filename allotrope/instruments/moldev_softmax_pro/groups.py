"""Group blocks of SoftMax Pro: samples with their wells, columns of calculated values and of remarks, formulas, summaries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.labels import fold
from allotrope.values import number

if TYPE_CHECKING:
    from allotrope.grid import Grid
    from allotrope.record import Cell

PLACES = (("sample",), ("well", "wells"), ("wellplatename",))
"""The columns that say whose a line is: sample, well, plate."""
NUMERIC = ("Masked", "Range?", "Error")
"""Texts that stand for a number in a column of numbers."""
_SUMMARY = re.compile(r"[\d.,]+")


@dataclass(slots=True)
class Value:
    """One value of a column, and the wells it stands on.

    These are its own line's and those of the following lines of the sample that hold a blank in the column,
    all taken to be on the plate of its own line. Nothing at all instead of a blank is a result that is empty.
    """

    column: str
    cell: Cell
    plate: str
    wells: list[tuple[str, str]]
    """(plate, well)."""
    numeric: bool
    """Whether the column holds numbers: a text in it is then an error, otherwise a remark."""

    @property
    def number(self) -> int | float | None:
        """The number, or None for a text."""
        return number(self.cell.value, self.cell.store.locale.decimal)

    @property
    def text(self) -> str:
        """What a person would read; infinities as they print."""
        found = re.fullmatch(r"([+-]?)inf(inity)?", self.cell.text.lower())
        return f"{found[1].strip('+')}inf" if found else self.cell.text


@dataclass(slots=True)
class Summary:
    """A summary of a group: name, number and formula."""

    name: str
    cell: Cell
    formula: str


@dataclass(slots=True)
class GroupBlock:
    """One group: its name, values by sample, formulas by column, summaries."""

    name: str
    values: list[Value] = field(default_factory=list)
    formulas: dict[str, tuple[str, list[Cell]]] = field(default_factory=dict)
    """Column → formula, and the cells that say so."""
    summaries: list[Summary] = field(default_factory=list)
    samples: dict[tuple[str, str], tuple[str, list[Cell]]] = field(default_factory=dict)
    """(plate, well) → sample, and the cells that say so."""


def group_block(grid: Grid, first: int, last: int) -> GroupBlock:
    """The group in some rows: title, table of samples, table of formulas, summaries."""
    title = grid.text(first)
    name = title.partition(":")[2].strip() or grid.text(first, 1)
    block = GroupBlock(name)
    grid.at(first, 0).mapped()
    if title.endswith(":") and grid.width > 1:
        grid.at(first, 1).mapped()
    row = first + 1
    while row < last:
        end = min(grid.until_blank(row), last)
        label = fold(grid.text(row))
        if "sample" in map(fold, grid.texts(row)) and not block.samples:
            _samples(block, grid, row, end)
        elif label == "group column":
            _formulas(block, grid, row, end)
        elif label == "group summaries":
            _summaries(block, grid, row, end)
        row = end + 1
    return block


def _samples(block: GroupBlock, grid: Grid, head: int, end: int) -> None:
    """The samples, sorted by name, and of each its columns in the order of their names."""
    columns = {grid.text(head, column): column for column in range(len(grid.rows[head])) if grid.text(head, column)}
    samples, wells, plates = (next((columns[name] for name in columns if fold(name) in labels), None) for labels in PLACES)
    rows: dict[str, list[int]] = {}
    sample = ""
    for row in range(head + 1, end):
        sample = _at(grid, row, samples) or sample
        rows.setdefault(sample, []).append(row)
    filled = {name for name, at in columns.items() if any(grid.text(row, at) for row in range(head + 1, end))}
    names = sorted(name for name in filled if fold(name) not in sum(PLACES, ()))
    numeric = {name: any(_is_number(grid.at(row, columns[name])) for row in range(head + 1, end)) for name in names}
    for name, at in columns.items():
        if name in filled:
            grid.at(head, at, name).mapped()
        else:
            grid.at(head, at, name).ignore("column without values")
    for sample in sorted(rows):
        for row in rows[sample]:
            place = (_at(grid, row, plates), _at(grid, row, wells))
            block.samples[place] = (sample, [grid.at(row, column) for column in (samples, wells, plates) if column is not None])
        for name in names:
            found: Value | None = None
            for row in rows[sample]:
                cell = grid.at(row, columns[name], name)
                place = (found.plate if found else _at(grid, row, plates), _at(grid, row, wells))
                if not cell and cell.value:
                    if found:
                        found.wells.append(place)
                    continue
                place = (_at(grid, row, plates), place[1])
                found = Value(name, cell, place[0], [place], numeric[name]) if cell or numeric[name] else None
                block.values += [found] if found else []


def _at(grid: Grid, row: int, column: int | None) -> str:
    return "" if column is None else grid.text(row, column)


def _is_number(cell: Cell) -> bool:
    text = cell.text
    return text in NUMERIC or number(text, cell.store.locale.decimal) is not None or text.lower().lstrip("+-") == "inf"


def _formulas(block: GroupBlock, grid: Grid, head: int, end: int) -> None:
    """The formulas by column; precision and notation are how numbers are shown."""
    labels = [fold(text) for text in grid.texts(head)]
    name, formula = (labels.index(label) if label in labels else None for label in ("formula name", "formula"))
    for cell in grid.cells(head):
        cell.ignore("heading of a table")
    for row in range(head + 1, end):
        if name is not None and formula is not None and grid.text(row, formula):
            block.formulas[grid.text(row, name)] = grid.text(row, formula), [grid.at(row, name), grid.at(row, formula)]
        for cell in grid.cells(row):
            if cell.handle % grid.width not in (name, formula):
                cell.ignore("number, precision or notation of a column: how values are shown")


def _summaries(block: GroupBlock, grid: Grid, head: int, end: int) -> None:
    """The summaries that are numbers, with name and formula; others stay for custom information."""
    for cell in grid.cells(head):
        cell.ignore("heading of a table")
    for row in range(head + 1, end):
        texts = grid.texts(row)
        plain = len(texts) > 3 and _SUMMARY.fullmatch(texts[2]) and number(texts[2], grid.locale.decimal) is not None
        if plain and texts[0] and texts[3]:
            block.summaries.append(Summary(texts[0], grid.at(row, 2), texts[3]))
            for column in (0, 3):
                grid.at(row, column).mapped()
