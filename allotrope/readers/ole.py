"""OLE compound files: every stream as cells. A text stream has its tab-separated fields; a binary one its 32-bit words.

A stream is text if it holds no control characters but tab, line feed and carriage return. Words are read as little-endian floats;
a rest of fewer than four bytes is one cell more.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from allotrope.readers.text import lines_of

if TYPE_CHECKING:
    from allotrope.record import Cell, Leaves

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Stream:
    """One stream: its path within the file, the lines of a text as cells, or the words of binary data as cells."""

    def __init__(self, path: str, data: bytes, leaves: Leaves) -> None:
        self.path = path
        self.lines: list[list[Cell]] = []
        self.words: list[Cell] = []
        self.data = data
        if _CONTROL.search(data):
            whole = len(data) // 4
            values = struct.unpack(f"<{whole}f", data[: 4 * whole])
            cells = [leaves.add(f"{path}/word {number}", value) for number, value in enumerate(values, start=1)]
            if len(data) % 4:
                cells.append(leaves.add(f"{path}/rest", data[4 * whole :].hex()))
            self.words = [leaves.cell(handle) for handle in cells]
            return
        for number, line in enumerate(lines_of(data.decode("latin-1")), start=1):
            fields = line.split("\t")
            self.lines.append(
                [leaves.cell(leaves.add(f"{path}/line {number} field {at}", text)) for at, text in enumerate(fields, start=1)]
            )

    @property
    def cells(self) -> list[Cell]:
        """All cells of the stream."""
        return self.words or [cell for line in self.lines for cell in line]

    @property
    def text(self) -> str:
        """The text of a text stream, read as Latin-1; empty for a binary one."""
        return "" if self.words else self.data.decode("latin-1")

    def pairs(self) -> dict[str, Cell]:
        """The cells of lines `key=value` by key."""
        found: dict[str, Cell] = {}
        for line in self.lines:
            key, mark, _ = line[0].text.partition("=")
            if mark:
                found.setdefault(key.strip(), line[0])
        return found

    def ignore(self, because: str) -> None:
        """Drop what nothing has read of the stream, with the reason."""
        for cell in self.cells:
            if cell:
                cell.ignore(because)
