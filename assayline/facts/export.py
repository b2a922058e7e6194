"""What an unknown export shows and what a technique's schema could take: evidence `export.*`, without any value of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.evidence import Evidence, facts_of
from assayline.sketch.hints import HINTS
from assayline.sketch.propose import SURE, Schema

if TYPE_CHECKING:
    from assayline.sketch.look import Look
    from assayline.sketch.propose import Proposal

SCHEMA = "assayline/export/1"
TECHNIQUES = 3
Row = tuple[str, str, str | None, str]


def report(sample: Look, proposal: Proposal) -> dict[str, Any]:
    """Columns with what rules say of them, labels above the table, and the likeliest techniques with their quantities."""
    ranked = [(manifest, points, words) for manifest, points, words in proposal.techniques[:TECHNIQUES]]
    ranked = ranked or [(hint.manifest, 0, "") for hint in HINTS[:1]]
    holds = {column.label: (column.name, column.unit, column.holds) for column in sample.columns}
    columns = []
    for choice in proposal.columns:
        name, unit, kind = holds.get(choice.label, (choice.label, "", "text"))
        one = {"label": choice.label, "name": name, "unit": unit, "holds": kind, "path": choice.path, "schema_unit": choice.unit}
        columns.append(one | {"certainty": choice.certainty})
    techniques = [
        {"manifest": manifest, "score": points, "words": words, "quantities": quantities(manifest)}
        for manifest, points, words in ranked
    ]
    above = [label for label, _ in sample.facts]
    return {"schema": SCHEMA, "kind": sample.kind, "columns": columns, "above": above, "techniques": techniques}


def quantities(manifest: str) -> list[str]:
    """`path in unit or unit` of every quantity that a measurement of this technique may have."""
    return [f"{path} in {' or '.join(units)}" if units else path for path, units in Schema(manifest).quantities.items()]


def facts(found: dict[str, Any], source: str) -> list[Evidence]:
    """The evidence of a report."""
    rows: list[Row] = [("export.kind", "kind of file", None, "/kind"), ("export.above", "labels above the table", None, "/above")]
    for index, column in enumerate(found["columns"]):
        name, place = f"export.column.c{index + 1}", f"/columns/{index}"
        rows += [
            (f"{name}.label", "label of a column", None, f"{place}/label"),
            (f"{name}.unit", "unit in the label", None, f"{place}/unit"),
            (f"{name}.holds", "what the column holds", None, f"{place}/holds"),
            (f"{name}.certainty", "how sure rules are of where it goes", None, f"{place}/certainty"),
        ]
        if column["certainty"] == SURE:
            rows.append((f"{name}.path", "where rules put it", None, f"{place}/path"))
            rows.append((f"{name}.schema_unit", "the unit that the schema has for it", None, f"{place}/schema_unit"))
    for index, _ in enumerate(found["techniques"]):
        name, place = f"export.technique.t{index + 1}", f"/techniques/{index}"
        rows += [
            (f"{name}.manifest", "a technique that the labels speak for", None, f"{place}/manifest"),
            (f"{name}.score", "points of the words in the labels", None, f"{place}/score"),
            (f"{name}.words", "the words in the labels", None, f"{place}/words"),
            (f"{name}.quantities", "quantities that the technique may have", None, f"{place}/quantities"),
        ]
    return facts_of(found, source, rows)
