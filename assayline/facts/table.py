"""Tables that people edit: separators, byte-order marks and encodings are found, and what a spreadsheet program did is told."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mai|okt|dez"
DATE = re.compile(
    rf"(?:\d{{1,2}}[-./ ](?:{MONTHS})[a-z]*\.?(?:[-./ ]\d{{2,4}})?|(?:{MONTHS})[a-z]*[-./ ]\d{{1,4}}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)
POWER = re.compile(r"\d(?:[.,]\d+)?E[+-]?\d+")
SEPARATORS = ",;\t|"


@dataclass(slots=True)
class Table:
    """A table as text: header, rows as column → value without empty ones, the line of each, and what was found on the way."""

    path: Path
    header: list[str]
    rows: list[dict[str, str]]
    lines: list[int]
    separator: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def columns(self) -> dict[str, list[str]]:
        """Column → one text a row, in file order; an absent value is an empty text."""
        return {name: [row.get(name, "") for row in self.rows] for name in self.header}

    def dates(self, names: set[str]) -> list[str]:
        """Places in these columns where a value looks as a spreadsheet program leaves a name (`2-Sep`, `1E+05`)."""
        return [
            f"line {number} '{name}': {row[name]}"
            for number, row in zip(self.lines, self.rows, strict=True)
            for name in self.header
            if name in names and name in row and (DATE.fullmatch(row[name]) or POWER.fullmatch(row[name]))
        ]


def read_table(path: Path, expected: str = "a table with a header and a row for each sample") -> Table:
    """Read a table of text; raises BadInput for what is no table or has a row that is longer than its header.

    `expected` says what the table is to be; a header without a row is a table.
    """
    text, encoding = _text(path, expected)
    first = next((line for line in text.splitlines() if line.strip(f"{SEPARATORS} ")), "")
    separator = max(SEPARATORS, key=lambda sign: (first.count(sign), -SEPARATORS.index(sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records = [(reader.line_num, values) for cells in reader if any(values := [cell.strip() for cell in cells])]
    if not records:
        raise BadInput(what=path, found="nothing in it", expected=expected, next="Give a table with a header and rows.")
    top, header = records[0]
    while not header[-1]:
        header.pop()
    twice = [name for name in header if header.count(name) > 1]
    if twice or not all(header):
        found = f"the column '{twice[0]}' twice" if twice else "a column without a name"
        raise BadInput(what=f"{path}: line {top}", found=found, expected="each column once", next="Correct the header.")
    for number, values in records[1:]:
        if any(values[len(header) :]):
            raise BadInput(
                what=f"{path}: line {number}",
                found=f"{len(values)} cells, which is more cells than the header has columns",
                expected=f"{len(header)} as in the header",
                next="Quote them.",
            )
    rows = [{name: value for name, value in zip(header, values, strict=False) if value} for _, values in records[1:]]
    lines = [number for number, _ in records[1:]]
    findings = []
    if encoding != "utf-8":
        findings.append(
            Finding("table-encoding", f"read as {encoding}; pipelines expect UTF-8 without a mark", str(path), "warning")
        )
    if separator == ";":
        findings.append(Finding("table-separator", "separated by semicolons; pipelines expect commas", str(path), "warning"))
    return Table(path, header, rows, lines, separator, findings)


def _text(path: Path, expected: str) -> tuple[str, str]:
    """The text and its encoding."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(what=path, found=error.strerror or error, expected=expected, next="Check the path.") from error
    if raw[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise BadInput(what=path, found="a workbook", expected=expected, next="Save the sheet as CSV (UTF-8) first.")
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encoding = next((name for mark, name in marks if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), "cp1252"
