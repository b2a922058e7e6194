"""ASM documents as tables for people: one row a sample and place, one column a quantity with its unit; curves beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.notebook.errors import RunDamaged
from assayline.report.curves import Column, Curve, curves, is_quantity, listed, wave

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = {
    "data processing document",
    "device control aggregate document",
    "data source aggregate document",
    "error aggregate document",
}
"""Parts of a measurement that say how it was made, not what came out."""

NAMES = (
    "analyte name",
    "calculated data name",
    "statistical feature",
    "statistic datum role",
    "image feature name",
    "image feature",
)
"""What tells apart the parts of a list that hold the same quantity."""

LEADING = ("Sample", "Name", "Place", "Time")


@dataclass(slots=True)
class Results:
    """What one ASM document measured."""

    source: str
    technique: str
    device: str
    columns: list[Column] = field(default_factory=list)
    rows: list[dict[Column, Any]] = field(default_factory=list)
    curves: dict[str, list[Curve]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    measurements: int = 0
    names: dict[Any, Any] = field(default_factory=dict)
    file: str = ""

    def cells(self, row: dict[Column, Any]) -> list[Any]:
        """A row's values in the order of the columns; None where the row has none."""
        return [row.get(column) for column in self.columns]


def quantities(node: dict[str, Any], prefix: str = "") -> Iterator[tuple[Column, Any]]:
    """Every result under a node: quantities with units, those of analytes and processed data too; no settings, no cubes."""
    for key, value in node.items():
        if key in SETTINGS or key.endswith("data cube"):
            continue
        if is_quantity(value):
            unit = "" if value["unit"] in ("(unitless)", "#") else str(value["unit"])
            yield Column(f"{prefix}{key}", unit), value["value"]
        elif isinstance(value, dict):
            yield from quantities(value, prefix)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    name = next((item[key] for key in NAMES if item.get(key)), "")
                    yield from quantities(item, f"{prefix}{name}, " if name else prefix)
        elif key.endswith("result") or "result (" in key:
            yield Column(f"{prefix}{key}"), value


def lead(document: dict[str, Any], measurement: dict[str, Any]) -> dict[Column, Any]:
    """Who, where and when of one measurement."""
    sample = measurement.get("sample document") or {}
    place = sample.get("well location identifier") or sample.get("location identifier")
    plate = sample.get("well plate identifier")
    inner = document.get("measurement aggregate document", {})
    time = measurement.get("measurement time") or inner.get("measurement time")
    custom = sample.get("custom information document") or {}
    name = next(
        (custom[key] for key in ("Sample Name", "Sample name", "sample name") if custom.get(key)), sample.get("written name")
    )
    words = (sample.get("sample identifier"), name, f"{plate} {place}" if plate and place else place, time)
    return {Column(label): word for label, word in zip(LEADING, words, strict=True) if word not in (None, "", "N/A")}


def add(
    results: Results, row: dict[Column, Any], values: dict[Column, Any], open_rows: dict[Any, dict[Column, Any]]
) -> dict[Column, Any]:
    """Put values into the row of the same sample, place and time when that has room for them, else into a new row."""
    key = tuple(row.get(Column(label)) for label in LEADING)
    known = open_rows.get(key)
    if known is None or any(column in known for column in values):
        known = dict(row)
        open_rows[key] = known
        results.rows.append(known)
    known.update(values)
    return known


