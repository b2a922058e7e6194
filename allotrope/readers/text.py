"""Text: bytes to str, with the encoding found once from the bytes themselves; lines of any line ending."""

from __future__ import annotations

import codecs

from allotrope.errors import WrongEncoding

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(data: bytes) -> tuple[str, str]:
    """The encoding of text and the evidence: a byte-order mark, the pattern of zero bytes, valid UTF-8, else Windows-1252."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name, "byte-order mark"
    head = data[:4096]
    if head and head.count(0) > len(head) // 4:
        even, odd = head[::2].count(0), head[1::2].count(0)
        return ("utf-16-le", "zero bytes at odd places") if odd > even else ("utf-16-be", "zero bytes at even places")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return "cp1252", f"byte {error.start} is not UTF-8"
    return "utf-8", "valid UTF-8"


def decode(data: bytes, encoding: str, file: str) -> str:
    """The text of the bytes; raises WrongEncoding where they are not in the encoding that was asked for."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "cp1252":  # five bytes are undefined there and stand for themselves
            return data.decode("cp1252", errors="surrogateescape").encode("cp1252", "surrogateescape").decode("latin-1")
        where, found = f"byte {error.start}", repr(data[error.start : error.start + 4])
        raise WrongEncoding(file=file, where=where, found=found, expected=encoding) from error
    except LookupError as error:
        raise WrongEncoding(file=file, where="--encoding", found="no such encoding", expected=encoding) from error
    return text.removeprefix("\ufeff")


def lines_of(text: str) -> list[str]:
    """The lines, whatever their ending; only CR, LF and CRLF end a line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines
