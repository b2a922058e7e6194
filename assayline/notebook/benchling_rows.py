"""Benchling runs and results: their ids come from the content, so that the service itself tells whether they are there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.notebook.benchling_map import LINKS, WORDS, Mapping, cell
from assayline.notebook.errors import ServiceRefused, ServiceUnsure, TaskFailed
from assayline.notebook.outbox import Done, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.notebook.entry import Rows
    from assayline.notebook.http import Service

SPACE = uuid.UUID("6f1d4d0e-9c5b-5a44-9a3f-7f4c0c3f2a61")
CHUNK = 50
POLLS, LONGEST = 40, 15.0
ABSENT = (400, 404)


def content_id(key: str, *place: object) -> str:
    """A UUID from an entry's key and a place in it: the same wherever and however often it is pushed."""
    return str(uuid.uuid5(SPACE, "/".join(map(str, (key, *place)))))


def row_steps(service: Service, mapping: Mapping, key: str, part: Rows, wait: Callable[[float], None]) -> list[Step]:
    """The steps for one document: its run, where runs are mapped, and its results in pieces of 50."""
    steps = [run_step(service, mapping, key, part)] if part.schema in mapping.runs else []
    pieces = range(0, len(part.rows), CHUNK) if part.schema in mapping.results else ()
    return [*steps, *(Piece(service, mapping, key, part, start, wait).step() for start in pieces)]


def run_step(service: Service, mapping: Mapping, key: str, part: Rows) -> Step:
    """The run of one document, with the document itself as a blob field where one is mapped."""
    identifier, wanted = content_id(key, part.source, "run"), mapping.runs[part.schema]

    def send(done: Done) -> dict[str, Any]:
        sources = {
            "technique": part.schema,
            "source": part.source,
            "key": key,
            "asm": done.get(f"blob {part.source}", {}).get("id"),
        }
        fields = {name: {"value": sources.get(source)} for name, source in wanted.get("fields", {}).items()}
        run = {"id": identifier, "schemaId": wanted["schema"], "projectId": mapping.project, "fields": fields}
        service.tell("POST", "/assay-runs", {"assayRuns": [run]})
        return {"id": identifier}

    def find(_done: Done) -> dict[str, Any] | None:
        there = present(service, "/assay-runs:bulk-get", "assayRunIds", "assayRuns", [identifier])
        return {"id": identifier} if there else None

    return Step(
        f"run {part.source}",
        find,
        send,
        {"request": "POST /assay-runs", "body": {"id": identifier, "schemaId": wanted.get("schema")}},
    )


def present(service: Service, path: str, parameter: str, name: str, ids: list[str]) -> set[str]:
    """Which of these ids the service has; it may answer that it knows none of them with a refusal."""
    try:
        body = service.ask(path, {parameter: ",".join(ids)}).json() or {}
    except ServiceRefused as error:
        if error.facts["status_code"] in ABSENT:
            return set()
        raise
    return {str(item["id"]) for item in body.get(name, [])} & set(ids)


