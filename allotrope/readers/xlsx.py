"""Workbooks (xlsx, xlsm, xlsb, xls, ods) through calamine: every sheet, hidden ones too, as typed rows; no formula runs."""

from __future__ import annotations

import html
import io
import lzma
import re
import zipfile
import zlib
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from allotrope.errors import Damaged, TooLarge
from allotrope.readers import error_cells
from allotrope.readers.error_cells import MOST_CELLS, check_spread, is_spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

    from allotrope.readers.error_cells import Errors

MOST_BYTES = 1 << 30
"""Unpacked bytes of one workbook."""
SHARED_STRINGS = "xl/sharedstrings.xml"
"""In small letters: calamine does not ask for case."""
_SHEET = re.compile(r"xl/(?:worksheets/.*|sharedStrings)\.xml$", re.IGNORECASE)
_PROMISED = re.compile(rb"""uniqueCount\s*=\s*["']\s*\+?(\d{1,30})""")
MOST_STRINGS = 10_000_000
"""Strings that a workbook may promise at its start, for which calamine makes room at once."""
_ANY = re.compile("")
_XML = re.compile(r"xl/.*\.(?:xml|rels)$", re.IGNORECASE)
_BINARY = re.compile(r"content\.xml$|xl/(?:_rels/workbook\.bin\.rels|.*\.bin)$")
_LISTS = re.compile(r"xl/(?:workbook\.xml|_rels/workbook\.xml\.rels)$")
_STRING = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
_TEXT_CELL = re.compile(rb"""t=["'](?:str|inlineStr|e)["'][^<>]{0,199}(?<!/)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_ASIDE = re.compile(rb"<(?:\w+:)?(rPh|f)(?:\s[^<>]*)?(?<!/)>(?:[^<]*<(?!(?:\w+:)?(?:rPh|f)\b))*?/(?:\w+:)?\1>")
"""How a string is pronounced, and the formula of a cell."""
_TAG = re.compile(rb"<[^<>]*>")
_STRING_END = re.compile(rb"</(?:\w+:)?si>")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
# Patterns that begin with plain bytes are searched for many times faster.
_FAR = re.compile(rb"""r\s*=\s*["'](?:[A-Za-z]{3,}\d|[A-Za-z]{0,2}\d{6})""")
_FAR_COLUMN = re.compile(rb"""r\s*=\s*["']([A-Za-z]{3,8})[A-Za-z]*\d""")
_FAR_ROW = re.compile(rb"""r\s*=\s*["'][A-Za-z]{0,3}0*(\d{6,12})""")
_ANYWHERE = re.compile(rb"""r\s*=\s*["']([A-Za-z]{0,8})[A-Za-z]*0*(\d{0,12})""")
_ODD_CELL = re.compile(rb"""<c(?! r="[A-Z]{1,2}\d{1,5}"|[A-Za-z])""")
"""Any cell but those that begin by naming a place that is not far."""
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_NAMELESS = re.compile(rb"""[<:]c(?=[\s/>])(?!(?:\s+\w+="[\w:.-]*")*\s+r=["']\w)""")
"""A cell that may not say where it stands: only such ones are moved by rows that do not say it."""
_ROW_END = re.compile(rb"</(?:\w+:)?row")


_ERROR = re.compile(rb"""t=["']e["'][^<>]{0,199}(?<!/)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^<>]*)>")
_NAME = re.compile(rb"""\br=["']([A-Z]{0,3})(\d{0,7})["']""")
_IS_ERROR = re.compile(rb"""\bt=["']e["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)</")
_OF_CALAMINE = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""The error values that calamine knows."""
_LISTED = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"""(?:\w{1,99}:)?(\w{1,99})=(["'])(.*?)\2""", re.DOTALL)
Extent = tuple[int, int, int]
"""Filled cells, rows and columns of a sheet."""
_DIMENSION = re.compile(rb'<dimension ref="A1:([A-Z]{1,2})(\d{1,6})"/>')
_INLINE = re.compile(rb"<is><t>([^<]*)</t></is>")


def _panics() -> tuple[type[BaseException], ...]:
    """What a panic in Rust is raised as: no Exception, made when it is first needed, and nowhere to be imported from."""
    return tuple(one for one in BaseException.__subclasses__() if one.__name__ == "PanicException")


@contextmanager
def _calamine(where: str, file: str) -> Iterator[None]:
    """What calamine raises for a broken workbook is Damaged, its panics, too."""
    import python_calamine

    try:
        yield
    except (python_calamine.CalamineError, OverflowError, ValueError) as error:
        raise Damaged(file=file, where=where, found=str(error), expected="a complete workbook") from error
    except _panics() as error:
        raise Damaged(file=file, where=where, found=str(error), expected="a complete workbook") from error


def open_workbook(data: bytes, file: str) -> Any:
    """The calamine workbook of some bytes; raises Damaged or TooLarge."""
    import python_calamine

    if data.startswith(b"PK"):
        _each_sheet(data, file, lambda stream, member: _check_start(stream, member, file), _XML)
    with _calamine("the workbook", file):
        return python_calamine.load_workbook(io.BytesIO(data))


def _check_start(stream: IO[bytes], member: str, file: str) -> None:
    """Raise Damaged for a part in UTF-16, which calamine finds empty, TooLarge for strings promised beyond all memory."""
    strings = member.lower() == SHARED_STRINGS
    start = stream.read(1 << 16 if strings else 4)
    if b"\0" in start[:4]:
        expected = "UTF-8: save the workbook again with a spreadsheet program"
        raise Damaged(file=file, where=member, found="text in UTF-16", expected=expected)
    promised = max(map(int, _PROMISED.findall(start)), default=0) if strings else 0
    if promised > MOST_STRINGS:
        raise TooLarge(file=file, where=member, found=f"{promised} strings promised", expected=f"{MOST_STRINGS} strings")


def sheet_rows(workbook: Any, name: str, file: str) -> list[list[Any]]:
    """The rows of a sheet from A1 on: str, float, int, bool, datetime, date, time, timedelta, and '' for an empty cell."""
    with _calamine(f"sheet {name!r}", file):
        rows: list[list[Any]] = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def look_at(xml: bytes, member: str, file: str) -> Errors:
    """Before a sheet of XML is laid out: its error values, which calamine gives as empty cells.

    Raises TooLarge for cells that stand a million rows apart.
    """
    _check_extent(xml, member, file)
    return _errors(xml) if b't="e"' in xml or b"t='e'" in xml else {}


def look_at_all(data: bytes, file: str) -> None:
    """Look at every part of a workbook: where it is in doubt which one a sheet is, none may be hostile."""
    _each_sheet(data, file, lambda stream, name: _check_extent(stream.read(), name, file), _ANY)


def other_errors(data: bytes, file: str) -> dict[str, Errors]:
    """The error values by sheet of a workbook that is not of XML sheets: xls, xlsb, ods. Raises Damaged or TooLarge."""
    if not data.startswith(b"PK"):
        return error_cells.of_xls(_workbook_stream(data, file), file)
    parts: dict[str, bytes] = {}

    def take(stream: IO[bytes], member: str) -> None:
        parts[member] = stream.read()

    _each_sheet(data, file, take, _BINARY)
    if "content.xml" in parts:
        return error_cells.of_ods(parts["content.xml"], file)
    links = {link.get("Id"): link.get("Target", "") for link in _listed(parts.get("xl/_rels/workbook.bin.rels", b""))}
    names = error_cells.names_of_xlsb(parts.get("xl/workbook.bin", b""))
    targets = {name: links.get(relation, "") for name, relation in names.items()}
    members = {name: _part(target) for name, target in targets.items()}
    missing = next((name for name, member in members.items() if member not in parts), None)
    if missing is not None:
        found, expected = f"no part {members[missing]!r}", "the part that the workbook names"
        raise Damaged(file=file, where=f"sheet {missing!r}", found=found, expected=expected)
    return {name: error_cells.of_xlsb(parts[member], f"sheet {name!r}", file) for name, member in members.items()}


def _workbook_stream(data: bytes, file: str) -> bytes:
    """The stream of an xls file that holds its sheets; empty where there is none."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            name = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
            return bytes(ole.openstream(name).read()) if name else b""
    except (OSError, olefile.olefile.OleFileError, ValueError, IndexError) as error:
        raise Damaged(file=file, where="the workbook", found=str(error), expected="a complete workbook") from error


def extent_of(xml: bytes) -> Extent | None:
    """How many cells of a sheet of plain numbers and texts are filled, and how far it reaches; None for any other sheet."""
    stated = _DIMENSION.search(xml, 0, 2000)
    if not stated or b"<sheetData>" not in xml or b' t="s"' in xml or b"<v> " in xml:
        return None
    last = xml.rfind(b'<row r="')
    if not xml.startswith(stated[2] + b'"', last + len(b'<row r="')):
        return None
    height, width = int(stated[2]), _number(stated[1])
    texts = _INLINE.findall(xml)
    if len(texts) != xml.count(b"<is") or height * width > MOST_CELLS:
        return None
    filled = {text: bool(html.unescape(text.decode("utf-8", "replace")).strip()) for text in set(texts)}
    return xml.count(b"</v>") - xml.count(b"<v></v>") + sum(map(filled.__getitem__, texts)), height, width


def check_total(cells: int, data: bytes, file: str) -> None:
    """Raise TooLarge for a workbook whose sheets, each small enough, would together fill the memory with empty cells."""
    if cells <= error_cells.MOST_CELLS:
        return
    sizes = [len(data)]
    if data.startswith(b"PK"):
        _each_sheet(data, file, lambda stream, _: sizes.append(stream.seek(0, io.SEEK_END)), _ANY)
    if error_cells.is_spread(1, cells, sum(sizes)):
        expected = f"at most {error_cells.MOST_CELLS} cells, or most of them filled"
        raise TooLarge(file=file, where="the workbook", found=f"{cells} cells in all sheets", expected=expected)


def readable(data: bytes, member: str, errors: Errors, file: str) -> bytes | None:
    """A copy whose part `member` holds no error value that calamine refuses (`#SPILL!`); None where the workbook holds none."""
    if _OF_CALAMINE.issuperset(errors.values()):
        return None
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as archive:

        def take(stream: IO[bytes], name: str) -> None:
            part = stream.read()
            end = _last(_CELL_END, part) if name == member else 0
            archive.writestr(name, _ERROR.sub(_known, part[:end]) + part[end:])

        _each_sheet(data, file, take, _ANY)
    return copy.getvalue()


def _known(cell: re.Match[bytes]) -> bytes:
    """The cell of an error value, with one that calamine knows."""
    value = _VALUE.search(cell[0])
    return cell[0][: value.start(1)] + b"#N/A" + cell[0][value.end(1) :] if value else cell[0]


def with_errors(rows: list[list[Any]], errors: Errors) -> list[list[Any]]:
    """The rows of a sheet with its error values as texts where they stand; an ods file has numbers of old beside them."""
    for (row, column), text in errors.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] in ("", 0):
            rows[row][column] = text
    return rows


def _errors(xml: bytes) -> Errors:
    found: Errors = {}
    for cell in _ERROR.finditer(xml, 0, _last(_CELL_END, xml)):
        start = xml.rfind(b"<", 0, cell.start())
        place, value = _PLACE.search(xml, start, cell.start(1)), _VALUE.search(cell[1])
        if value and place:
            found[int(place[2]) - 1, _number(place[1]) - 1] = html.unescape(value[1].decode("utf-8", "replace"))
        elif value:
            return _walked_errors(xml)
    return found


def _walked_errors(xml: bytes) -> Errors:
    """The error values of a sheet whose cells or rows need not say where they stand: each stands behind the one before."""
    found: Errors = {}
    row, column = -1, 0
    tags = [*_ROW_OR_CELL.finditer(xml)]
    for tag, after in zip_longest(tags, tags[1:]):
        place = _NAME.search(tag[2])
        if tag[1] == b"row":
            row, column = int(place[2]) - 1 if place and place[2] else row + 1, 0
            continue
        at = (int(place[2]) - 1, _number(place[1]) - 1) if place and place[1] and place[2] else (row, column)
        column = at[1] + 1
        value = _VALUE.search(xml, tag.end(), after.start() if after else len(xml)) if _IS_ERROR.search(tag[2]) else None
        if value:
            found[at] = html.unescape(value[1].decode("utf-8", "replace"))
    return found


def sheet_members(data: bytes, members: Iterable[str], file: str) -> dict[str, str]:
    """The archive member of each sheet of XML, as the workbook and its relationships list them; none where that is in doubt."""
    listed: list[dict[str, str]] = []
    _each_sheet(data, file, lambda stream, _: listed.extend(_listed(stream.read())), _LISTS)
    targets = {link["Id"]: link["Target"] for link in listed if "Id" in link and "Target" in link}
    there: dict[str, str | None] = {}
    for part in members:
        there[part.lower()] = None if part.lower() in there else part
    found: dict[str, str] = {}
    for sheet in listed:
        target = targets.get(sheet.get("id", ""), "")
        member = there.get(_part(target).lower()) if not target.startswith("xl/") else None
        if member and "name" in sheet:
            found.setdefault(sheet["name"], member)
    return found


def _part(target: str) -> str:
    """The archive member that a workbook's relationship names."""
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _listed(xml: bytes) -> list[dict[str, str]]:
    """The attributes of each sheet or relationship, without prefixes."""
    tags = _LISTED.findall(xml.decode("utf-8", "replace"))
    return [{name: html.unescape(value) for name, _, value in _ATTRIBUTE.findall(tag)} for tag in tags]


def glance(data: bytes, file: str, rows: int) -> str | None:
    """The texts of a workbook's shared strings and of the first rows of its sheets, each from a new line; no sheet is laid out.

    What no line shows, no text cell of these rows holds; None where the container is not read in this way (xls, xlsb, ods).
    """
    found: list[bytes] = []

    def strings(stream: IO[bytes], member: str) -> None:
        if member.lower() == SHARED_STRINGS:
            xml = stream.read()
            found.extend(_STRING.findall(xml, 0, _last(_STRING_END, xml)))
        else:
            xml = _first_rows(stream, rows)
            found.extend(_TEXT_CELL.findall(xml, 0, _last(_CELL_END, xml)))

    if not data.startswith(b"PK") or b"xl/workbook.xml" not in data:
        return None
    _each_sheet(data, file, strings)
    text = b"\0".join(dict.fromkeys(found))
    if any(mark in text for mark in (b"rPh", b"f>", b"f ")):
        text = b"\0".join(dict.fromkeys(_ASIDE.sub(b"", text).split(b"\0")))
    text = _TAG.sub(b"", text)
    try:
        cells = dict.fromkeys(html.unescape(text.decode("utf-8")).split("\0"))
    except UnicodeDecodeError:
        return None
    return "\n".join(line.strip() for cell in cells for line in cell.splitlines())


def _last(tag: re.Pattern[bytes], xml: bytes) -> int:
    """Where the last of these end tags ends: behind it each search for one would go through all that follows."""
    at = xml.rfind(b"</")
    while at >= 0:
        if end := tag.match(xml, at):
            return end.end()
        at = xml.rfind(b"</", 0, at)
    return 0


def _first_rows(stream: IO[bytes], rows: int) -> bytes:
    """The start of a sheet's XML, at least that many rows of it."""
    parts, seen = [], 0
    while seen < rows and (part := stream.read(1 << 16)):
        parts.append(part)
        seen += part.count(b"</row>")
    return b"".join(parts)


def _each_sheet(data: bytes, file: str, look: Callable[[IO[bytes], str], None], wanted: re.Pattern[str] = _SHEET) -> None:
    """Look at the XML of each sheet and of the shared strings; refuse a workbook that unpacks to far more than its size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > MOST_BYTES:
                raise TooLarge(file=file, where="the workbook", found=f"{total} bytes unpacked", expected=f"{MOST_BYTES} bytes")
            for member in members:
                if wanted.match(member.filename):
                    with archive.open(member) as stream:
                        look(stream, member.filename)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError, ValueError) as error:
        raise Damaged(file=file, where="the workbook", found=str(error), expected="a complete workbook") from error


def _check_extent(xml: bytes, member: str, file: str) -> None:
    if not _ODD_CELL.search(xml) and not _PREFIXED_CELL.search(xml):
        return
    nameless = bool(_NAMELESS.search(xml))
    if not nameless and not _FAR.search(xml):
        return
    columns = [_number(match) for match in _FAR_COLUMN.findall(xml)]
    rows = [int(match) for match in _FAR_ROW.findall(xml)]
    width, height = max(columns, default=700), max(rows, default=100_000)
    if nameless or ((columns or rows) and is_spread(height, width, len(xml))):
        height, width = _reach(xml, nameless=nameless)
        check_spread(height, width, len(xml), member, file)


def _reach(xml: bytes, *, nameless: bool) -> tuple[int, int]:
    """So many rows and columns at most: as places are named, and as rows and cells without a name follow each other."""
    places = set(_ANYWHERE.findall(xml))
    height = max((int(digits) for _, digits in places if digits), default=1)
    width = max((_number(letters) for letters, _ in places), default=1)
    if nameless:
        height += xml.count(b"<row") + xml.count(b":row")
        width += max(part.count(b"<c") + part.count(b":c") for part in _ROW_END.split(xml))
    return height, width


def _number(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + (letter & 31)
    return value
