"""Data cubes as one long table: a row for each point and measure, whatever the number of dimensions and the form of the data."""

from __future__ import annotations

from itertools import chain
from math import prod
from typing import TYPE_CHECKING, Any

from allotrope.tables.entries import Entry, escape, loose
from allotrope.tables.long import Labels, Values
from allotrope.tables.types import struct_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from allotrope.tables.sink import Cube

_BATCH = 1 << 20
_STRUCTURE = ("concept", "unit", "@componentDatatype", "scale", "$asm.fill-value")
_NAMED = ("measurement identifier", "pointer", "cube", "label", "measure", "unit")


class Cubes:
    """The long table and the table of components, filled cube by cube; `leftovers` holds what is not of a cube's form."""

    def __init__(self, dimensions: int) -> None:
        self._width = dimensions
        self._named = {name: Labels() for name in _NAMED}
        self._axes = [(Labels(), Labels(), Values()) for _ in range(dimensions)]
        self._points: list[int] = []
        self._further: list[list[str] | None] = []
        self._values = Values()
        self._batches: list[pa.RecordBatch] = []
        self._components: list[dict[str, Any]] = []
        self.leftovers: list[Entry] = []
        self.uneven: list[str] = []

    def add(self, measurement: str, cube: Cube) -> None:
        """Append all points of a cube that stands at (place, key)."""
        place, key, body = cube
        pointer = f"{place}/{escape(key)}"
        structure, data = body["cube-structure"], body["data"]
        dimensions, measures = _parts(structure, "dimensions"), _parts(structure, "measures")
        self._describe(pointer, dimensions, measures, body)
        axes, columns = self._data(pointer, data, len(dimensions), len(measures))
        sizes = [len(axis) for axis in axes]
        rows = max(map(len, columns), default=max(sizes, default=0))
        grid = len(axes) > 1 and prod(sizes) == rows and any(size != rows for size in sizes)
        rows = rows if grid else max(rows, *sizes, 0)
        if not rows and "label" in body:
            self._keep(pointer, [("label", body["label"])])
        if not grid and any(len(part) != rows for part in chain(axes, columns)):
            self.uneven.append(pointer)
        spread = [_spread(axis, position, sizes, rows) if grid else axis for position, axis in enumerate(axes)]
        named = (measurement or None, pointer, key, body.get("label"))
        for position in range(max(len(columns), 1 if rows else 0)):
            column = columns[position] if position < len(columns) else []
            component = measures[position] if position < len(measures) else {}
            facts = (*named, component.get("concept"), component.get("unit"))
            self._append(facts, dimensions, spread, column, rows)

    def _append(self, facts: tuple[Any, ...], named: list[Any], axes: list[list[Any]], values: list[Any], rows: int) -> None:
        for name, fact in zip(_NAMED, facts, strict=True):
            self._named[name].add(fact if isinstance(fact, str) else None, rows)
        self._points.extend(range(rows))
        for position, (concept, unit, column) in enumerate(self._axes):
            component = named[position] if position < len(named) else {}
            concept.add(component.get("concept"), rows)
            unit.add(component.get("unit"), rows)
            column.add(axes[position] if position < len(axes) else [], rows)
        further = axes[self._width :]
        self._further.extend(
            [[str(part) for part in point] for point in zip(*further, strict=False)] if further else [None] * rows
        )
        self._values.add(values, rows)
        if len(self._points) >= _BATCH:
            self._flush()

    def _describe(self, pointer: str, dimensions: list[Any], measures: list[Any], body: dict[str, Any]) -> None:
        for role, parts in (("dimension", dimensions), ("measure", measures)):
            for position, part in enumerate(parts):
                facts = {name: str(part[name]) if name in part else None for name in _STRUCTURE}
                self._components.append({"pointer": pointer, "role": role, "position": position + 1, **facts})
                more = ((name, fact) for name, fact in part.items() if name not in _STRUCTURE)
                self._keep(f"{pointer}/cube-structure/{role}s/{position}", more)
        self._keep(f"{pointer}/cube-structure", ((k, v) for k, v in body["cube-structure"].items() if not _listed(k, v)))
        self._keep(pointer, ((k, v) for k, v in body.items() if k not in ("cube-structure", "data", "label")))
        if not isinstance(body.get("label", ""), str):
            self._keep(pointer, [("label", body["label"])])

    def _keep(self, at: str, parts: Iterable[tuple[str, Any]]) -> None:
        for key, value in parts:
            self.leftovers.extend(loose(at, key, value, []))

    def _data(self, pointer: str, data: dict[str, Any], named: int, measured: int) -> tuple[list[list[Any]], list[list[Any]]]:
        """The axes and the measures as lists of values; parts that are neither a list nor a function are kept as entries."""
        at = f"{pointer}/data"
        points = data.get("points")
        rows = [point for point in points if isinstance(point, list)] if isinstance(points, list) else []
        columns = [part for part in data.get("measures", ()) if isinstance(part, list)]
        axes: list[list[Any]] = []
        if rows:
            width = max(map(len, rows))
            turned = [[row[index] if index < len(row) else None for row in rows] for index in range(width)]
            split = max(width - measured, 0) if width > measured else 0
            axes, columns = turned[:split], [*columns, *turned[split:]]
        length = max(map(len, columns), default=0)
        for position, part in enumerate(data.get("dimensions", ())):
            if isinstance(part, list):
                axes.append(part)
            elif isinstance(part, dict):
                self._keep(f"{at}/dimensions", [(str(position), part)])
                axes.append(_function(part, length if named <= 1 else 0))
            else:
                self._keep(f"{at}/dimensions", [(str(position), part)])
        self._keep(at, ((k, v) for k, v in data.items() if k not in ("dimensions", "measures", "points")))
        for key in ("measures", "points"):
            self._keep(f"{at}/{key}", ((str(i), v) for i, v in enumerate(data.get(key) or ()) if not isinstance(v, list)))
        return axes, columns

    def _flush(self) -> None:
        import pyarrow as pa

        arrays: dict[str, pa.Array] = {name: self._named[name].array() for name in _NAMED[:4]}
        arrays["point"] = pa.array(self._points, pa.int32())
        for position, (concept, unit, column) in enumerate(self._axes, start=1):
            number, text = column.arrays()
            arrays |= {f"dimension {position}": number, f"dimension {position} text": text}
            arrays |= {f"dimension {position} name": concept.array(), f"dimension {position} unit": unit.array()}
        arrays["further dimensions"] = pa.array(self._further, pa.list_(pa.string()))
        arrays |= {name: self._named[name].array() for name in _NAMED[4:]}
        arrays["value"], arrays["text"] = self._values.arrays()
        self._batches.append(pa.RecordBatch.from_pydict(arrays))
        self._points, self._further = [], []

    def table(self) -> pa.Table:
        """All points: where from, point, the dimensions with names and units, measure, unit, and the value or text."""
        import pyarrow as pa

        self._flush()
        return pa.Table.from_batches(self._batches).unify_dictionaries()

    def components(self) -> pa.Table:
        """What the cubes are made of: a row for each dimension and measure of each cube."""
        import pyarrow as pa

        text = [(name, pa.string()) for name in _STRUCTURE]
        kinds = [("pointer", pa.string()), ("role", pa.string()), ("position", pa.int32()), *text]
        return pa.Table.from_pylist(self._components, schema=pa.schema(kinds))


