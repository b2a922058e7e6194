"""SoftMax Pro: blocks to plates, groups and notes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put
from allotrope.instruments.moldev_softmax_pro.document import Experiment
from allotrope.instruments.moldev_softmax_pro.groups import GroupBlock, group_block
from allotrope.instruments.moldev_softmax_pro.plates import PlateBlock, last_saved, plate_block
from allotrope.record import UNREAD
from allotrope.values import moment

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.source import Source
    from allotrope.values import Scalar


TITLES = ("Plate:", "Group:", "Note:")


def blocks_of(grid: Grid) -> list[tuple[int, int]]:
    """First and last (exclusive) row of every block; `~End` ends it, where that is missing the next block or the end does.

    A line of a note may begin like the title of another note.
    """
    found = []
    row = 0
    while row < len(grid.rows):
        title = grid.text(row)
        if title.startswith(TITLES):
            ends = ("~End", "Original Filename:", *(TITLES[:2] if title.startswith("Note:") else TITLES))
            last = next((at for at in range(row + 1, len(grid.rows)) if grid.text(at).startswith(ends)), len(grid.rows))
            ended = last < len(grid.rows) and grid.text(last).startswith("~End")
            if ended:
                grid.at(last, 0).ignore("end of a block")
            found.append((row, last))
            row = last - (not ended)
        row += 1
    return found


def note(grid: Grid, first: int, last: int) -> str:
    """The lines of a block, verbatim."""
    cells = [[cell for cell in grid.cells(row) if grid.fates[cell.handle] == UNREAD] for row in range(first, last)]
    return "\n".join("\t".join(str(cell.keep()) for cell in line) for line in cells if line)


def read(source: Source) -> Document:
    """All plates, then what the groups calculate from their wells; notes and the rest as custom information."""
    grid = source.grid("\t", quoted=False)
    if '""' in source.probe.text:
        grid.unquote('""', ",")
    start = next((row for row in range(len(grid.rows)) if grid.text(row).startswith("##BLOCKS=")), None)
    if start is None:
        place = "the text"
        raise source.damaged(place, "no line '##BLOCKS='", "an export of SoftMax Pro")
    spans = blocks_of(grid)
    declared = int("".join(filter(str.isdigit, grid.text(start)))[:9] or len(spans))
    for cell in grid.cells(start):
        if declared >= len(spans):
            cell.ignore("count of blocks")
    if declared < len(spans):
        grid.structure(start)
        message = f"{len(spans)} blocks where the first line declares {declared}; the others are kept verbatim"
        source.find("more-blocks", message, f"line {grid.line(spans[declared][0])}", "warning")
    plates: list[PlateBlock] = []
    groups: list[GroupBlock] = []
    for first, last in spans[:declared]:
        if grid.text(first).startswith("Plate:"):
            plate = plate_block(source, grid, first, last)
            plates += [plate] if plate else []
        elif grid.text(first).startswith("Group:"):
            groups.append(group_block(grid, first, last))
    if not any(plate.wells for plate in plates):
        place = "the blocks"
        raise source.empty(place, f"{len(spans)} blocks, none a plate with readings", "at least one plate that was read")
    custom: dict[str, dict[str, Scalar]] = {}
    saved = _saved(grid, spans[-1][1] if spans else 0, custom)
    document = source.document()
    experiment = Experiment(document, plates, groups)
    for plate in plates:
        delay = timedelta(seconds=float(plate.number("read time") or 0))
        experiment.plate(plate, (datetime.fromisoformat(saved) + delay).isoformat() if saved else None)
        put(custom, CUSTOM, plate.rest())
    for group in groups:
        experiment.group(group)
    experiment.finish()
    for first, last in spans:
        name = "Note" if grid.text(first).startswith("Note:") else f"Rest of {grid.text(first)} {grid.text(first, 1)}".strip()
        if left := note(grid, first, last):
            put(custom, CUSTOM, {name: left})
    if left := note(grid, 0, len(grid.rows)):
        put(custom, CUSTOM, {"Lines outside of blocks": left})
    put(document.aggregate, CUSTOM, dict(custom.get(CUSTOM, {})))
    return document


def _saved(grid: Grid, first: int, custom: dict[str, dict[str, Scalar]]) -> str | None:
    """When the experiment was saved; the line that says so also names the original file."""
    for row in range(first, len(grid.rows)):
        found = moment(last_saved(grid.text(row)), grid.locale)
        if found:
            name = grid.text(row).partition("; Date Last Saved")[0].removeprefix("Original Filename: ")
            put(custom, CUSTOM, {"Original Filename": name})
            grid.structure(row)
            return found
    return None
