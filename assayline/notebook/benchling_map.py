"""Which column of an entry goes into which field of a Benchling tenant: proposed from its schemas, checked before sending."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assayline.notebook.benchling_ask import named, schemas
from assayline.notebook.entry import Entry, Rows
from assayline.notebook.errors import MappingWrong

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.notebook.http import Service

SCHEMA = "assayline/benchling-map/1"
LINKS = ("custom_entity_link", "entity_link")
WORDS = ("text", "long_text")
LEADING = ("Sample", "Name", "Place", "Time")


@dataclass(slots=True)
class Mapping:
    """A mapping file: project, folder, the entry's schema and template, and for each kind of rows a result schema and its fields.

    `results` maps a technique to {"schema": id, "fields": {system name: column label}}; `runs` likewise, with the sources
    `technique`, `source`, `key` and `asm` (the document as blob); `entry` has a schema and maps system names to `title`, `key`
    and `page` (the HTML page as blob); `outputs` names, for a technique with a run, the file configuration of the tenant's
    instrument whose processor takes the document. Where `entities` has a `schema`, samples without an entity are registered
    as entities of it, in its `folder` (else that of entries) and into its `registry` where one is named.
    """

    project: str = ""
    folder: str = ""
    template: str = ""
    entry: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The mapping as it stands in its file."""
        return {"schema": SCHEMA, **{name: getattr(self, name) for name in self.__slots__}}


def read_mapping(path: Path) -> Mapping:
    """A mapping from its file; raises MappingWrong with the place."""
    try:
        body = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise MappingWrong(file=path.name, where="start", found=error, expected="a mapping file of `notebook map`") from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise MappingWrong(file=path.name, where="/schema", found=str(body)[:60], expected=SCHEMA)
    kinds = {"project": str, "folder": str} | dict.fromkeys(("runs", "results", "outputs", "entities", "entry"), dict)
    for name, kind in kinds.items():
        if not isinstance(body.get(name, kind()), kind):
            raise MappingWrong(file=path.name, where=f"/{name}", found=type(body[name]).__name__, expected=kind.__name__)
    return Mapping(**{name: body[name] for name in Mapping.__slots__ if name in body})


def alike(text: str) -> str:
    """A name for comparing: letters and digits, without what stands in parentheses."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", text.casefold()))


def propose(service: Service, entry: Entry, project: str, folder: str) -> tuple[Mapping, list[str]]:
    """A mapping for an entry from the tenant's own schemas, and what could not be mapped, in words."""
    made, open_points = Mapping(project, folder), []
    found = schemas(service, "assay-result-schemas")
    for part in distinct(entry):
        fitting = [(score(part, item), identifier) for identifier, item in found.items()]
        best = max(fitting, default=(0, ""))
        if not best[0]:
            open_points.append(f"rows '{part.schema}': no result schema of the tenant shares a field with them")
            continue
        fields = match(part, found[best[1]])
        made.results[part.schema] = {"schema": best[1], "name": found[best[1]].get("name", ""), "fields": fields}
        needed = [item["name"] for item in found[best[1]].get("fieldDefinitions", []) if item.get("isRequired")]
        open_points += [f"rows '{part.schema}': required field '{name}' has no column" for name in needed if name not in fields]
        unused = [label for label, _ in part.columns if label not in fields.values()]
        if unused:
            open_points.append(f"rows '{part.schema}': columns without a field: {', '.join(unused)}")
    return made, open_points


def distinct(entry: Entry) -> list[Rows]:
    """The first rows of each kind."""
    return list({part.schema: part for part in reversed(entry.parts) if isinstance(part, Rows)}.values())[::-1]


def match(part: Rows, schema: dict[str, Any]) -> dict[str, str]:
    """Fields of a schema by system name, with the column that has the same name, `Sample` for a link."""
    labels = {alike(label): label for label, _ in part.columns}
    found: dict[str, str] = {}
    for item in schema.get("fieldDefinitions", []):
        names = [alike(str(item.get(key, ""))) for key in ("name", "displayName")]
        label = next((labels[name] for name in names if name in labels), None)
        if label is None and item.get("type") in LINKS:
            label = labels.get("sample")
        if label and label not in found.values():
            found[item["name"]] = label
    return found


def score(part: Rows, schema: dict[str, Any]) -> int:
    """How well a schema fits rows: measured fields in common, and its name; that it has a sample says nothing."""
    measured = [name for name, label in match(part, schema).items() if label not in LEADING]
    return len(measured) * 2 + (alike(part.schema) in alike(str(schema.get("name", "")))) if measured else 0


