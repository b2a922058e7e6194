"""The body of a Benchling entry as v3 document parts: inserted once, against the version of the document that was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assayline.notebook.benchling_ask import pages
from assayline.notebook.entry import Decision, Entry, Figure, File, Header, Interpretation, Part, Rows, Shown, Table, Text
from assayline.notebook.errors import ServiceRefused, ServiceUnsure
from assayline.notebook.outbox import Done, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assayline.notebook.http import Service

LEVELS = {2: "HEADER_1", 3: "HEADER_2", 4: "SUBHEADER_1"}
NOT_THERE = (403, 404, 405, 410)
"""What a tenant without v3 entry parts, or a key without the right to them, answers."""
CONFLICT = 409
ABSENT = "the tenant has no v3 entry parts for this key: results, fields and the attached page carry the body"


def body_step(service: Service, entry: Entry) -> Step:
    """The step that writes the body where the tenant has entry parts; its result says whether it did.

    An insertion names the version of the document that it was made for. When the document has changed meanwhile, by a
    person or by an earlier request of ours that took effect late, the service answers 409 and the outbox asks again.
    """
    newer = replace(service, base=service.base.replace("/api/v2", "/api/v3"))
    parts = document(entry)

    def place(done: Done) -> str:
        return f"/entry/{quote(str(done['entry']['id']), safe='')}"

    def find(done: Done) -> dict[str, Any] | None:
        try:
            there = list(pages(newer, f"{place(done)}/parts/items", "items"))
        except ServiceRefused as error:
            if error.facts["status_code"] in NOT_THERE:
                return {"written": False, "note": ABSENT}
            raise
        return {"written": True} if any(mark(entry) == part.get("text") for part in there) else None

    def send(done: Done) -> dict[str, Any]:
        version = ((newer.ask(place(done)).json() or {}).get("versionMetadata") or {}).get("versionId")
        if not version:
            raise ServiceUnsure(service=service.name, request="PATCH /entry", found="an entry without a version")
        insertion = {"operationType": "insert", "parts": parts, "position": "end_of_document", "version": version}
        try:
            newer.tell("PATCH", place(done), {"partsMutation": insertion})
        except ServiceRefused as error:
            if error.facts["status_code"] == CONFLICT:
                words = "the document changed while it was written"
                raise ServiceUnsure(service=service.name, request="PATCH /entry", found=words) from error
            raise
        return {"written": True}

    shown = {"request": "PATCH /api/v3/entry/{id}", "body": {"parts": len(parts), "note": "where the tenant has v3 entry parts"}}
    return Step("body", find, send, shown)


def mark(entry: Entry) -> str:
    """The last line of a body, by which it is found again."""
    return f"assayline entry {entry.id}, key {entry.key}"


def document(entry: Entry) -> list[dict[str, Any]]:
    """An entry's parts as v3 document parts, in order; every text is plain text there."""
    made: list[dict[str, Any]] = []
    for part in entry.parts:
        made += written(part)
    return [*made, text(mark(entry))]


def written(part: Part) -> list[dict[str, Any]]:
    """One part of an entry as document parts."""
    match part:
        case Text():
            return [text(part.text)]
        case Header():
            return [header(part.text, part.level)]
        case Table() | Rows():
            return grid(part, part.title, part.columns)
        case Figure():
            return [text(f"{part.title} {part.caption}{cited(part.evidence)} ({part.name}, among the attached files)")]
        case File():
            return [item(f"{part.name}, {part.size} bytes, SHA-256 {part.sha256}")]
        case Decision():
            return decision(part)
        case Interpretation():
            return interpretation(part)


def text(words: str) -> dict[str, Any]:
    """A paragraph."""
    return {"contentType": "text", "text": words}


def header(words: str, level: int) -> dict[str, Any]:
    """A heading of level 2 to 4."""
    return {"contentType": "header", "headerType": LEVELS[level], "text": words}


def item(words: str) -> dict[str, Any]:
    """A point of a list."""
    return {"contentType": "list_item", "listType": "BULLET", "text": words}


def table(name: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """A table without a schema; every value is text there."""
    return {
        "contentType": "unstructured_table",
        "name": name,
        "columnDefinitions": [{"name": label} for label in columns],
        "rows": [{"cells": [{"inputValue": {"type": "text_value", "value": said(value)}} for value in row]} for row in rows],
    }


def grid(part: Shown, title: str, columns: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """A table of an entry; units stand in the headings, and how many rows are left to the files is said."""
    labels = [f"{label} ({unit})" if unit else label for label, unit in columns]
    made = [table(title, labels, part.shown)]
    return [*made, text(f"and {part.left} more rows in the attached files")] if part.left else made


def decision(part: Decision) -> list[dict[str, Any]]:
    """A decision: who decided, what, what the rules would choose, and why."""
    body, rows = part.body, part.choices
    made = [header(part.question.replace("_", " "), 4)]
    made.append(text(f"Decided by {part.who}; confidence: {body.get('confidence') or 'not stated'}."))
    made += [table(part.question, ("Parameter", "Chosen", "Rules would choose"), rows)] if rows else []
    return made + [item(f"{one.get('text')}{cited(one.get('evidence'))}") for one in mappings(body.get("because"))]


def interpretation(part: Interpretation) -> list[dict[str, Any]]:
    """Statements with their evidence, what was dropped, and the limits."""
    body = part.body
    made = [
        item(f"{one.get('text')}{cited(one.get('evidence'))} ({one.get('confidence') or 'confidence not stated'})")
        for one in mappings(body.get("statements"))
    ]
    made += [item(f"Dropped: {one.get('template')} ({one.get('reason')})") for one in mappings(body.get("dropped"))]
    return made + [item(f"Limit: {one.get('text') if isinstance(one, dict) else one}") for one in body.get("limits") or []]


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The items of a list that are mappings."""
    return [one for one in value or [] if isinstance(one, dict)]


def cited(ids: Sequence[Any] | None) -> str:
    """Evidence ids in brackets, or nothing."""
    return f" [{', '.join(map(str, ids))}]" if ids else ""


def said(value: Any) -> str:
    """A value as text; nothing for what is missing."""
    return "" if value is None else str(value)
