"""Tables of text: csv and tsv (also gzipped), names in the first line and first column, in either orientation."""

from __future__ import annotations

import csv
import gzip
import io
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

from assayline.cells.matrix import Matrix, bad, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}


def delimiter_of(path: Path) -> str | None:
    """The delimiter that the suffix promises (`.csv`, `.tsv`, `.txt`, also before `.gz`), or None for another kind of file."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return DELIMITERS.get(suffixes[-1]) if suffixes else None


def read_delimited(path: Path, delimiter: str) -> list[Matrix]:
    """A table with names in the first line and first column; R's header without a corner cell, Drop-seq's `#` lines."""
    rows: list[str] = []
    indices: list[Any] = []
    data: list[Any] = []
    lines = lines_of(path, delimiter)
    number, header = next(((number, fields) for number, fields in lines if not fields[0].startswith("#")), (0, None))
    if header is None:
        raise bad(path, "no lines", "a header and one line a row")
    columns: list[str] = []
    for number, fields in lines:
        if not columns:
            columns = header if len(header) == len(fields) - 1 else header[1:]
        if len(fields) != len(columns) + 1:
            raise bad(f"{path}: line {number}", f"{len(fields)} fields", f"{len(columns) + 1} as in the first lines")
        values = _numbers(path, number, fields, columns)
        filled = np.flatnonzero(values)
        rows.append(fields[0])
        indices.append(filled.astype(np.int32))
        data.append(values[filled])
    if not rows or not columns:
        raise bad(path, "a header without rows" if columns or header else "no columns", "a table of counts")
    starts = np.concatenate([[0], np.cumsum([len(part) for part in data])])
    values = sparse.csr_matrix((np.concatenate(data), np.concatenate(indices), starts), shape=(len(rows), len(columns)))
    return [Matrix(values, rows, columns, "the table")]


def lines_of(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table with their numbers, empty ones left out; raises `BadInput` for what is not whole UTF-8 text."""
    opened(path)
    try:
        stream: Any = gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # noqa: SIM115
        with stream, io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, delimiter=delimiter)
            first = next(reader, None)
            for fields in chain([] if first is None else [first], reader):
                if fields:
                    yield reader.line_num, fields
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise bad(path, str(error), "a whole text file in UTF-8") from error


def _numbers(path: Path, line: int, fields: list[str], columns: list[str]) -> Any:
    try:
        values = np.array(fields[1:], dtype=np.float64)
    except ValueError as error:
        for column, text in zip(columns, fields[1:], strict=True):
            if not _is_number(text):
                raise bad(f"{path}: line {line}, column '{column}'", f"{text!r}", "a number") from error
        raise
    if not np.isfinite(values).all():
        column = columns[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise bad(f"{path}: line {line}, column '{column}'", "a value that is not finite", "a number")
    return values


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
