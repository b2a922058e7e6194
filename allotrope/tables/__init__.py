"""ASM documents as tables: one row a measurement, calculated data, data cubes, and what belongs to the document as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from allotrope.origin import stated
from allotrope.schema import manifest_of
from allotrope.tables.layout import layout
from allotrope.tables.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from allotrope.tables.layout import Node
    from allotrope.tables.sink import Frame

__all__ = ["Tables", "flatten", "tables"]
FORMAT = "assayline.tables/1"
_FOREIGN = "column {!r}: found the unit {!r}; expected {!r}: such values are not in the column but among the entries `other`"
_CLOCK = "column {!r}: found times without time zone; they are held as the clock showed them, as if it were at UTC"


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a document: each scalar of it is in one of them; columns depend on the manifest alone."""

    manifest: str
    measurements: pa.Table
    calculated: pa.Table
    cubes: pa.Table
    components: pa.Table
    metadata: pa.Table
    findings: tuple[Finding, ...]
    origin: dict[str, str] = field(default_factory=dict)
    """What the document and the ledger of its conversion state of where it came from; also the metadata of each table."""

    def items(self) -> Iterator[tuple[str, pa.Table]]:
        """Names and tables, the measurements first."""
        for name in ("measurements", "calculated", "cubes", "components", "metadata"):
            yield name, getattr(self, name)


def flatten(asm: dict[str, Any]) -> pa.Table:
    """The measurement table of a document: a row for each measurement, with all that stands above and below it.

    Units are in the metadata of the fields (`unit`, `unit-iri`), or in a column beside where the schema leaves them open. Raises
    `NotAsm` if the document or its manifest is not known.
    """
    return tables(asm).measurements


def tables(asm: dict[str, Any], ledger: Mapping[str, Any] | None = None) -> Tables:
    """All tables of a document; raises `NotAsm` if the document or its manifest is not known.

    The metadata of each table states source, digest, converter and schema, and with the ledger of the conversion its account.
    """
    from allotrope.tables.cubes import Cubes, metadata_table
    from allotrope.tables.join import Joined

    manifest = manifest_of(asm)
    plan = layout(manifest)
    walk = Walk(plan, asm)
    walk.run()
    cubes = Cubes(plan.dimensions)
    for measurement, cube in walk.cubes:
        cubes.add(measurement, cube)
    for cube in walk.document.cubes:
        cubes.add("", cube)
    joined = Joined(plan.calculated, walk.sources, walk.owners)
    findings: list[Finding] = []
    measurements = _table(walk.measurements, plan.columns, manifest, findings)
    measurements = measurements.append_column("calculated data", joined.column(walk.measurements.rows))
    calculated = _table(walk.calculated, plan.calculated, manifest, findings)
    findings += joined.findings
    findings += (Finding("uneven-cube", "dimensions and measures differ in length", place, "warning") for place in cubes.uneven)
    rest = metadata_table([*walk.document.other, *walk.document.custom, *cubes.leftovers])
    facts = stated(asm, ledger)
    made = (measurements, calculated, cubes.table(), cubes.components(), rest)
    first, second, third, fourth, fifth = (
        table.replace_schema_metadata({**(table.schema.metadata or {}), **facts}) for table in made
    )
    return Tables(manifest, first, second, third, fourth, fifth, tuple(findings), facts)


def _table(frame: Frame, nodes: tuple[Node, ...], manifest: str, findings: list[Finding]) -> pa.Table:
    """A frame as Arrow table: the pointer of each row, the declared columns, then custom information and other entries."""
    import pyarrow as pa

    from allotrope.tables.types import arrow_fields

    absent: dict[pa.DataType, pa.Array] = {}
    fields: list[pa.Field] = [pa.field("pointer", pa.string())]
    arrays: list[pa.Array] = [pa.array(frame.pointers, pa.string())]
    for node in nodes:
        for part in arrow_fields(node):
            column = frame.columns.get(part.name)
            if column is not None:
                array = column.array(part.type, frame.rows)
            elif part.type in absent:
                array = absent[part.type]
            else:
                array = absent[part.type] = pa.nulls(frame.rows, part.type)
            fields.append(part)
            arrays.append(array)
        if node.column in frame.foreign:
            facts = (node.column, frame.foreign[node.column], node.unit)
            findings.append(Finding("foreign-unit", _FOREIGN.format(*facts), "/".join(node.path), "warning"))
        if node.unit_column and not _common_unit(node, fields, frame):
            findings.append(_mixed(node, frame))
        _written_form(node, fields, frame)
        form = frame.forms.get(node.column)
        if form is not None and not form.offset:
            findings.append(Finding("time-without-zone", _CLOCK.format(node.column), "/".join(node.path)))
    for name, entries in (("custom information", frame.custom), ("other", frame.other)):
        array = entries.array()
        fields.append(pa.field(name, array.type))
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={"asm.manifest": manifest, "format": FORMAT}))


def _common_unit(node: Node, fields: list[pa.Field], frame: Frame) -> bool:
    """Where the schema leaves a unit open, name it in the field if all rows share it; False if they do not."""
    column = frame.columns.get(node.unit_column)
    units = set(column.values) if column is not None else set()
    if len(units) == 1:
        fields[-2] = fields[-2].with_metadata({**(fields[-2].metadata or {}), "unit": units.pop()})
    return len(units) < 2


def _mixed(node: Node, frame: Frame) -> Finding:
    units = sorted(set(frame.columns[node.unit_column].values))
    shown = ", ".join(units[:5]) + (", …" if len(units) > 5 else "")
    message = f"column {node.column!r}: found the units {shown}; expected one: take each from column {node.unit_column!r}"
    return Finding("mixed-units", message, "/".join(node.path))


def _written_form(node: Node, fields: list[pa.Field], frame: Frame) -> None:
    """Say how the file wrote the times of a column, so that its text can be had again."""
    form = frame.forms.get(node.column) if node.type == "time" and node.kind == "scalar" else None
    if form is not None:
        facts = {"offset": form.offset, "digits": form.digits}
        fields[-1] = fields[-1].with_metadata({**(fields[-1].metadata or {}), **facts})
