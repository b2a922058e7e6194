"""Error values (`#N/A`, `#DIV/0!` …) of xls, xlsb and ods workbooks, which calamine gives as empty cells or as zeros.

On the way it is seen how far cells stand apart: calamine lays a sheet out from its first cell to its last, whatever that takes.

Sources: [MS-XLS] 2.4 (BoundSheet8, Dimensions, the cell records), [MS-XLSB] 2.4 (BrtBundleSh, BrtRowHdr, the cell records),
OpenDocument 1.2 part 1, 9.1 with the `calcext` attributes of LibreOffice.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from allotrope.errors import Damaged, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

Errors = dict[tuple[int, int], str]
"""Error values by row and column, counted from 0."""
CODES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}
MOST_REPEATS = 100_000
MOST_CELLS = 50_000_000
BOUNDSHEET, FORMULA, BOOLERR, END, DIMENSIONS, PASSWORD = 0x85, 0x06, 0x205, 0x0A, 0x200, 0x2F
XLS_CELLS = frozenset((FORMULA, BOOLERR, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x27E))
"""Results of formulas, truth values and errors, numbers, texts; of several in a row (0xBD) the last column comes last."""
ROW, CELL_ERROR, FORMULA_ERROR, BUNDLE = 0, 3, 11, 156
XLSB_CELLS = range(1, 12)
_ERROR_TEXT = re.compile(r"#(N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:\d+")


def is_spread(height: int, width: int, size: int) -> bool:
    """Whether the last cell of a sheet of so many bytes stands so far out that all from A1 on would fill the memory."""
    return height * width > MOST_CELLS and height * width > 40 * size


def check_spread(height: int, width: int, size: int, where: str, file: str) -> None:
    """Raise TooLarge for a sheet that `is_spread`."""
    if is_spread(height, width, size):
        found = f"cells spread over {height} rows and {width} columns"
        raise TooLarge(file=file, where=where, found=found, expected=f"{MOST_CELLS} cells from A1 to the last")


def of_xls(stream: bytes, file: str) -> dict[str, Errors]:
    """The errors by sheet of the stream `Workbook` of a BIFF8 file; what is broken ends a sheet. Raises TooLarge.

    Of an encrypted workbook there are none to be seen: calamine refuses it.
    """
    found: dict[str, Errors] = {}
    for kind, body in _records(stream, 0):
        if kind == PASSWORD and body[:2].strip(b"\0"):
            return {}
        if kind == BOUNDSHEET and len(body) > 8:
            start, length, wide = struct.unpack_from("<I", body)[0], body[6], body[7] & 1
            name = body[8 : 8 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
            found[name] = _xls_errors(stream, start, f"sheet {name!r}", file)
    return {name: errors for name, errors in found.items() if errors}


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of a substream: kind and body, up to its end."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        if kind == END:
            return
        start += 4 + length


def _xls_errors(stream: bytes, start: int, where: str, file: str) -> Errors:
    found: Errors = {}
    height = width = 0
    for kind, body in _records(stream, start):
        if kind == DIMENSIONS and len(body) >= 8:
            rows, columns = struct.unpack_from("<IIHH" if len(body) >= 12 else "<HHHH", body)[1::2]
            check_spread(rows, columns, len(stream), where, file)
        if kind not in XLS_CELLS or len(body) < 4:
            continue
        row, column = struct.unpack_from("<HH", body)
        height, width = (
            max(height, row + 1),
            max(width, column + 1, int.from_bytes(body[-2:], "little") + 1 if kind == 0xBD else 0),
        )
        code = None
        if kind == BOOLERR and len(body) >= 8 and body[7] == 1:
            code = body[6]
        elif kind == FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        if code is not None:
            found[row, column] = CODES.get(code, f"#ERROR {code}")
    check_spread(height, width, len(stream), where, file)
    return found


def names_of_xlsb(workbook: bytes) -> dict[str, str]:
    """Sheet name to relationship, from `xl/workbook.bin`."""
    found = {}
    for kind, body in _binary_records(workbook):
        if kind == BUNDLE and len(body) >= 16:
            relation, after = _wide(body, 8)
            found[_wide(body, after)[0]] = relation
    return found


def of_xlsb(sheet: bytes, where: str, file: str) -> Errors:
    """The errors of one sheet's binary part. Raises TooLarge."""
    found: Errors = {}
    row = height = width = 0
    for kind, body in _binary_records(sheet):
        if kind == ROW and len(body) >= 4:
            row = struct.unpack_from("<I", body)[0]
        elif kind in XLSB_CELLS and len(body) >= 4:
            column = struct.unpack_from("<I", body)[0]
            height, width = max(height, row + 1), max(width, column + 1)
            if kind in (CELL_ERROR, FORMULA_ERROR) and len(body) >= 9:
                found[row, column] = CODES.get(body[8], f"#ERROR {body[8]}")
    check_spread(height, width, len(sheet), where, file)
    return found


