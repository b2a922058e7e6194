"""The formats of a converted document: bytes from ASM; heavy libraries only for the formats that need them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from allotrope.writers.json import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow

ENDINGS = {"parquet": ".asm.parquet", "rdf": ".asm.ttl", "xlsx": ".asm.xlsx", "ledger": ".ledger.json", "json": ".asm.json"}
ROWS_OF_A_SHEET = 1_048_575


def endings(formats: Iterable[str]) -> dict[str, str]:
    """Output name → ending of its file name, with the ledger; JSON comes last, its presence says that all is there."""
    wanted = {*formats, "ledger"}
    return {name: ending for name, ending in ENDINGS.items() if name in wanted}


def parquet(asm: dict[str, Any]) -> bytes:
    """The flat table of a document as a Parquet file."""
    import pyarrow.parquet

    import allotrope

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(allotrope.flatten(asm), buffer, compression="zstd")
    return buffer.getvalue()


def turtle(asm: dict[str, Any]) -> bytes:
    """The graph of a document in Turtle."""
    import allotrope

    return allotrope.to_rdf(asm).serialize(format="turtle", encoding="utf-8")


def table_xlsx(table: pyarrow.Table) -> bytes:
    """A table as a workbook of one sheet; every text is a text cell, never a formula; raises TooLarge past a sheet's rows."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    from allotrope.errors import TooLarge

    if table.num_rows > ROWS_OF_A_SHEET:
        raise TooLarge(file="xlsx", where="table", found=f"{table.num_rows} rows", expected=f"{ROWS_OF_A_SHEET} rows of a sheet")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("measurements")
    sheet.append(table.column_names)
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        cells = []
        for value in row:
            cell = WriteOnlyCell(
                sheet, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
            )
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx(asm: dict[str, Any]) -> bytes:
    """The flat table of a document as a workbook."""
    import allotrope

    return table_xlsx(allotrope.flatten(asm))


OUTPUTS: dict[str, Callable[[dict[str, Any]], bytes]] = {"json": dumps, "parquet": parquet, "rdf": turtle, "xlsx": xlsx}
"""Output name → function from a document to bytes."""
