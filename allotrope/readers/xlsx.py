"""Workbooks (xlsx, xlsm, xlsb, xls, ods) through calamine: every sheet, hidden ones too, as typed rows; no formula runs."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

from allotrope.errors import Damaged, TooLarge

MOST_BYTES = 1 << 30
"""Unpacked bytes of one workbook."""
MOST_CELLS = 50_000_000
# Patterns that begin with plain bytes are searched for many times faster.
_FAR_COLUMN = re.compile(rb'r="([A-Za-z]{3,8})[A-Za-z]*\d')
_FAR_ROW = re.compile(rb'r="[A-Za-z]{0,3}(\d{6,12})')


def open_workbook(data: bytes, file: str) -> Any:
    """The calamine workbook of some bytes; raises Damaged or TooLarge."""
    import python_calamine

    if data.startswith(b"PK"):
        _check_zip(data, file)
    try:
        return python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.CalamineError as error:
        raise Damaged(file=file, where="the workbook", found=str(error), expected="a complete workbook") from error


def sheet_rows(workbook: Any, name: str, file: str) -> list[list[Any]]:
    """The rows of a sheet from A1 on: str, float, int, bool, datetime, date, time, timedelta, and '' for an empty cell."""
    import python_calamine

    try:
        rows: list[list[Any]] = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OverflowError, ValueError) as error:
        raise Damaged(file=file, where=f"sheet {name!r}", found=str(error), expected="a complete sheet") from error
    return rows


def _check_zip(data: bytes, file: str) -> None:
    """Refuse a workbook that unpacks to far more than its size, or whose cells stand a million rows apart."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > MOST_BYTES:
                raise TooLarge(file=file, where="the workbook", found=f"{total} bytes unpacked", expected=f"{MOST_BYTES} bytes")
            for member in members:
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    _check_extent(archive.read(member), member.filename, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise Damaged(file=file, where="the workbook", found=str(error), expected="a complete workbook") from error


def _check_extent(xml: bytes, member: str, file: str) -> None:
    columns = [_number(match) for match in _FAR_COLUMN.findall(xml)]
    rows = [int(match) for match in _FAR_ROW.findall(xml)]
    width, height = max(columns, default=700), max(rows, default=100_000)
    if (columns or rows) and width * height > MOST_CELLS and width * height > 40 * len(xml):
        found = f"cells spread over {height} rows and {width} columns"
        raise TooLarge(file=file, where=member, found=found, expected=f"{MOST_CELLS} cells from A1 to the last")


def _number(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + (letter & 31)
    return value