def read_document(results: Results, document: dict[str, Any], homes: dict[str, dict[Column, Any]]) -> None:
    """Add one technique document: its measurements, their errors and curves."""
    open_rows: dict[Any, dict[Column, Any]] = {}
    for measurement in listed(document.get("measurement aggregate document", {}), "measurement"):
        results.measurements += 1
        row, at = lead(document, measurement), wave(measurement)
        if Column("Name") in row:
            results.names.setdefault(row.get(Column("Sample")), row[Column("Name")])
        sample = row.get(Column("Sample"))
        named = row.get(Column("Name")) or results.names.get(sample) or sample
        name = " ".join(str(word) for word in (named, row.get(Column("Place"))) if word is not None) or "measurement"
        for label, curve in curves(measurement, name):
            results.curves.setdefault(label, []).append(curve)
        for error in listed(measurement, "error"):
            results.errors.append((name, f"{error.get('error feature', '')}: {error.get('error', '')}".removeprefix(": ")))
        for values in pieces(measurement, at):
            home = add(results, row, values, open_rows)
            homes.setdefault(str(measurement.get("measurement identifier")), home)


def pieces(measurement: dict[str, Any], at: str) -> list[dict[Column, Any]]:
    """The results of a measurement, in as many rows as it has values of one quantity: a chromatogram has one a peak."""
    rows: list[dict[Column, Any]] = []
    for column, value in quantities(measurement):
        named = Column(column.label + at, column.unit) if at and column.label in measurement else column
        if not rows or named in rows[-1]:
            rows.append({})
        rows[-1][named] = value
    return rows


def read_calculated(results: Results, holder: dict[str, Any], homes: dict[str, dict[Column, Any]]) -> None:
    """Add calculated data to the row that it was calculated from; what was calculated from several rows gets a row of its own."""
    by_id = {str(item.get("calculated data identifier")): item for item in listed(holder, "calculated data")}

    def origin(identifier: str, depth: int = 0) -> list[dict[Column, Any]]:
        if identifier in homes:
            return [homes[identifier]]
        sources = listed(by_id[identifier], "data source") if identifier in by_id and depth < 8 else []
        return [row for item in sources for row in origin(str(item.get("data source identifier")), depth + 1)]

    for identifier, item in by_id.items():
        value = item.get("calculated result")
        if not is_quantity(value):
            continue
        unit = "" if value["unit"] in ("(unitless)", "#") else str(value["unit"])
        column = Column(str(item.get("calculated data name", "calculated")), unit)
        rows = {id(row): row for row in origin(identifier)}
        only = next(iter(rows.values())) if len(rows) == 1 else None
        if only is None or column in only:
            only = {Column("Calculated over"): f"{len(rows)} rows"} if len(rows) > 1 else {}
            results.rows.append(only)
        only[column] = value["value"]


def read_results(source: str, asm: dict[str, Any]) -> Results:
    """The tables and curves of one ASM document; raises RunDamaged for one that is built in another way."""
    try:
        return read_body(source, asm)
    except (AttributeError, TypeError, ValueError, KeyError, IndexError) as error:
        raise RunDamaged(
            file=source, where="document", found=str(error)[:120], expected="a document that ASM's schemas allow"
        ) from error


def read_body(source: str, asm: dict[str, Any]) -> Results:
    """Go through the technique's documents."""
    name = next((key for key in asm if key.endswith(" aggregate document")), "")
    technique, body = name.removesuffix(" aggregate document"), asm.get(name, {})
    system = body.get("device system document") or {}
    words = [system.get(key) for key in ("product manufacturer", "model number", "device identifier", "equipment serial number")]
    device = ", ".join(dict.fromkeys(str(word) for word in words if word not in (None, "", "N/A")))
    homes: dict[str, dict[Column, Any]] = {}
    results = Results(source, technique or "unknown technique", device)
    results.file = str((body.get("data system document") or {}).get("file name", ""))
    for document in listed(body, technique):
        read_document(results, document, homes)
        read_calculated(results, document, homes)
    read_calculated(results, body, homes)
    results.columns = order(results.rows)
    return results


def order(rows: list[dict[Column, Any]]) -> list[Column]:
    """The columns of some rows: who, where and when first, then as they came; columns empty everywhere are left out."""
    seen = dict.fromkeys(column for row in rows for column in row)
    first = [column for column in map(Column, LEADING) if column in seen]
    return first + [column for column in seen if column not in first]