def _binary_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of every record; both head numbers are in base 128, the lowest part first."""
    place = 0
    while place < len(data):
        kind, place = _varint(data, place, 2)
        length, place = _varint(data, place, 4)
        yield kind, data[place : place + length]
        place += length


def _varint(data: bytes, place: int, most: int) -> tuple[int, int]:
    value = 0
    for at in range(most):
        if place >= len(data):
            break
        value |= (data[place] & 0x7F) << (7 * at)
        place += 1
        if data[place - 1] < 0x80:
            break
    return value, place


def _wide(body: bytes, place: int) -> tuple[str, int]:
    """A text with its length before it, and the place after it."""
    length = struct.unpack_from("<I", body, place)[0] if place + 4 <= len(body) else 0
    return body[place + 4 : place + 4 + 2 * length].decode("utf-16-le", "replace"), place + 4 + 2 * length


def of_ods(content: bytes, file: str) -> dict[str, Errors]:
    """The errors by sheet of `content.xml`.

    Raises Damaged for XML that is broken or declares entities, TooLarge for cells that are repeated without end.
    """
    from xml.parsers.expat import ExpatError, ParserCreate

    cells = _Cells(file)
    parser = ParserCreate(namespace_separator=None)
    parser.StartElementHandler, parser.EndElementHandler = cells.start, cells.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = cells.text, cells.entity
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the end of the text
    except ExpatError as error:
        raise Damaged(file=file, where="content.xml", found=str(error), expected="the XML of a spreadsheet") from error
    return {name: errors for name, errors in cells.found.items() if errors}


class _Cells:
    """Follows the cells of an OpenDocument spreadsheet: where the one is that is being read, and whether it is an error."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: dict[str, Errors] = {}
        self.errors: Errors = {}
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.suspect = False
        self.parts: list[str] = []
        self.left = MOST_REPEATS
        self.filled = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""
        if name == "table:table":
            self.errors = self.found.setdefault(given.get("table:name", ""), {})
            self.row = 0
        elif name == "table:table-row":
            self.rows, self.column = _count(given.get("table:number-rows-repeated")), 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.columns = _count(given.get("table:number-columns-repeated"))
            if "office:value-type" in given:
                self.filled += self.rows * self.columns
            if self.filled > MOST_CELLS:
                found, expected = f"{self.filled} cells, most of them repeated", f"{MOST_CELLS} cells"
                raise TooLarge(file=self.file, where="content.xml", found=found, expected=expected)
            self.suspect = given.get("calcext:value-type") == "error" or "table:formula" in given
            self.parts = []

    def text(self, text: str) -> None:
        """Text of a cell."""
        if self.suspect:
            self.parts.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            text = "".join(self.parts).strip()
            if self.suspect and _ERROR_TEXT.fullmatch(text) and self.rows * self.columns <= self.left:
                self.left -= self.rows * self.columns
                for row in range(self.row, self.row + self.rows):
                    self.errors |= {(row, column): text for column in range(self.column, self.column + self.columns)}
            self.column += self.columns
            self.suspect = False
        elif name == "table:table-row":
            self.row += self.rows

    def entity(self, name: str, *_: object) -> None:
        """An entity is declared, which no spreadsheet does."""
        raise Damaged(file=self.file, where="content.xml", found=f"an entity {name!r}", expected="XML without entities")


def _count(text: str | None) -> int:
    """A number of repeats, at least one."""
    return max(int(text), 1) if text and text.isdigit() and len(text) < 10 else 1