@dataclass(frozen=True, slots=True)
class Piece:
    """At most 50 results of one document."""

    service: Service
    mapping: Mapping
    key: str
    part: Rows
    start: int
    wait: Callable[[float], None]

    @property
    def ids(self) -> list[str]:
        """The ids of the results, in the order of the rows."""
        last = min(self.start + CHUNK, len(self.part.rows))
        return [content_id(self.key, self.part.source, "row", number) for number in range(self.start, last)]

    def step(self) -> Step:
        """The step that creates what is missing of these results."""
        schema = self.mapping.results[self.part.schema]["schema"]
        shown = {"request": "POST /assay-results", "body": {"schemaId": schema, "results": len(self.ids), "first": self.ids[0]}}
        return Step(f"results {self.part.source} {self.start}", self.find, self.send, shown)

    def there(self) -> set[str]:
        """The ids that the service has already."""
        return present(self.service, "/assay-results:bulk-get", "assayResultIds", "assayResults", self.ids)

    def find(self, _done: Done) -> dict[str, Any] | None:
        """The ids when all are there."""
        return {"ids": self.ids} if self.there() == set(self.ids) else None

    def send(self, done: Done) -> dict[str, Any]:
        """Create the missing ones: in the entry's own table where it has one for the schema, else on their own."""
        have, schema = self.there(), self.mapping.results[self.part.schema]["schema"]
        missing = [index for index, identifier in enumerate(self.ids) if identifier not in have]
        body: dict[str, Any] = {"assayResults": [self.result(index, schema, done) for index in missing]}
        table = done["entry"].get("tables", {}).get(schema)
        try:
            if table:
                answer = self.service.tell("POST", "/assay-results:bulk-create", body | {"tableId": table}).json() or {}
                finish(self.service, str(answer.get("taskId", "")), self.wait)
            else:
                self.service.tell("POST", "/assay-results", body)
        except (ServiceRefused, TaskFailed) as error:
            raise self.explained(error, missing) from error
        return {"ids": self.ids}

    def result(self, index: int, schema: str, done: Done) -> dict[str, Any]:
        """One row as a result; what is missing in the row is left out."""
        row, labels = self.part.rows[self.start + index], [label for label, _ in self.part.columns]
        kinds = done["check"]["kinds"].get(schema, {})
        fields = {}
        for name, label in self.mapping.results[self.part.schema]["fields"].items():
            value: Any = row[labels.index(label)]
            if value is None:
                continue
            if kinds.get(name) in LINKS:
                value = (done["check"]["entities"] | done.get("entities", {}))[str(value)]
            elif kinds.get(name) in WORDS:
                value = str(value)
            fields[name] = {"value": value}
        return {"id": self.ids[index], "schemaId": schema, "projectId": self.mapping.project, "fields": fields}

    def explained(self, error: ServiceRefused | TaskFailed, missing: list[int]) -> ServiceRefused:
        """The service's refusal with the field, the value and the cell that each complaint is about."""
        said = error.facts.get("said")
        listed = said.get("errors") if isinstance(said, dict) else said
        told = []
        for index, item in enumerate(listed if isinstance(listed, list) else []):
            position = item.get("index", index) if isinstance(item, dict) else index
            if isinstance(item, dict) and isinstance(position, int) and position < len(missing):
                told += self.complaints(item, missing[position])
        found = "; ".join(told) or str(error.facts["found"])
        where = error.facts.get("request", "task")
        status = error.facts.get("status_code", "FAILED")
        hint = "Correct the value at its source or the mapping, and push again."
        return ServiceRefused(service=self.service.name, request=where, status_code=status, found=found, next=hint, said=said)

    def complaints(self, item: dict[str, Any], index: int) -> list[str]:
        """What the service says of one row, field by field."""
        labels, number = [label for label, _ in self.part.columns], self.start + index + 1
        fields: dict[str, str] = self.mapping.results[self.part.schema]["fields"]
        told = [f"{self.part.source} row {number}: {text}" for text in item.get("global") or []]
        for name, text in (item.get("fields") or {}).items():
            column = labels.index(fields[name]) if fields.get(name) in labels else -1
            value = self.part.rows[number - 1][column] if column >= 0 else None
            place = cell(self.part, number, column) if column >= 0 else f"{self.part.source} row {number}"
            told.append(f"field '{name}' = {value!r} from {place}: {text}")
        return told


def finish(service: Service, task: str, wait: Callable[[float], None]) -> None:
    """Wait for a task; raises TaskFailed with the task's own message, ServiceUnsure when it does not end."""
    for attempt in range(POLLS):
        body = service.ask(f"/tasks/{task}").json() or {}
        if body.get("status") == "SUCCEEDED":
            return
        if body.get("status") == "FAILED":
            words = str(body.get("message") or "no message")
            raise TaskFailed(service=service.name, task=task, found=words, next="Correct what it names.", said=body.get("errors"))
        wait(min(LONGEST, 0.5 * 1.4**attempt))
    raise ServiceUnsure(service=service.name, request=f"task {task}", found="it has not ended")
