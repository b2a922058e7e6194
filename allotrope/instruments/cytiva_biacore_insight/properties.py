"""The Properties sheet of Biacore Insight: evaluation, software, chip, run, and the flow cells with their ligands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.record import Record

if TYPE_CHECKING:
    from allotrope.grid import Grid
    from allotrope.record import Cell
    from allotrope.source import Source

RUN = re.compile(r"Run \d+$")
CELL = re.compile(r"Flow cell (\d+)$")
TEMPERATURE = re.compile(r"Sample compartment temperature (\d+(?:\.\d+)?)")


@dataclass(slots=True)
class Properties:
    """Facts by block; `cells` are the rows of the table of flow cells, as labelled cells."""

    evaluation: Record
    software: Record
    chip: Record
    run: Record
    compartment: Cell | None = None
    cells: list[dict[str, Cell]] = field(default_factory=list)

    def flow_cell(self, name: str, channel: str | None) -> dict[str, Cell]:
        """The row of a flow cell (and channel, where the table tells channels apart); empty where there is none."""
        for row in self.cells:
            fits = row.get("Channel") is None or channel is None or row["Channel"].text == channel
            if row["Flow cell"].text.removeprefix("Flow cell").strip() == name and fits:
                return row
        return {}

    @property
    def compartment_temperature(self) -> float | None:
        """The temperature of the sample compartment in degrees Celsius, from the summary of the method."""
        found = TEMPERATURE.search(self.compartment.text) if self.compartment else None
        if self.compartment is None or not found:
            return None
        self.compartment.mapped()
        return float(found[1])


def read_properties(source: Source, grid: Grid) -> Properties:
    """The blocks of the sheet; raises Damaged where no run is described."""
    runs = [row for row in range(len(grid.rows)) if RUN.match(grid.text(row))]
    if not runs:
        raise source.damaged(grid.name, "no block 'Run 1'", "the properties of a run")
    if len(runs) > 1:
        where = f"{grid.name}!A{runs[1] + 1}"
        source.find(
            "several-runs", f"{len(runs)} runs in one evaluation: chip and times are those of the first", where, "warning"
        )
    end = runs[1] if len(runs) > 1 else len(grid.rows)
    chip = grid.find("Chip information", runs[0])
    start = end if chip is None else chip + 1
    block = range(start, min(grid.until_blank(start), end))
    facts = [cell for key in (3, 6, 10) for cell in pairs(grid, block, key)]
    found = Properties(
        evaluation=section(grid, "Evaluation"),
        software=section(grid, "Software"),
        chip=Record.of(pairs(grid, block, 0)),
        run=Record.of(facts),
    )
    for row in runs:
        grid.structure(row)
    summary = grid.find("Set temperatures 1", runs[0])
    found.compartment = grid.at(summary, 1) if summary is not None and grid.width > 1 else None
    found.cells = flow_cells(grid, runs[0], end)
    return found


def pairs(grid: Grid, rows: range, key: int) -> list[Cell]:
    """Labelled cells of a block of two columns; the labels are structure."""
    found = []
    for row in rows:
        if grid.text(row, key) and key + 1 < grid.width:
            grid.at(row, key).mapped()
            found.append(grid.at(row, key + 1, grid.text(row, key)))
    return found


def section(grid: Grid, title: str) -> Record:
    """The pairs under a title, up to the next blank row."""
    row = grid.find(title)
    if row is None:
        return Record.of([])
    grid.structure(row)
    return Record.of(pairs(grid, range(row + 1, grid.until_blank(row + 1)), 0))


def flow_cells(grid: Grid, start: int, end: int) -> list[dict[str, Cell]]:
    """The flow cells: one table, or in newer versions a block for each with a column for each channel."""
    header = grid.find("Flow cell", start)
    if header is not None and header < end:
        table = grid.table(header, last=grid.until_blank(header))
        return [{cell.label: cell for cell in record if cell} for record in table.records() if record.peek("Flow cell")]
    found = []
    for row in range(start, end):
        title = CELL.match(grid.text(row))
        if not title:
            continue
        grid.structure(row)
        for column in range(1, grid.width):
            if grid.text(row, column):
                here = {"Channel": grid.at(row, column), "Flow cell": grid.at(row, 0)}
                for below in range(row + 1, min(grid.until_blank(row), end)):
                    label = grid.text(below)
                    grid.at(below, 0).mapped()
                    here["Included" if label == "Include" else label] = grid.at(below, column, label)
                found.append(here)
    return found
