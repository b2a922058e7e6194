"""Delimited text: lines split at a delimiter that the file itself shows, with or without quotes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from allotrope.errors import Damaged, TooLarge
from allotrope.readers.text import lines_of

DELIMITERS = "\t,;|"
LONGEST_CELL = 1 << 20
"""Characters in one cell; more is a damaged or hostile file."""
MOST_LINES = 50
"""Lines of one row; a quoted field of more is a quote that nobody closed."""
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def delimiter_of(text: str) -> str:
    """The delimiter: a `sep=` line, else the one that most of the first 200 filled lines hold, most often."""
    lines = [line for line in lines_of(text[:200_000])[:200] if line.strip()]
    if lines and lines[0].strip().strip('"').lower().startswith("sep="):
        return lines[0].strip(" ").strip('"')[4:5] or ","
    bare = [_QUOTED.sub('""', line) for line in lines]
    return max(DELIMITERS, key=lambda mark: (sum(mark in line for line in bare), sum(line.count(mark) for line in bare)))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of fields; the line each starts on where a quoted field spans lines (else None: row n is line n + 1).

    `unclosed` is the line of a quote that nothing closes (0: there is none), for which the text was read without quotes.
    """

    rows: list[list[str]]
    lines: list[int] | None
    unclosed: int = 0


def rows_of(text: str, delimiter: str, file: str, *, quoted: bool = True) -> Rows:
    """The rows of a text. A quote that opens a field of more than fifty lines, or is never closed, opened none.

    Raises TooLarge for a longer cell than a megabyte, Damaged for what is no delimited text.
    """
    if quoted and '"' in text:
        return _quoted_rows(text, delimiter, file)
    lines = lines_of(text)
    rows = [line.split(delimiter) for line in lines]
    if max(map(len, lines), default=0) > LONGEST_CELL:
        _check_cells(rows, file)
    return Rows(rows, None)


def _quoted_rows(text: str, delimiter: str, file: str) -> Rows:
    csv.field_size_limit(LONGEST_CELL)
    # One line more than the text has: a quote still open at the end of the text takes it into the last row.
    lines = chain(io.StringIO(text, newline=""), ["end"])
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=False)
    rows, ends, unclosed = [], [0], 0
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if ends[-1] - ends[-2] > MOST_LINES:
                unclosed = ends[-2] + 1
                break
    except csv.Error as error:
        where = f"line {reader.line_num}"
        if "field larger" not in str(error):
            raise Damaged(file=file, where=where, found=str(error), expected="delimited text") from error
        if reader.line_num - ends[-1] <= MOST_LINES:
            raise TooLarge(file=file, where=where, found="a longer cell", expected=f"{LONGEST_CELL} characters a cell") from error
        unclosed = ends[-1] + 1
    if not unclosed and ends[-1] - ends[-2] > 1:
        unclosed = ends[-2] + 1
    if unclosed:
        return replace(rows_of(text, delimiter, file, quoted=False), unclosed=unclosed)
    starts = [end + 1 for end, _ in pairwise(ends[:-1])]
    return Rows(rows[:-1], None if starts == list(range(1, len(rows))) else starts)


def _check_cells(rows: list[list[str]], file: str) -> None:
    for number, row in enumerate(rows, start=1):
        longest = max(map(len, row))
        if longest > LONGEST_CELL:
            found = f"a cell of {longest} characters"
            raise TooLarge(file=file, where=f"line {number}", found=found, expected=f"{LONGEST_CELL} characters a cell")
