"""Every scalar of every reference document is found again in its tables, at the place it came from.

The document is rebuilt from Arrow data and field metadata alone, by code that shares nothing with the flattening, as a map from
JSON pointer to value; it must equal the same map read off the document.
"""

from __future__ import annotations

import csv
import json
import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from allotrope.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allotrope.tables import Tables

FIRST = ("device control document", "processed data document", "device document")
LABELLED = re.compile(r"/custom information document/\d+/scalar [a-z]+ datum$")
COMPONENT = ("concept", "unit", "@componentDatatype", "scale", "$asm.fill-value")


def escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def scalars(node: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Pointer and value of every scalar of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from scalars(value, f"{at}/{escape(key)}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from scalars(value, f"{at}/{index}")
    else:
        yield at, node


def place(pointer: str, path: str) -> str:
    """The pointer of a column's value in the row at `pointer`: the row's own indices as far as the keys agree, then 0s."""
    tokens = pointer.split("/")[1:]
    out: list[str] = []
    keys = path.split("/")
    if keys[0] not in tokens[:1]:  # the place of calculated data is relative to its document
        start = tokens.index(keys[0])
        out, tokens = tokens[:start], tokens[start:]
    for key in keys:
        out.append(key)
        if tokens and tokens[0] == escape(key):
            tokens.pop(0)
            while tokens and tokens[0].isdigit():
                out.append(tokens.pop(0))
        else:
            tokens = []
            if key in FIRST:
                out.append("0")
    return "/" + "/".join(out)


def written(moment: datetime, facts: dict[bytes, bytes]) -> str:
    """A time as the file wrote it, from the metadata of its field."""
    offset = facts[b"offset"].decode()
    digits = (6 if moment.microsecond else 0) if facts[b"digits"] == b"iso" else int(facts[b"digits"])
    if offset in ("Z", ""):
        zone: timezone = UTC
    else:
        sign = -1 if offset[0] == "-" else 1
        zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
    text = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text[: 19 + (digits + 1 if digits else 0)] + offset


def entries(cells: list[dict[str, Any]], row: str = "") -> Iterator[tuple[str, Any]]:
    for cell in cells:
        value = next((cell[kind] for kind in ("number", "text", "flag") if cell[kind] is not None), None)
        if LABELLED.search(cell["at"]):
            place = row + cell["at"][1:] if cell["at"].startswith(".") else cell["at"]
            above = place.rpartition("/")[0]
            yield from ((f"{above}/datum label", cell["label"]), (place, value))
            if cell["unit"] is not None:
                yield f"{above}/unit", cell["unit"]
            continue
        place = row + cell["at"][1:] if cell["at"].startswith(".") else cell["at"]
        at = f"{place}/{escape(cell['label'])}"
        yield (f"{at}/value", value) if cell["unit"] is not None else (at, value)
        if cell["unit"] is not None:
            yield f"{at}/unit", cell["unit"]


def cell(field: pa.Field, value: Any, at: str, open_units: set[str], unit_of: str | None) -> Iterator[tuple[str, Any]]:
    """Pointer and value of all scalars in one cell whose place is `at`."""
    facts = field.metadata or {}
    if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type):
        for index, item in enumerate(value):
            yield from record(field.type.value_type, item, f"{at}/{index}", facts[b"path"].decode())
    elif pa.types.is_list(field.type):
        yield from ((f"{at}/{index}", item) for index, item in enumerate(value))
    elif unit_of is not None:
        yield at, value
    elif field.name in open_units:
        yield f"{at}/value", value
    elif b"unit" in facts:
        yield from ((f"{at}/value", value), (f"{at}/unit", facts[b"unit"].decode()))
    else:
        yield at, written(value, facts) if pa.types.is_timestamp(field.type) else value


def record(fields: Any, row: dict[str, Any], base: str, above: str) -> Iterator[tuple[str, Any]]:
    """Pointer and value of all scalars in a struct that stands at `base`, the path of its list being `above`."""
    metadata = {field.name: field.metadata or {} for field in fields}
    units = {facts[b"unit-of"].decode(): name for name, facts in metadata.items() if b"unit-of" in facts}
    for field in fields:
        if row[field.name] is None:
            continue
        of = metadata[field.name].get(b"unit-of", b"").decode() or None
        path = metadata[of or field.name][b"path"].decode().removeprefix(above).strip("/")
        steps = (f"/{escape(key)}" + ("/0" if key in FIRST else "") for key in path.split("/"))
        at = base + "".join(steps) + ("/unit" if of else "")
        yield from cell(field, row[field.name], at, set(units), of)


def rows(table: pa.Table) -> Iterator[tuple[str, Any]]:
    """Pointer and value of all scalars in a table of rows with pointers."""
    metadata = {field.name: field.metadata or {} for field in table.schema}
    units = {facts[b"unit-of"].decode() for facts in metadata.values() if b"unit-of" in facts}
    pointers = table["pointer"].to_pylist()
    for field, column in zip(table.schema, table.columns, strict=True):
        if field.name in ("pointer", "calculated data") or column.null_count == len(column):
            continue
        if field.name in ("custom information", "other"):
            for pointer, listed in zip(pointers, column.to_pylist(), strict=True):
                yield from entries(listed, pointer)
            continue
        of = metadata[field.name].get(b"unit-of", b"").decode() or None
        path = metadata[of or field.name][b"path"].decode()
        for pointer, value in zip(pointers, column.to_pylist(), strict=True):
            if value is not None:
                yield from cell(field, value, place(pointer, path) + ("/unit" if of else ""), units, of)


def cubes(found: Tables, asm: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Pointer and value of all scalars of cubes: the long table against the arrays that stand at each cube's pointer."""
    for part in found.components.to_pylist():
        at = f"{part['pointer']}/cube-structure/{part['role']}s/{part['position'] - 1}"
        yield from ((f"{at}/{escape(key)}", part[key]) for key in COMPONENT if part[key] is not None)
    table = found.cubes
    pointers = table["pointer"].to_pylist()
    labels, points = table["label"].to_pylist(), table["point"].to_pylist()
    width = sum(name.endswith(" name") for name in table.column_names)
    axes = [(table[f"dimension {n + 1}"].to_pylist(), table[f"dimension {n + 1} text"].to_pylist()) for n in range(width)]
    values, texts = table["value"].to_pylist(), table["text"].to_pylist()
    measure = -1
    for index, pointer in enumerate(pointers):
        if points[index] == 0:
            measure = 0 if index == 0 or pointers[index - 1] != pointer else measure + 1
            if labels[index] is not None:
                yield f"{pointer}/label", labels[index]
        value = values[index] if values[index] is not None else texts[index]
        yield f"{pointer}/data/measures/{measure}/{points[index]}", value
        for position, (numbers, words) in enumerate(axes):
            value = numbers[index] if numbers[index] is not None else words[index]
            if value is not None:
                yield f"{pointer}/data/dimensions/{position}/{points[index]}", value


def rebuilt(found: Tables, asm: dict[str, Any]) -> dict[str, Any]:
    """Everything the tables hold, by pointer; a pointer met twice must carry the same value."""
    everything: dict[str, Any] = {}
    sources = (rows(found.measurements), rows(found.calculated), cubes(found, asm), entries(found.metadata.to_pylist()))
    for source in sources:
        for pointer, value in source:
            assert pointer not in everything or agree(everything[pointer], value), (pointer, everything[pointer], value)
            everything[pointer] = value
    return everything


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def agree(one: Any, other: Any) -> bool:
    """Whether a place met twice is the same: equal, or one instant where a file writes its times in two ways."""
    if same(one, other):
        return True
    times = [datetime.fromisoformat(str(time)) for time in (one, other)]
    first, second = (time if time.tzinfo else time.replace(tzinfo=UTC) for time in times)
    return first == second


def account(asm: dict[str, Any]) -> int:
    """Compare a document with what its tables hold; the number of scalars compared."""
    found = rebuilt(tables(asm), asm)
    expected = dict(scalars(asm))
    # what stands above measurements is repeated in each row, so the manifest itself is in the table's metadata
    manifest = expected.pop("/$asm.manifest", None)
    assert manifest is None or found.pop("/$asm.manifest", manifest) == manifest
    missing = [pointer for pointer in expected if pointer not in found]
    assert not missing, missing[:5]
    assert not (set(found) - set(expected)), sorted(set(found) - set(expected))[:5]
    wrong = [(pointer, found[pointer], value) for pointer, value in expected.items() if not same(found[pointer], value)]
    assert not wrong, wrong[:5]
    return len(expected)


@pytest.fixture(scope="session")
def references(shared: Path) -> list[Path]:
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        return [shared / "corpus" / row["reference"] for row in csv.DictReader(lines, delimiter="\t")]


def test_no_scalar_of_the_corpus_is_lost(references: list[Path]) -> None:
    counted = 0
    for path in references:
        counted += account(json.loads(path.read_bytes()))
    assert counted > 1_000_000
    print(f"{counted} scalars of {len(references)} documents found again")