@dataclass(slots=True)
class Checked:
    """What a check found out: problems in words, the ids of entities by sample name, and samples that are to be registered."""

    problems: list[str] = field(default_factory=list)
    entities: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def check(service: Service, mapping: Mapping, entry: Entry) -> Checked:
    """Everything that can be known before sending: project, folder, schemas, fields, types, required values, entities."""
    made = Checked()
    if not mapping.project:
        made.problems.append("/project: is not set; results would be visible to their creator only")
    folder = service.ask(f"/folders/{mapping.folder}").json() if mapping.folder else None
    if folder is None:
        made.problems.append("/folder: is not set; an entry needs one")
    elif folder.get("archiveRecord"):
        made.problems.append(f"/folder: {mapping.folder} is archived")
    made.problems += [
        f"/outputs/{name}: needs /runs/{name}, which is not set" for name in mapping.outputs if name not in mapping.runs
    ]
    known = schemas(service, "assay-result-schemas")
    for part in (part for part in entry.parts if isinstance(part, Rows)):
        wanted = mapping.results.get(part.schema)
        if wanted is None:
            continue
        schema = known.get(str(wanted.get("schema")))
        if schema is None:
            made.problems.append(f"/results/{part.schema}/schema: {wanted.get('schema')} does not exist or is archived")
        else:
            check_rows(service, part, schema, mapping, made)
    return made


def check_rows(service: Service, part: Rows, schema: dict[str, Any], mapping: Mapping, made: Checked) -> None:
    """Compare the rows of one document with the schema they go into."""
    fields: dict[str, str] = mapping.results[part.schema].get("fields", {})
    if part.more:
        made.problems.append(
            f"{part.source}: has {part.more} rows more than the {len(part.rows)} that an entry holds; split the document"
        )
    place, labels = f"/results/{part.schema}/fields", [label for label, _ in part.columns]
    known = {item["name"]: item for item in schema.get("fieldDefinitions", []) if not item.get("archiveRecord")}
    for name, label in fields.items():
        if name not in known:
            made.problems.append(
                f"{place}/{name}: schema {schema['id']} has no field of this system name; it has {', '.join(sorted(known))}"
            )
        elif label not in labels:
            made.problems.append(f"{place}/{name}: {part.source} has no column '{label}'")
    made.problems += [
        f"{place}: required field '{name}' is not mapped"
        for name, item in known.items()
        if item.get("isRequired") and name not in fields
    ]
    sound = {name: labels.index(label) for name, label in fields.items() if name in known and label in labels}
    for name, index in sound.items():
        kind, needed = str(known[name].get("type")), bool(known[name].get("isRequired"))
        for number, row in enumerate(part.rows, 1):
            wrong = unfit(row[index], kind, needed=needed)
            if wrong:
                made.problems.append(f"{cell(part, number, index)}: field '{name}': {wrong}")
        if kind in LINKS:
            resolve(service, part, index, str(known[name].get("schemaId") or ""), mapping, made)
            made.problems += misplaced(known[name], mapping, made)


def misplaced(wanted: dict[str, Any], mapping: Mapping, made: Checked) -> list[str]:
    """The problem of samples that would be registered as entities of another schema than a field takes, if there is one."""
    schema, own = wanted.get("schemaId"), mapping.entities.get("schema")
    if not made.missing or not schema or schema == own:
        return []
    return [f"/entities/schema: field '{wanted['name']}' takes entities of {schema}, not of {own}"]


def cell(part: Rows, number: int, index: int) -> str:
    """A value's place for a person: document, row, sample and column."""
    first = part.rows[number - 1][0] if part.columns and part.columns[0][0] == "Sample" else ""
    return f"{part.source} row {number}{f' ({first})' if first else ''} '{part.columns[index][0]}'"


def unfit(value: Any, kind: str, *, needed: bool) -> str:
    """Why a value does not fit a field's type, or nothing."""
    if value is None:
        return "is required and empty" if needed else ""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "float" and not number:
        return f"expected a number, found {value!r}"
    if kind == "integer" and not (number and float(value).is_integer()):
        return f"expected a whole number, found {value!r}"
    if kind == "boolean" and not isinstance(value, bool):
        return f"expected yes or no, found {value!r}"
    if kind in ("datetime", "date"):
        try:
            datetime.fromisoformat(str(value))
        except ValueError:
            return f"expected a time, found {value!r}"
    return ""


def resolve(service: Service, part: Rows, index: int, schema: str, mapping: Mapping, made: Checked) -> None:
    """Find the entity of each sample by its exact name; several are a problem, and none is one unless they are registered."""
    names = {str(row[index]) for row in part.rows if row[index] is not None} - made.entities.keys() - set(made.missing)
    for name, ids in named(service, names, schema).items():
        if len(ids) == 1:
            made.entities[name] = ids[0]
        elif not ids and mapping.entities.get("schema"):
            made.missing.append(name)
        else:
            many = f"{len(ids)} entities ({', '.join(ids)})" if ids else "no entity"
            made.problems.append(f"{part.source} sample '{name}': {many} of this name; expected one")
