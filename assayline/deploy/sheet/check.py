"""Rows against the pipeline's own schema, as nf-schema and nf-validation judge them, with the pipeline's own messages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.deploy.sheet.columns import Columns

OWN = {
    "errorMessage",
    "meta",
    "exists",
    "mimetype",
    "schema",
    "uniqueEntries",
    "unique",
    "deprecated",
    "fa_icon",
    "help_text",
    "hidden",
}
"""Keywords of nf-schema that plain JSON Schema does not know; `exists` and `uniqueEntries` are judged here."""

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?|[+-]?(?:NaN|Infinity)")
WHOLE = re.compile(r"[+-]?\d{1,18}")
Row = dict[str, Any]


def inferred(text: str) -> Any:
    """A value as nf-schema types it by its look: true, a whole number, a number, else text (`12D` is a number to Java)."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if WHOLE.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text):
        try:
            return float(text.rstrip("fFdD"))
        except ValueError:
            return text
    return text


def typed(text: str, item: dict[str, Any], *, infers: bool) -> Any:
    """A value of a sheet as the pipeline will see it: by its look, or by the column's type."""
    if infers:
        return inferred(text)
    kinds = item.get("type") if isinstance(item.get("type"), list) else [item.get("type")]
    kinds = [kind for kind in kinds or () if kind] + [part.get("type") for part in item.get("anyOf") or ()]
    value = inferred(text)
    if isinstance(value, bool):
        return value if "boolean" in kinds else text
    if isinstance(value, int):
        return value if {"integer", "number"} & set(kinds) else text
    return value if isinstance(value, float) and "number" in kinds else text


def bare(schema: Any, *, properties: bool = False) -> Any:
    """A schema without the keywords that only nf-schema knows; names of properties are left alone."""
    if isinstance(schema, list):
        return [bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if properties or key not in OWN}
    return {
        key: bare(value, properties=key in ("properties", "$defs", "definitions", "patternProperties") and not properties)
        for key, value in kept.items()
    }


def problems(columns: Columns, rows: Sequence[dict[str, str]], *, infers: bool, base: Path | None = None) -> list[str]:
    """What is wrong, one sentence each with its row and column; empty when the pipeline will take the rows."""
    import jsonschema_rs

    seen = [
        {name: typed(value, columns.properties.get(name, {}), infers=infers) for name, value in row.items() if value != ""}
        for row in rows
    ]
    schema = bare(columns.schema) | {"$schema": columns.schema.get("$schema", "https://json-schema.org/draft/2020-12/schema")}
    schema.pop("$id", None)
    found: dict[str, None] = {}
    try:
        checker = jsonschema_rs.validator_for(schema)
    except ValueError as error:
        return [f"the pipeline's schema cannot be used: {error}"]
    for problem in checker.iter_errors(seen):
        found[_told(columns, list(problem.instance_path), problem.message, seen)] = None
    if not rows:
        found["no row"] = None
    return [*found, *_repeated(columns, seen), *_absent(columns, rows, base)]


def _told(columns: Columns, path: list[Any], message: str, seen: list[Row]) -> str:
    """One problem: the pipeline's own message where it has one, and what stands there."""
    place = f"row {path[0] + 1}" if path else "sheet"
    row = seen[path[0]] if path else {}
    if len(path) < 2:
        missing = next((name for name in columns.required if name not in row and f'"{name}"' in message), "")
        own = columns.properties.get(missing, {}).get("errorMessage")
        return f"{place}{_who(columns, row)}: {own or message}"
    name = str(path[1])
    value = row.get(name)
    own = columns.properties.get(name, {}).get("errorMessage") or message
    hint = ""
    if not isinstance(value, str) and "string" in str(columns.properties.get(name, {}).get("type")):
        hint = "; the pipeline reads it as a number (give --prefix)"
    return f"{place}{_who(columns, row)} '{name}' = {value!r}: {own}{hint}"


def _who(columns: Columns, row: Row) -> str:
    return f" ({row[columns.sample]})" if columns.sample in row else ""


def _repeated(columns: Columns, seen: list[Row]) -> list[str]:
    """Values that may stand only once and stand twice."""
    found = []
    for names in columns.unique:
        counts = Counter(tuple(str(row.get(name, "")) for name in names) for row in seen)
        found += [
            f"{' and '.join(names)} = {' '.join(values)}: {count} rows; one is allowed"
            for values, count in counts.items()
            if count > 1
        ]
    whole = Counter(tuple(sorted((name, str(value)) for name, value in row.items())) for row in seen)
    return [*found, *(f"a row stands {count} times: {dict(row)}" for row, count in whole.items() if count > 1)]


def _absent(columns: Columns, rows: Sequence[dict[str, str]], base: Path | None) -> list[str]:
    """Files that a column demands to exist and that do not."""
    found = []
    for number, row in enumerate(rows, 1):
        for name, item in columns.properties.items():
            text = row.get(name, "")
            wanted = str(item.get("format", "")).endswith("path")
            if not text or "://" in text or not (wanted or item.get("exists") is True or name in columns.roles.values()):
                continue
            place = Path(text) if base is None else base / text
            if not place.exists():
                found.append(f"row {number} '{name}': no such file: {text}")
    return found
