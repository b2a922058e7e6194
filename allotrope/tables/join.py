"""Calculated data joined to measurements: each measurement gets the results that rest on it, through other results too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding

if TYPE_CHECKING:
    import pyarrow as pa

    from allotrope.tables.layout import Node

LINKS = 200_000
Owners = dict[str, tuple[int, int]]


class Joined:
    """For each measurement row the calculated rows it bears, with the feature each one uses of it."""

    def __init__(self, fields: tuple[Node, ...], cells: list[dict[str, Any]], owners: Owners) -> None:
        self._cells = cells
        self._owners = owners
        self._names = {node.path[-1]: node.column for node in fields}
        result = next((node for node in fields if node.kind == "quantity"), None)
        self._value = result.column if result else ""
        self._unit, self._fixed = (result.unit_column, result.unit) if result else ("", "")
        identifiers = ((row, self._of(row, "calculated data identifier")) for row in range(len(cells)))
        self._rows = {name: row for row, name in identifiers if isinstance(name, str)}
        self.findings: list[Finding] = []

    def _of(self, row: int, key: str) -> Any:
        return self._cells[row].get(self._names.get(key, ""))

    def _sources(self, row: int) -> list[tuple[str, str | None]]:
        parts = self._of(row, "data source document") or ()
        return [(part.get("data source identifier", ""), part.get("data source feature")) for part in parts]

    def links(self) -> dict[int, dict[int, str | None]]:
        """Measurement row → calculated rows → feature; only direct ones, with a finding, if there would be too many."""
        found: dict[int, dict[int, str | None]] = {}
        total = 0
        for row in range(len(self._cells)):
            for measurement, feature in self._reach(row).items():
                found.setdefault(measurement, {})[row] = feature
                total += 1
            if total > LINKS:
                message = f"more than {LINKS} links from measurements to results; only results that name a measurement are joined"
                self.findings.append(Finding("calculated-not-joined", message, "", "warning"))
                return self._direct()
        return found

    def _direct(self) -> dict[int, dict[int, str | None]]:
        found: dict[int, dict[int, str | None]] = {}
        for row in range(len(self._cells)):
            for name, feature in self._sources(row):
                start, count = self._owners.get(name, (0, 0))
                for measurement in range(start, start + (count if count == 1 else 0)):
                    found.setdefault(measurement, {})[row] = feature
        return found

    def _reach(self, row: int) -> dict[int, str | None]:
        """Every measurement a result rests on, directly or through other results; loops end where they close."""
        reached: dict[int, str | None] = {}
        seen = {row}
        stack = [row]
        while stack:
            for name, feature in self._sources(stack.pop()):
                if name in self._owners:
                    start, count = self._owners[name]
                    for measurement in range(start, start + count):
                        reached.setdefault(measurement, feature)
                elif name in self._rows and self._rows[name] not in seen:
                    seen.add(self._rows[name])
                    stack.append(self._rows[name])
        return reached

    def column(self, rows: int) -> pa.Array:
        """The column `calculated data`: for each measurement a list of identifier, name, value, unit and feature."""
        import pyarrow as pa

        links = self.links()
        listed = [[self._result(row, feature) for row, feature in links.get(index, {}).items()] for index in range(rows)]
        return pa.array(listed, result_type())

    def _result(self, row: int, feature: str | None) -> dict[str, Any]:
        cells = self._cells[row]
        return {
            "identifier": self._of(row, "calculated data identifier"),
            "name": self._of(row, "calculated data name"),
            "value": cells.get(self._value),
            "unit": cells.get(self._unit, self._fixed or None),
            "feature": feature,
        }


def result_type() -> pa.DataType:
    """The type of the column `calculated data`."""
    import pyarrow as pa

    text = pa.string()
    parts = (("identifier", text), ("name", text), ("value", pa.float64()), ("unit", text), ("feature", text))
    return pa.list_(pa.struct(list(parts)))
