"""Web pages under a workbook's name, as many programs "export to Excel": the tables of the page as one sheet, in order.

The parser of the standard library takes quadratic time over tags that are never closed; this one looks at each character once.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from allotrope.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDEST = 1000
"""Columns and rows that one cell may span; the standard allows no more columns."""
MOST_SPANNED = 5_000_000
"""Places that the cells of a page may span together beside their own."""
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*+)([^<>]*+)>|<[!?][^<>]*+>")
_SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?\s*(\d{1,6})\b", re.IGNORECASE)
_CELLS = frozenset(("td", "th"))
_BREAKS = frozenset(
    ("br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td", "th", "hr", "pre", "caption")
)
"""Tags that part two texts."""
_UNSEEN = frozenset(("script", "style", "title", "template"))


def page_rows(text: str, file: str) -> list[list[str]]:
    """The rows of all tables of a page, and each text outside of them as a row of one cell; `""` for an empty cell.

    A cell that spans several columns or rows stands in the first of them, as a spreadsheet shows it. Raises TooLarge for a page
    whose cells span without end.
    """
    page = _Page()
    hidden = ""
    for shown, tag, closing, attributes in _tokens(_without_comments(text)):
        if not hidden:
            page.text.append(shown)
        if tag in _UNSEEN:
            hidden = tag if not closing and not hidden else "" if closing and tag == hidden else hidden
        elif not hidden and closing:
            page.end(tag)
        elif not hidden:
            page.begin(tag, attributes)
            if page.spanned > MOST_SPANNED:
                found, expected = f"cells that span {page.spanned} places", f"{MOST_SPANNED}"
                raise TooLarge(file=file, where="the page", found=found, expected=expected)
    page.end("table")
    return page.rows


def _without_comments(text: str) -> str:
    parts, position = [], 0
    while (start := text.find("<!--", position)) != -1 and (end := text.find("-->", start + 4)) != -1:
        parts.append(text[position:start])
        position = end + 3
    return "".join(parts) + text[position:]


def _tokens(text: str) -> Iterator[tuple[str, str, bool, str]]:
    """Each tag with the text before it: text, name in lower case, whether it closes, attributes; the rest with an empty name."""
    position = 0
    for found in _TAG.finditer(text):
        yield text[position : found.start()], (found[2] or "").lower(), bool(found[1]), found[3] or ""
        position = found.end()
    yield text[position:], "", False, ""


class _Page:
    """What a page shows, row by row; rows and cells may be left unclosed, and a table within a cell follows below its row."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.row: list[str] | None = None
        self.spanned = 0
        self.columns = 0
        """Columns of the open cell; 0 where none is open."""
        self.below: dict[int, int] = {}
        """Columns that a cell of an earlier row reaches into, and into how many rows more."""

    def begin(self, tag: str, attributes: str) -> None:
        """Begin a table, a row or a cell."""
        if tag in ("table", "tr"):
            self._end_row()
            self.row = [] if tag == "tr" else None
            self.below = {} if tag == "table" else self.below
        elif tag in _CELLS:
            self._end_text()
            self.row = [] if self.row is None else self.row
            while self.below.get(len(self.row), 0) > 0:
                self.row.append("")
            spans = {kind.lower(): min(int(count), WIDEST) or 1 for kind, count in _SPAN.findall(attributes)}
            self.columns = spans.get("col", 1)
            self.spanned += self.columns * spans.get("row", 1) - 1
            if spans.get("row", 1) > 1:
                self.below |= dict.fromkeys(range(len(self.row), len(self.row) + self.columns), spans["row"])
        else:
            self._part(tag)

    def end(self, tag: str) -> None:
        """End a table, a row or a cell."""
        if tag in ("table", "tr"):
            self._end_row()
        elif tag in _CELLS:
            self._end_text()
        else:
            self._part(tag)

    def _part(self, tag: str) -> None:
        """What parts texts parts words in a cell, and rows outside of tables."""
        if tag in _BREAKS and self.columns:
            self.text.append(" ")
        elif tag in _BREAKS:
            self._end_text()

    def _end_text(self) -> None:
        """Text of the open cell, else of the page."""
        text = " ".join(html.unescape("".join(self.text)).split())
        self.text = []
        if self.columns and self.row is not None:
            self.row += [text, *[""] * (self.columns - 1)]
        elif text:
            self.rows.append([text])
        self.columns = 0

    def _end_row(self) -> None:
        self._end_text()
        if self.row is not None:
            self.rows.append(self.row)
            self.below = {column: left - 1 for column, left in self.below.items() if left > 1}
        self.row = None
