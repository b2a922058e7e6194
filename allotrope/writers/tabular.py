"""Tables as bytes: Parquet, Arrow and CSV, and the sidecar that says what each column is."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

    from allotrope.tables import Tables

SIDECAR = "assayline.columns/1"
_FORMULA = r"^([=+@\t\r]|-[^0-9.])"
_FACTS = ("path", "unit", "unit-iri", "unit-of", "class", "offset", "digits")


def parquet(table: pa.Table) -> bytes:
    """A table as Parquet file, with the units of its columns in the metadata of their fields."""
    from pyarrow.parquet import write_table

    buffer = io.BytesIO()
    write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def arrow(table: pa.Table) -> bytes:
    """A table as Arrow IPC stream, which a pipe can carry."""
    from pyarrow.ipc import new_stream

    buffer = io.BytesIO()
    with new_stream(buffer, table.schema) as stream:
        stream.write_table(table)
    return buffer.getvalue()


def csv(table: pa.Table) -> bytes:
    """A table as CSV in UTF-8; lists are JSON in a cell; text that a spreadsheet would run gets an apostrophe before it.

    Times of which the file names no zone are given as its clock showed them, without one.
    """
    from pyarrow.csv import write_csv

    buffer = io.BytesIO()
    write_csv(_plain(table), buffer)
    return buffer.getvalue()


def _plain(table: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_nested(column.type):
            texts = ["" if not value else orjson.dumps(trimmed(value)).decode() for value in column.to_pylist()]
            columns.append(pa.array(texts, pa.string()))
        elif pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
            columns.append(pc.replace_substring_regex(column.cast(pa.string()), _FORMULA, r"'\1"))
        elif pa.types.is_timestamp(column.type) and (field.metadata or {}).get(b"offset") == b"":
            columns.append(column.cast(pa.timestamp(column.type.unit)))
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def trimmed(value: Any) -> Any:
    """A nested value without its absent parts."""
    if isinstance(value, dict):
        return {key: trimmed(part) for key, part in value.items() if part is not None}
    return [trimmed(part) for part in value] if isinstance(value, list) else value


FORMATS: dict[str, Callable[[pa.Table], bytes]] = {"csv": csv, "parquet": parquet, "arrow": arrow}
"""Format name (and ending of a file) → function from a table to bytes."""


def sidecar(found: Tables, name: str, content: bytes) -> bytes:
    """What each column of each table is, as JSON: its place in the document, its type, its unit and the class of its value.

    Also where the tables came from: name and digest of the document, its schema, and the converter that wrote it.
    """
    document = {"name": name, "sha256": sha256(content).hexdigest(), "manifest": found.manifest, "converter": _converter(found)}
    tables = {kind: {"rows": table.num_rows, "columns": _columns(table.schema)} for kind, table in found.items()}
    findings = [finding.to_json() for finding in found.findings]
    return _dumped({"schema": SIDECAR, "document": document, "tables": tables, "findings": findings})


def columns(found: Tables) -> bytes:
    """What each column of each table is, for all documents of the manifest."""
    tables = {kind: {"columns": _columns(table.schema)} for kind, table in found.items()}
    return _dumped({"schema": SIDECAR, "manifest": found.manifest, "tables": tables})


def _dumped(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _converter(found: Tables) -> str | None:
    """Name and version of the converter, where the document names it."""
    told = []
    for label in ("ASM converter name", "ASM converter version"):
        column = found.measurements[label] if label in found.measurements.column_names else None
        told += [str(column[0])] if column is not None and len(column) and column[0].is_valid else []
    return " ".join(told) or None


def _columns(fields: Iterable[pa.Field]) -> list[dict[str, Any]]:
    import pyarrow as pa

    listed = []
    for field in fields:
        facts = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        kind = field.type
        nested = pa.types.is_list(kind) and pa.types.is_struct(kind.value_type)
        body: dict[str, Any] = {"name": field.name, "type": "list" if nested else str(kind)}
        body |= {key: facts[key] for key in _FACTS if key in facts}
        if nested:
            body["columns"] = _columns(kind.value_type)
        listed.append(body)
    return listed
