"""Counters of filled cells, one for each kind of container; they share no code with `allotrope.readers`.

Each takes the bytes of a file and returns how many cells hold anything but white space. Of the converter's own account only the
delimiter is taken over, since a text does not say what it is split at.
"""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from html import unescape
from typing import Any
from xml.parsers import expat


def text_of(data: bytes) -> str:
    """Bytes as text: by byte-order mark, zero bytes, UTF-8, else Windows-1252."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name)
    if data[:2000].count(0) > len(data[:2000]) // 4:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def delimited(data: bytes, delimiter: str, *, quoted: bool) -> int:
    """Filled fields of a text: a state machine over characters, which knows doubled quotes and line ends inside quotes."""
    text = text_of(data)
    if not quoted:
        return sum(bool(part.strip()) for line in re.split(r"\r\n|\r|\n", text) for part in line.split(delimiter))
    total, held, inside, fresh = 0, False, False, True
    place = 0
    while place < len(text):
        mark = text[place]
        if inside:
            if mark == '"':
                if text[place + 1 : place + 2] == '"':
                    held, place = True, place + 1
                else:
                    inside = False
            elif not mark.isspace():
                held = True
        elif mark == '"' and fresh:
            inside, fresh = True, False
        elif mark in (delimiter, "\n", "\r"):
            total, held, fresh = total + held, False, True
        else:
            fresh = False
            held = held or not mark.isspace()
        place += 1
    return total + held


def xlsx(data: bytes) -> int:
    """Cells with a value in every sheet of an xlsx workbook, hidden ones too, straight from the sheets' XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        strings: list[bool] = []
        if "xl/sharedStrings.xml" in names:
            body = archive.read("xl/sharedStrings.xml").decode("utf-8")
            for item in re.findall(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", body, re.DOTALL):
                plain = re.sub(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", "", item, flags=re.DOTALL)
                parts = re.findall(r"<(?:\w+:)?t\b[^>]*?>(.*?)</(?:\w+:)?t>", plain, re.DOTALL)
                strings.append(bool(_excel_text("".join(parts)).strip()))
        sheets = [name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        return sum(_sheet(archive.read(name).decode("utf-8"), strings) for name in sheets)


def _excel_text(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), unescape(text))


def _sheet(body: str, strings: list[bool]) -> int:
    total = 0
    for found in re.finditer(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", body, re.DOTALL):
        inner = found[2]
        if not inner:
            continue
        kind = re.search(r'\bt="(\w+)"', found[1])
        value = re.search(r"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", inner, re.DOTALL)
        if kind and kind[1] == "inlineStr":
            texts = re.findall(r"<(?:\w+:)?t\b[^>]*?>(.*?)</(?:\w+:)?t>", inner, re.DOTALL)
            total += bool(_excel_text("".join(texts)).strip())
        elif value:
            total += strings[int(value[1])] if kind and kind[1] == "s" else bool(_excel_text(value[1]).strip())
    return total


def xls(data: bytes) -> int:
    """Cells with a value in every sheet of an old workbook, by another library than the readers use."""
    import xlrd

    book = xlrd.open_workbook(file_contents=data)
    return sum(
        bool(str(sheet.cell_value(row, column)).strip())
        for sheet in book.sheets()
        for row in range(sheet.nrows)
        for column in range(sheet.ncols)
    )


def xml(data: bytes) -> int:
    """Attributes and stretches of text between tags that hold anything, by the parser's own events."""
    total, texts = 0, [""]

    def flush() -> None:
        nonlocal total
        total += bool(texts[0].strip())
        texts[0] = ""

    def start(_: str, attributes: dict[str, str]) -> None:
        nonlocal total
        flush()
        total += sum(bool(value.strip()) for value in attributes.values())

    def add(text: str) -> None:
        texts[0] += text

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: flush()
    parser.CharacterDataHandler = add
    parser.Parse(data, True)
    return total


def json_scalars(data: bytes) -> int:
    """Scalars of a JSON text that hold anything: no null, no blank text."""

    def count(value: Any) -> int:
        if isinstance(value, (list, tuple)):
            return sum(map(count, value))
        return value is not None and (not isinstance(value, str) or bool(value.strip()))

    return count(json.loads(text_of(data), object_pairs_hook=lambda pairs: [value for _, value in pairs]))


def ole(data: bytes) -> int:
    """Tab-separated fields of the text streams of a compound file, and 32-bit words (and a rest) of its binary ones."""
    import olefile

    total = 0
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        for path in file.listdir():
            stream = file.openstream(path).read()
            if any(byte < 32 and byte not in (9, 10, 13) for byte in stream):
                total += -(-len(stream) // 4)
            else:
                total += sum(bool(part.strip()) for part in re.split(r"[\t\r\n]", stream.decode("latin-1")))
    return total


def agilent_trace(data: bytes) -> int:
    """Values of eight bytes behind a header of 6,144, and the header's texts that hold anything."""
    texts = (0x35A, 0x957, 0xA0E, 0xC11, 0x104C, 0x1075)
    return (len(data) - 0x1800) // 8 + sum(bool(data[at + 1 : at + 1 + 2 * data[at] : 2].strip(b" \0")) for at in texts)


def members(data: bytes, opened: list[str], read: int) -> int:
    """Members of an archive and of the archives in it that were opened, without those that were read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inner = [zipfile.ZipFile(io.BytesIO(archive.read(name))) for name in opened]
        return sum(not info.is_dir() for one in (archive, *inner) for info in one.infolist()) - read


def page(data: bytes) -> int:
    """Cells of the tables of a web page that show anything, and texts outside of them, by patterns only."""
    text = re.sub(r"<(script|style|title)\b.*?</\1>|<!--.*?-->", " ", data.decode("utf-8"), flags=re.DOTALL | re.IGNORECASE)
    cell = re.compile(r"<t[dh]\b[^>]*>(.*?)(?=<t[dhr]\b|</t[dhr]\b|</table)", re.DOTALL | re.IGNORECASE)
    loose = re.split(r"<[^>]*>", re.sub(r"<table\b.*?</table>", "<p>", text, flags=re.DOTALL | re.IGNORECASE))
    shown = (html.unescape(re.sub(r"<[^>]*>", " ", one)) for one in (*cell.findall(text), *loose))
    return sum(bool(one.strip()) for one in shown)


def count(data: bytes, part: dict[str, Any]) -> int:
    """Filled cells of some bytes, of the kind (and at the delimiter) that a ledger's part names."""
    kind = part["kind"]
    if kind == "delimited":
        return delimited(data, part["delimiter"], quoted=part["quoted"])
    if kind == "workbook":
        return xls(data) if data.startswith(b"\xd0\xcf\x11\xe0") else xlsx(data)
    if kind == "page":
        return page(data)
    if kind == "xml":
        return xml(data)
    if kind == "json":
        return json_scalars(data)
    if kind == "ole":
        return ole(data)
    if kind == "agilent trace":
        return agilent_trace(data)
    if kind == "unicorn curve":  # floats between a frame of 47 and one of 48 bytes
        return len(range(47, len(data) - 48, 4))
    if kind == "members":
        return members(data, part["opened"], part["read"])
    message = f"no independent counter for {part}"
    raise AssertionError(message)
