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
    """A table as text: header, rows as column → value without empty ones, and what was found on the way."""

    path: Path
    header: list[str]
    rows: list[dict[str, str]]
    separator: str
    findings: list[Finding] = field(default_factory=list)

    def dates(self, names: set[str]) -> list[str]:
        """Places in these columns where a value looks as a spreadsheet program leaves a name (`2-Sep`, `1E+05`)."""
        return [
            f"line {number} '{name}': {row[name]}"
            for number, row in enumerate(self.rows, 2)
            for name in self.header
            if name in names and name in row and (DATE.fullmatch(row[name]) or POWER.fullmatch(row[name]))
        ]


def read_table(path: Path, expected: str) -> Table:
    """Read a table of text; raises BadInput for what is no table or has a row that is longer than its header."""
    text, encoding = _text(path, expected)
    lines = [line for line in text.splitlines() if line.strip(f"{SEPARATORS} ")]
    if not lines:
        raise BadInput(what=path, found="nothing in it", expected=expected, next="Give a table with a header and rows.")
    separator = max(SEPARATORS, key=lambda sign: (lines[0].count(sign), -SEPARATORS.index(sign)))
    records = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    header = [name.strip() for name in records[0]]
    while header and not header[-1]:
        header.pop()
    twice = [name for name in header if header.count(name) > 1]
    if twice or not all(header):
        found = f"the column '{twice[0]}' twice" if twice else "a column without a name"
        raise BadInput(what=f"{path}: line 1", found=found, expected="each column once", next="Correct the header.")
    rows = []
    for number, record in enumerate(records[1:], 2):
        values = [value.strip() for value in record]
        if any(values[len(header) :]):
            found = f"{len(values)} values"
            raise BadInput(
                what=f"{path}: line {number}", found=found, expected=f"{len(header)} as in the header", next="Quote them."
            )
        rows.append({name: value for name, value in zip(header, values, strict=False) if value})
    findings = []
    if encoding != "utf-8":
        findings.append(
            Finding("table-encoding", f"read as {encoding}; pipelines expect UTF-8 without a mark", str(path), "warning")
        )
    if separator == ";":
        findings.append(Finding("table-separator", "separated by semicolons; pipelines expect commas", str(path), "warning"))
    return Table(path, header, rows, separator, findings)


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