def _parts(structure: dict[str, Any], key: str) -> list[Any]:
    parts = structure.get(key)
    return [part if isinstance(part, dict) else {} for part in parts] if isinstance(parts, list) else []


def _listed(key: str, value: Any) -> bool:
    return key in ("dimensions", "measures") and isinstance(value, list) and all(isinstance(part, dict) for part in value)


def _spread(axis: list[Any], position: int, sizes: list[int], rows: int) -> list[Any]:
    """An axis of a grid over all its points, the last dimension running fastest."""
    inner = prod(sizes[position + 1 :])
    once = [value for value in axis for _ in range(inner)]
    return once * (rows // len(once)) if once else []


def _function(part: dict[str, Any], length: int) -> list[float]:
    """The points of a function dimension: start + n · incr or, if logarithmic, start · incrⁿ, for n from 0."""
    size = part.get("length", length)
    start, step = part.get("start", 1), part.get("incr", 1)
    if not all(isinstance(number, int | float) for number in (size, start, step)):
        return []
    if part.get("type") == "logarithmic":
        return [start * step**index for index in range(int(size))]
    return [start + index * step for index in range(int(size))]


def metadata_table(entries: list[Entry]) -> pa.Table:
    """Entries as a table of their own."""
    import pyarrow as pa

    return pa.Table.from_struct_array(struct_of(entries))
