"""Tables as a workbook shows them: filled columns, readable headings, and lists as rows of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_FIRST = ("measurement identifier", "sample identifier", "measurement time")


def is_list(kind: pa.DataType) -> bool:
    """Whether a column holds lists of items with fields, which go on a sheet of their own."""
    import pyarrow as pa

    return bool(pa.types.is_list(kind) and pa.types.is_struct(kind.value_type))


def heading(field: pa.Field) -> str:
    """A column's name with its unit, as a person reads it."""
    import pyarrow as pa

    if pa.types.is_timestamp(field.type):
        return f"{field.name} [UTC]"
    unit = (field.metadata or {}).get(b"unit", b"").decode()
    return f"{field.name} [{unit}]" if unit else field.name


def filled(table: pa.Table) -> pa.Table:
    """A table without the columns that hold nothing."""
    return table.select(
        [name for name, column in zip(table.column_names, table.columns, strict=True) if column.null_count < len(column)]
    )


def shown(table: pa.Table) -> pa.Table:
    """The scalar columns of a table that hold something, those a reader looks for first at the front."""
    names = [field.name for field in filled(table).schema if not is_list(field.type)]
    front = [name for name in _FIRST if name in names]
    return table.select(front + [name for name in names if name not in (*front, "pointer")] + ["pointer"])


def identifiers(table: pa.Table) -> list[str]:
    """What names a row on other sheets: its identifier, else its place in the document."""
    for name in ("measurement identifier", "calculated data identifier"):
        if name in table.column_names and table[name].null_count == 0:
            return [str(key) for key in table[name].to_pylist()]
    return [str(key) for key in table["pointer"].to_pylist()]


def list_rows(field: pa.Field, column: pa.ChunkedArray, keys: list[str]) -> tuple[list[str], Iterator[list[Any]]]:
    """A column of lists as rows of their own: the key of the row, the number of the item, then the item's filled columns."""
    cells = column.to_pylist()
    parts = [part for part in field.type.value_type if any(item[part.name] is not None for cell in cells for item in cell or ())]
    rows = (
        [key, number, *(_text(item[part.name]) for part in parts)]
        for key, cell in zip(keys, cells, strict=True)
        for number, item in enumerate(cell or (), start=1)
    )
    return ["row", "number", *(heading(part) for part in parts)], rows


def _text(value: Any) -> Any:
    """A nested value as JSON text; anything else as it is."""
    if not isinstance(value, list | dict):
        return value
    import orjson

    from allotrope.writers.tabular import trimmed

    return orjson.dumps(trimmed(value)).decode()
