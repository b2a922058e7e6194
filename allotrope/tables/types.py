"""The Arrow types of columns and entries, and values as those types hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.tables.values import EXACT, Written, instant

if TYPE_CHECKING:
    import pyarrow as pa

    from allotrope.tables.entries import Entry
    from allotrope.tables.layout import Node


def entry_type() -> pa.DataType:
    """The struct type of an entry: place, key, then the value in the column of its JSON type, then the unit."""
    import pyarrow as pa

    text = pa.string()
    parts = (("at", text), ("label", text), ("number", pa.float64()), ("text", text), ("flag", pa.bool_()), ("unit", text))
    return pa.struct(list(parts))


def struct_of(entries: list[Entry]) -> pa.StructArray:
    """Entries as struct array; whole numbers that a double cannot hold are kept as text."""
    import pyarrow as pa

    values = [entry.value for entry in entries]
    numbers = [value if _is_number(value) else None for value in values]
    texts = [value if isinstance(value, str) else str(value) if _is_long(value) else None for value in values]
    flags = [value if isinstance(value, bool) else None for value in values]
    kind = entry_type()
    columns = ([e.at for e in entries], [e.label for e in entries], numbers, texts, flags, [e.unit for e in entries])
    return pa.StructArray.from_arrays([pa.array(c, f.type) for c, f in zip(columns, kind, strict=True)], fields=list(kind))


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and -EXACT <= value <= EXACT)


def _is_long(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and not -EXACT <= value <= EXACT


def arrow_type(node: Node) -> pa.DataType:
    """The Arrow type of a node's column; a list becomes a list of structs whose fields carry their units."""
    import pyarrow as pa

    if node.kind == "list":
        return pa.list_(pa.struct([part for leaf in node.fields for part in arrow_fields(leaf)]))
    plain = {
        "text": pa.string(),
        "number": pa.float64(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
        "time": pa.timestamp("us", "UTC"),
    }[node.type]
    return pa.list_(plain) if node.kind == "scalars" else plain


def arrow_fields(node: Node) -> list[pa.Field]:
    """The column of a node and, where the schema leaves the unit open, the column of its unit."""
    import pyarrow as pa

    facts = {"path": "/".join(node.path), "unit": node.unit, "unit-iri": node.unit_iri, "class": " ".join(node.classes)}
    metadata = {key: value for key, value in facts.items() if value}
    found = [pa.field(node.column, arrow_type(node), metadata=metadata)]
    if node.unit_column:
        found.append(pa.field(node.unit_column, pa.string(), metadata={"unit-of": node.column}))
    return found


def written(node: Node, value: Any, forms: dict[str, Written]) -> tuple[Any, bool]:
    """A value as its column holds it, and whether its text can be had again from the column and the form of its times."""
    if node.type != "time" or not isinstance(value, str):
        return value, True
    found = instant(value)
    if found is None:
        return None, False
    return found[0], forms.setdefault(node.column, found[1]) == found[1]
