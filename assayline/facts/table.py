"""Tables of samples as people make them: comma, semicolon or tab, with or without a byte order mark."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name in file order, each with one text a row; absent cells are empty texts."""

    name: str
    columns: dict[str, list[str]]

    @property
    def rows(self) -> int:
        """Rows below the header."""
        return len(next(iter(self.columns.values()), []))


def read_table(path: Path) -> Table:
    """A delimited table with a header; raises `BadInput` for no table, a column without a name, or one name twice."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, str(error), "a text table in UTF-8") from error
    lines = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter(text)) if any(cell.strip() for cell in row)]
    if len(lines) < 2 or len(lines) > MOST_ROWS:
        raise _bad(path, f"{len(lines)} lines", "a header and at least one row")
    header = [name.strip() for name in lines[0]]
    if len(set(header)) < len(header) or "" in header:
        raise _bad(path, f"the header {', '.join(map(repr, header))}", "a name for every column, each once")
    if wrong := next((number for number, row in enumerate(lines, 1) if len(row) > len(header)), None):
        raise _bad(f"{path}: row {wrong}", f"{len(lines[wrong - 1])} cells", f"at most {len(header)}, as in the header")
    filled = [[cell.strip() for cell in row] + [""] * (len(header) - len(row)) for row in lines[1:]]
    return Table(path.name, {name: [row[place] for row in filled] for place, name in enumerate(header)})


def delimiter(text: str) -> str:
    """The mark of comma, semicolon and tab that parts the first line into most cells."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _bad(what: object, found: str, expected: str) -> BadInput:
    return BadInput(what=what, found=found, expected=expected, next="Correct the table.")
