"""What a table of samples offers for the columns that a pipeline's sample sheet wants: evidence `sheet.*`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from assayline.evidence import Evidence, facts_of, publish, slug
from assayline.facts.words import meaning, shape, tokens
from assayline.json_files import write_json

if TYPE_CHECKING:
    from assayline.facts.table import Table
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/sheet/1"
FEW, SHAPES, TEXT = 12, 6, 160
Row = tuple[str, str, str | None, str]


def roles(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The columns that a pipeline's `schema_input.json` wants: name, whether required, allowed values, what it says of them."""
    items = schema.get("items", schema)
    required = set(items.get("required", []))
    return [
        {
            "name": name,
            "required": name in required,
            "allowed": [str(one) for one in body.get("enum", [])],
            "about": str(body.get("description") or body.get("errorMessage") or "")[:TEXT],
        }
        for name, body in items.get("properties", {}).items()
    ]


def report(table: Table, wanted: list[dict[str, Any]]) -> dict[str, Any]:
    """Columns with how filled and varied they are and which known words they hold, beside the columns that are wanted."""
    columns = [_column(name, values) for name, values in table.columns.items()]
    return {"schema": SCHEMA, "file": table.path.name, "rows": len(table.rows), "columns": columns, "roles": wanted}


def _column(name: str, values: list[str]) -> dict[str, Any]:
    filled = [value for value in values if value]
    counts = Counter(filled)
    inside = {value: tokens(value) for value in counts}
    by_token = bool(counts) and all(len({word for _, word in found}) == 1 for found in inside.values())
    by_token = by_token and not all(meaning(value) for value in counts)
    if by_token:
        found = {word: what for pairs in inside.values() for word, what in pairs}
        entries = [{"value": word, "stands_for": what} for word, what in found.items()]
    else:
        entries = [{"value": value, "stands_for": meaning(value) or "not known"} for value in sorted(counts)[:FEW]]
    number = bool(filled) and all(_is_number(value) for value in filled)
    return {
        "name": name,
        "filled": len(filled),
        "distinct": len(counts),
        "kind": "number" if number else "text" if filled else "empty",
        "by": "token" if by_token else "value",
        "few": len(counts) <= FEW or by_token,
        "shapes": [build for build, _ in Counter(map(shape, filled)).most_common(SHAPES)],
        "values": entries if len(counts) <= FEW or by_token else [],
    }


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def facts(found: dict[str, Any], source: str) -> list[Evidence]:
    """The evidence of a report; values of columns are what facts are *about*, so that they leave only as pseudonyms."""
    rows: list[Row] = [("sheet.rows", "rows of the table", "rows", "/rows")]
    for index, role in enumerate(found["roles"]):
        name, place = f"sheet.role.{slug(role['name'])}", f"/roles/{index}"
        rows += [
            (f"{name}.name", "a column that the sample sheet wants", None, f"{place}/name"),
            (f"{name}.required", "whether the sample sheet must have it", None, f"{place}/required"),
        ]
        rows += [(f"{name}.allowed", "the values that are allowed in it", None, f"{place}/allowed")] if role["allowed"] else []
        rows += [(f"{name}.about", "what the pipeline says of it", None, f"{place}/about")] if role["about"] else []
    for index, _ in enumerate(found["columns"]):
        name, place = f"sheet.column.c{index + 1}", f"/columns/{index}"
        rows += [
            (f"{name}.name", "a column of the table", None, f"{place}/name"),
            (f"{name}.filled", "rows in which the column is filled", "rows", f"{place}/filled"),
            (f"{name}.distinct", "different values of the column", "values", f"{place}/distinct"),
            (f"{name}.kind", "what the column holds", None, f"{place}/kind"),
            (f"{name}.by", "whether whole values or words inside them are listed", None, f"{place}/by"),
            (f"{name}.shapes", "how the values are built", None, f"{place}/shapes"),
        ]
    facts = facts_of(found, source, rows)
    for index, column in enumerate(found["columns"]):
        for number, entry in enumerate(column["values"]):
            row: Row = (
                f"sheet.column.c{index + 1}.value.v{number + 1}",
                "what a value of the column stands for",
                None,
                f"/columns/{index}/values/{number}/stands_for",
            )
            facts += facts_of(found, source, [row], {"value": entry["value"]})
    return facts


def station(run: RunFolder, table: Table, wanted: list[dict[str, Any]]) -> dict[str, Any]:
    """Write tables/sheet.json and the evidence `sheet.*` of a run."""
    found = report(table, wanted)
    write_json(run.tables / "sheet.json", found)
    publish(run, "deploy.sheet", facts(found, "tables/sheet.json"))
    return found
