"""Probe: what a file shows before parsing, each part computed once, on demand, and shared by signatures and reader."""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import re
import zipfile
import zlib
from collections import Counter
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from allotrope.errors import Damaged, Empty, TooLarge, Unreadable
from allotrope.readers.text import decode, encoding_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allotrope.readers.error_cells import Errors

LARGEST_FILE = 1 << 30
LARGEST_MEMBER = 1 << 29
MOST_MEMBERS = 100_000
BROKEN_STREAMS = (zlib.error, lzma.LZMAError)
"""What the decompressors raise for damaged data, beside OSError and EOFError."""
HEAD = 16_384
"""Characters of a text that signatures look at."""
ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
"""How the archive of an OpenDocument spreadsheet begins, behind its first header."""
SHEET_ROWS = 200
"""Rows of a sheet that signatures look at."""


def _modified(stream: BinaryIO) -> float | None:
    """The modification time of the file behind a stream, None for a stream without one."""
    try:
        return os.fstat(stream.fileno()).st_mtime
    except (OSError, AttributeError, ValueError):
        return None


def _twice(names: Iterable[str]) -> str | None:
    """The first name that is there more than once."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|table)\b", re.IGNORECASE)
_ROOT = re.compile(r"<(?![?!])([^\s/>]+)([^>]*)>")


class Probe:
    """One input: a file, a binary stream with a name, or a folder (its members are its files)."""

    def __init__(self, source: str | PurePath | BinaryIO, *, encoding: str | None = None) -> None:
        self.forced_encoding = encoding
        self.folder: Path | None = None
        self.modified: float | None = None
        self._laid_out = 0
        """Cells of the sheets that were read, the empty ones among them."""
        if isinstance(source, (str, PurePath)):
            self._open(Path(source))
        else:
            self.name = PurePath(str(getattr(source, "name", "stream")).replace("\\", "/")).name
            self.modified = _modified(source)
            self.data = source.read()
        if not self.folder and not self.data:
            raise Empty(file=self.name, where="the file", found="0 bytes", expected="an instrument's export")

    def _open(self, path: Path) -> None:
        self.name = path.name
        try:
            status = path.stat()
            self.modified = status.st_mtime
            if path.is_dir():
                os.scandir(path).close()
                self.folder = path
                self.data = b""
                return
            if not path.is_file():
                raise Unreadable(file=self.name, found="not a regular file")
            if status.st_size > LARGEST_FILE:
                size, limit = f"{status.st_size} bytes", f"{LARGEST_FILE} bytes"
                raise TooLarge(file=self.name, where="the file", found=size, expected=limit)
            self.data = path.read_bytes()
        except OSError as error:
            raise Unreadable(file=self.name, found=error.strerror or str(error)) from error

    @property
    def suffix(self) -> str:
        """The last suffix in lower case, with its dot."""
        return PurePath(self.name).suffix.lower()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content; of a folder, of its members' names and digests."""
        if not self.folder:
            return hashlib.sha256(self.data).hexdigest()
        total = hashlib.sha256()
        for member in self.members:
            total.update(member.encode() + hashlib.sha256(self.member(member)).digest())
        return total.hexdigest()

    @cached_property
    def kind(self) -> str:
        """The container: folder, workbook, zip, ole, sqlite, xml, json, text or binary."""
        data = self.data
        if self.folder:
            return "folder"
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            names = set(self.members)
            if "content.xml" in names and ODS in data[:200]:
                return "workbook"
            return "workbook" if "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names) else "zip"
        if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            return "workbook" if {"workbook", "book"} & {name.lower() for name in self.members} else "ole"
        if data.startswith(b"SQLite format 3\x00"):
            return "sqlite"
        if b"\x00" in data[:1024] and not self.encoding.startswith("utf-"):
            return "binary"
        if self.page:
            return "workbook"
        start = self.head.lstrip("\ufeff \t\r\n")[:200]
        if start.startswith("<") and ("<?xml" in start or _ROOT.match(start)):
            return "xml"
        return "json" if start.startswith(("{", "[{", "[\n", "[ ")) and self._closes_as_json() else "text"

    @cached_property
    def page(self) -> bool:
        """Whether a text is a web page, which programs write under a workbook's name and spreadsheets open as one."""
        return not self.data.startswith((b"PK", b"\xd0\xcf\x11\xe0")) and bool(_PAGE.match(self.head))

    def _closes_as_json(self) -> bool:
        return self.data.rstrip(b" \t\r\n\x00")[-1:] in (b"}", b"]")

    @cached_property
    def _encoding(self) -> tuple[str, str]:
        return (self.forced_encoding, "as asked for") if self.forced_encoding else encoding_of(self.data)

    @property
    def encoding(self) -> str:
        """The text encoding."""
        return self._encoding[0]

    @property
    def encoding_evidence(self) -> str:
        """Why this encoding."""
        return self._encoding[1]

    @cached_property
    def text(self) -> str:
        """The whole content as text."""
        return decode(self.data, self.encoding, self.name)

    @cached_property
    def head(self) -> str:
        """The first characters as text, without byte-order mark; broken ends are left out, and lines that end in CR end in LF."""
        encoding = self.encoding if self.encoding != "cp1252" else "latin-1"
        text = self.data[: 4 * HEAD].decode(encoding, "ignore").removeprefix("\ufeff")[:HEAD]
        return text if "\n" in text else text.replace("\r", "\n")

    @cached_property
    def folded_head(self) -> str:
        """The head without differences of case."""
        return self.head.casefold()

    @cached_property
    def lines(self) -> list[str]:
        """The first lines."""
        return lines_of(self.head)

    @cached_property
    def root(self) -> str:
        """The root element of XML as written, with its attributes: `<Run version="1">`; empty for anything else."""
        found = _ROOT.search(re.sub(r"<!--.*?-->", "", self.head, flags=re.DOTALL)) if self.kind == "xml" else None
        return found[0] if found else ""

    @cached_property
    def workbook(self) -> Any:
        """The opened workbook (calamine)."""
        from allotrope.readers.xlsx import open_workbook

        _ = self._errors  # first, since the sheets of xls and ods are laid out as soon as they are opened
        return open_workbook(self.data, self.name)

    @cached_property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets that hold cells, hidden ones too; empty where the file is no workbook."""
        if self.kind != "workbook":
            return ()
        names = ("page",) if self.page else tuple(self.workbook.sheet_names)
        twice = _twice(names)
        if twice is not None:
            raise Damaged(file=self.name, where=f"sheet {twice!r}", found="sheet named twice", expected="each name once")
        return names

    def rows(self, sheet: str) -> list[Any]:
        """All rows of a sheet, read once."""
        if sheet not in self._rows and self.page:
            from allotrope.readers.html_tables import page_rows

            self._rows[sheet] = page_rows(self.text, self.name)
        elif sheet not in self._rows:
            from allotrope.readers.xlsx import check_total, open_workbook, readable, sheet_rows, with_errors

            workbook, errors = self.workbook, self._look(sheet)
            member = self._sheet_members.get(sheet) if errors and self._errors is None else None
            if data := readable(self.data, member, errors, self.name) if member else None:
                workbook = open_workbook(data, self.name)
            rows = self._rows[sheet] = with_errors(sheet_rows(workbook, sheet, self.name), errors)
            self._laid_out += len(rows) * len(rows[0]) if rows else 0
            check_total(self._laid_out, self.data, self.name)
        return self._rows[sheet]

    @cached_property
    def cell_texts(self) -> str | None:
        """A quick look at a workbook: lines that hold every text of the first rows of its sheets; None where there is none."""
        if self.kind != "workbook":
            return None
        from allotrope.readers.xlsx import glance

        return glance(self.data, self.name, SHEET_ROWS)

    @cached_property
    def folded_cells(self) -> str:
        """`cell_texts` without differences of case."""
        return (self.cell_texts or "").casefold()

    def sheet_xml(self, sheet: str) -> bytes:
        """The XML of a sheet, empty where there is none to be had."""
        member = self._sheet_members.get(sheet) if self._errors is None else None
        return self.member(member) if member else b""

    def _look(self, sheet: str) -> Errors:
        """The error values of a sheet, each sheet looked at before it is laid out."""
        from allotrope.readers.xlsx import look_at

        if self._errors is not None:
            return self._errors.get(sheet, {})
        member = self._sheet_members.get(sheet)
        return look_at(self.sheet_xml(sheet), member, self.name) if member else self._unlisted

    @cached_property
    def _errors(self) -> dict[str, Errors] | None:
        """The error values by sheet of a workbook whose sheets are not XML each (xls, xlsb, ods), else None."""
        from allotrope.readers.xlsx import other_errors

        members = {member.lower() for member in self.members}
        if self.data.startswith(b"PK") and not members & {"xl/workbook.bin", "content.xml"}:
            return None
        found = other_errors(self.data, self.name)
        return None if "xl/workbook.xml" in members else found

    @cached_property
    def _sheet_members(self) -> dict[str, str]:
        from allotrope.readers.xlsx import sheet_members

        return sheet_members(self.data, self.members, self.name)

    @cached_property
    def _unlisted(self) -> Errors:
        """What is known of a sheet whose part is not found: no error values, but that no part is hostile."""
        from allotrope.readers.xlsx import look_at_all

        look_at_all(self.data, self.name)
        return {}

    @cached_property
    def _rows(self) -> dict[str, list[Any]]:
        return {}

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Names inside an archive, an OLE file (streams) or a folder, with forward slashes, in order."""
        if self.folder:
            found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
            return tuple(path.relative_to(self.folder).as_posix() for path in found)
        if self.data.startswith(b"PK"):
            infos = self._archive.infolist()
            if len(infos) > MOST_MEMBERS:
                raise TooLarge(file=self.name, where="the archive", found=f"{len(infos)} members", expected=str(MOST_MEMBERS))
            names = tuple(info.filename for info in infos if not info.is_dir())
            twice = _twice(names)
            if twice is not None:
                raise Damaged(file=self.name, where=twice, found="member named twice", expected="each name once")
            return names
        if self.data.startswith(b"\xd0\xcf\x11\xe0"):
            return tuple("/".join(path) for path in self.ole.listdir())
        return ()

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(io.BytesIO(self.data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise Damaged(file=self.name, where="the archive", found=str(error), expected="a complete zip archive") from error

    @cached_property
    def ole(self) -> Any:
        """The opened OLE compound file (olefile)."""
        import olefile

        try:
            return olefile.OleFileIO(io.BytesIO(self.data))
        except (OSError, olefile.olefile.OleFileError, ValueError, IndexError) as error:
            raise Damaged(file=self.name, where="the OLE file", found=str(error), expected="a complete compound file") from error

    def member(self, name: str) -> bytes:
        """The bytes of an archive member, OLE stream or file of the folder; raises Damaged or TooLarge.

        `inner.zip!/name` is a member of an archive in the archive.
        """
        if "!/" in name:
            outer, _, inner = name.partition("!/")
            return self.inner(outer).member(inner)
        if self.folder:
            try:
                return (self.folder / name).read_bytes()
            except OSError as error:
                raise Unreadable(file=f"{self.name}/{name}", found=error.strerror or str(error)) from error
        if self.data.startswith(b"\xd0\xcf\x11\xe0"):
            try:
                return bytes(self.ole.openstream(name.split("/")).read())
            except (OSError, ValueError, IndexError) as error:
                raise Damaged(file=self.name, where=name, found=str(error), expected="a complete stream") from error

        try:
            size = self._archive.getinfo(name).file_size
            if size > LARGEST_MEMBER:
                raise TooLarge(file=self.name, where=name, found=f"{size} bytes unpacked", expected=f"{LARGEST_MEMBER} bytes")
            with self._archive.open(name) as stream:
                return stream.read(LARGEST_MEMBER)
        except (KeyError, zipfile.BadZipFile, EOFError, RuntimeError, OSError, ValueError, *BROKEN_STREAMS) as error:
            raise Damaged(file=self.name, where=name, found=str(error), expected="a complete archive member") from error

    def inner(self, name: str) -> Probe:
        """The probe of an archive member that is an archive itself, opened once."""
        if name not in self._inner:
            stream = io.BytesIO(self.member(name))
            stream.name = f"{self.name}/{name}"
            self._inner[name] = Probe(stream)
        return self._inner[name]

    @cached_property
    def _inner(self) -> dict[str, Probe]:
        return {}

    def member_text(self, name: str) -> str:
        """A member's bytes as text in its own encoding."""
        data = self.member(name)
        return decode(data, self.forced_encoding or encoding_of(data)[0], f"{self.name}/{name}")
