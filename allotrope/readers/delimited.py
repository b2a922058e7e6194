"""Delimited text: lines split at a delimiter that the file itself shows, with or without quotes."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise

from allotrope.errors import Damaged, TooLarge
from allotrope.readers.text import lines_of

DELIMITERS = "\t,;|"
LONGEST_CELL = 1 << 20
"""Characters in one cell; more is a damaged or hostile file."""
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def delimiter_of(text: str) -> str:
    """The delimiter: a `sep=` line, else the one that most of the first 200 filled lines hold, most often."""
    lines = [line for line in lines_of(text[:200_000])[:200] if line.strip()]
    if lines and lines[0].strip().strip('"').lower().startswith("sep="):
        return lines[0].strip().strip('"')[4:5] or ","
    bare = [_QUOTED.sub('""', line) for line in lines]
    return max(DELIMITERS, key=lambda mark: (sum(mark in line for line in bare), sum(line.count(mark) for line in bare)))


def rows_of(text: str, delimiter: str, file: str, *, quoted: bool = True) -> tuple[list[list[str]], list[int] | None]:
    """Rows of fields, and the line each row starts on where a quoted field spans lines (else None: row n is line n + 1)."""
    if not quoted or '"' not in text:
        rows = [line.split(delimiter) for line in lines_of(text)]
        _check_cells(rows, text, file)
        return rows, None
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=False)
    rows, ends = [], [0]
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        where = f"line {reader.line_num}"
        if "field larger" in str(error):
            raise TooLarge(file=file, where=where, found="a longer cell", expected=f"{LONGEST_CELL} characters a cell") from error
        raise Damaged(file=file, where=where, found=str(error), expected="delimited text") from error
    starts = [end + 1 for end, _ in pairwise(ends)]
    return rows, None if starts == list(range(1, len(rows) + 1)) else starts


def _check_cells(rows: list[list[str]], text: str, file: str) -> None:
    if len(text) <= LONGEST_CELL:
        return
    for number, row in enumerate(rows, start=1):
        longest = max(map(len, row))
        if longest > LONGEST_CELL:
            found = f"a cell of {longest} characters"
            raise TooLarge(file=file, where=f"line {number}", found=found, expected=f"{LONGEST_CELL} characters a cell")
