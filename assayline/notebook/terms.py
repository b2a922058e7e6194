"""What the quantities of an entry mean: ontology IRIs of columns and units, from the schemas of its documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.errors import AllotropeError
from assayline.notebook.entry import Entry, File, Rows

if TYPE_CHECKING:
    from assayline.notebook.storage import Storage


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity that an entry's rows hold: its name, unit, IRIs of both (may be empty), count of numbers, least and greatest."""

    name: str
    unit: str
    iri: str
    unit_iri: str
    count: int
    least: float
    greatest: float


def terms(asm: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The IRIs of property and unit by the last part of a quantity's path; empty for a document of an unknown schema."""
    import allotrope

    try:
        table = allotrope.flatten(asm)
    except AllotropeError:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for field in table.schema:
        facts = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        if facts.get("class"):
            name = facts.get("path", "").rpartition("/")[2]
            found.setdefault(name, (facts["class"].split()[0], facts.get("unit-iri", "")))
    return found


def measured(entry: Entry, storage: Storage) -> list[Measured]:
    """Every quantity of the entry's result rows with its meaning."""
    documents = {part.name: part.sha256 for part in entry.parts if isinstance(part, File) and part.name.endswith(".asm.json")}
    found = []
    for part in entry.parts:
        if not isinstance(part, Rows):
            continue
        known = terms(json.loads(storage.read(documents[part.source]))) if part.source in documents else {}
        for index, (label, unit) in enumerate(part.columns):
            numbers = [row[index] for row in part.rows]
            values = [float(item) for item in numbers if isinstance(item, (int, float)) and not isinstance(item, bool)]
            if values:
                iri, unit_iri = known.get(label.partition(" at ")[0].rpartition(", ")[2], ("", ""))
                found.append(Measured(label, unit, iri, unit_iri if unit else "", len(values), min(values), max(values)))
    return found
