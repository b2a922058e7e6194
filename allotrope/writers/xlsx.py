"""A workbook for the bench: measurements, lists, calculated data, cubes, metadata, findings, a sheet each; never a formula."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from allotrope.writers.xlsx_rows import filled, heading, identifiers, is_list, list_rows, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa
    from openpyxl import Workbook

    from allotrope.tables import Tables

ROWS = 1_048_576
TEXT = 32_767
_NAME = 31


def dumps(asm: dict[str, Any], ledger: Mapping[str, Any] | None = None) -> bytes:
    """The workbook of a document, with the findings of its validation and the account of its conversion."""
    from allotrope.schema import validate
    from allotrope.tables import tables

    return workbook(tables(asm, ledger), [*_told(ledger), *validate(asm)])


def workbook(found: Tables, findings: Iterable[Finding] = ()) -> bytes:
    """The workbook of a document's tables; more rows than a sheet holds go on in a next one, a text too long is cut and found."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = _Sheets(book)
    measurements = found.measurements
    keys = identifiers(measurements)
    sheets.table("measurements", shown(measurements))
    for field, column in zip(measurements.schema, measurements.columns, strict=True):
        if is_list(field.type):
            sheets.rows(field.name, *list_rows(field, column, keys))
    calculated = found.calculated
    sheets.table("calculated data", shown(calculated))
    for field, column in zip(calculated.schema, calculated.columns, strict=True):
        if is_list(field.type):
            sheets.rows(f"calculated, {field.name}", *list_rows(field, column, identifiers(calculated)))
    sheets.table("cubes", filled(found.cubes))
    sheets.table("metadata", found.metadata)
    sheets.rows("origin", ["fact", "value"], (list(fact) for fact in sorted(found.origin.items())), always=True)
    told = [*found.findings, *findings, *sheets.findings]
    header = ["level", "code", "where", "message"]
    sheets.rows("findings", header, ([one.level, one.code, one.where, one.message] for one in told), always=True)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _told(ledger: Mapping[str, Any] | None) -> Iterator[Finding]:
    """The findings of the conversion, as its ledger lists them; those of the document itself come from its validation."""
    for finding in (ledger or {}).get("findings") or ():
        if not str(finding.get("where", "")).startswith("/"):
            yield Finding(finding["code"], finding["message"], finding.get("where", ""), finding["level"])


class _Sheets:
    """Adds sheets to a workbook, each text as a text cell and never as a formula; goes on in a next sheet where one is full."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._names: set[str] = set()
        self.findings: list[Finding] = []

    def table(self, name: str, table: pa.Table) -> None:
        """A table as sheet, units in its head; always there, even without rows."""
        header = [heading(field) for field in table.schema]
        batches = (zip(*(column.to_pylist() for column in batch.columns), strict=True) for batch in table.to_batches(65_536))
        self.rows(name, header, (list(row) for batch in batches for row in batch), always=True)

    def rows(self, name: str, header: list[str], rows: Iterable[list[Any]], *, always: bool = False) -> None:
        """Rows as sheet; none if there are no rows, unless `always`."""
        sheet, full = None, 0
        for row in rows:
            if sheet is None or full == ROWS:
                sheet, full = self._sheet(name, header), 1
            sheet.append([self._cell(sheet, value) for value in row])
            full += 1
        if sheet is None and always:
            self._sheet(name, header)

    def _sheet(self, name: str, header: list[str]) -> Any:
        plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in name)[:_NAME]
        number = 1
        unique = plain
        while unique.casefold() in self._names:
            number += 1
            unique = f"{plain[: _NAME - len(str(number)) - 1]} {number}"
        self._names.add(unique.casefold())
        sheet = self._book.create_sheet(unique)
        sheet.freeze_panes = "A2"
        sheet.append([self._cell(sheet, text) for text in header])
        return sheet

    def _cell(self, sheet: Any, value: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None)
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            value = str(value)
        if isinstance(value, int) and abs(value) > 2**53:
            value = str(value)
        if not isinstance(value, str):
            return value
        if len(value) > TEXT:
            message = f"found a text of {len(value)} characters; a cell holds {TEXT}: it is cut, the whole text is in the JSON"
            self.findings.append(Finding("cell-cut", message, f"sheet {sheet.title}", "warning"))
            value = value[: TEXT - 1] + "…"
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value))
        cell.data_type = "s"
        return cell
