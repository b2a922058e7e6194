"""Cells that cannot become a measurement: kept verbatim beside the others, or left out with a reason, each with a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.custom import CUSTOM
from allotrope.envelope import put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.envelope import Document
    from allotrope.grid import Grid
    from allotrope.record import Cell, Record


def set_aside(document: Document, odd: Iterable[Cell], because: str) -> None:
    """Keep the cells of an odd row in the document's own custom information, under their addresses, with a warning."""
    cells = [cell for cell in odd if cell and not cell.store.fates[cell.handle]]
    if cells:
        put(document.aggregate, CUSTOM, {cell.where: cell.keep() for cell in cells})
        document.source.find("row-set-aside", f"{because}; its cells are kept as custom information", cells[0].where, "warning")


def leave_out(document: Document, grids: Iterable[Grid], because: str) -> None:
    """Ignore whole sheets that are no part of the export (notes, copies, lists), with the reason and a finding for each."""
    for grid in grids:
        cells = [cell for row in range(len(grid.rows)) for cell in grid.cells(row)]
        for cell in cells:
            cell.ignore(because)
        if cells:
            document.source.find("sheet-ignored", f"{len(cells)} cells of sheet {grid.name!r} are left out: {because}", grid.name)


def rows_as_text(grid: Grid, rows: Iterable[int], title: str) -> dict[str, str]:
    """Custom information from unread rows: under the title, a row's first cell and its line, the other cells joined by tabs."""
    kept: dict[str, str] = {}
    for row in rows:
        cells = [cell for cell in grid.cells(row) if not grid.fates[cell.handle]]
        for cell in cells:
            cell.keep()
        if cells:
            label = f"{title} {cells[0].text.rstrip(' :')}, line {grid.line(row)}"
            kept[label] = "\t".join(cell.text for cell in cells[1:]) or cells[0].text
    return kept


def repeats(first: Record, record: Record, labels: Iterable[str], because: str = "") -> None:
    """Settle the cells of a record that say again what the first one said; what differs is left unread.

    They are mapped, or left out for a reason.
    """
    for label in labels:
        cell = record.cell(label)
        if cell and cell.text == first.peek(label):
            cell.ignore(because) if because else cell.mapped()
