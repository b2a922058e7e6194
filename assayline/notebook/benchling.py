"""Benchling (API v2): an entry with fields, a run and results for each document, files as blobs; ids come from the content."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from assayline.notebook.benchling_ask import pages, schemas
from assayline.notebook.benchling_blob import blob_step
from assayline.notebook.benchling_body import body_step
from assayline.notebook.benchling_connect import connect_steps
from assayline.notebook.benchling_entities import entity_step
from assayline.notebook.benchling_map import Mapping, check, read_mapping
from assayline.notebook.benchling_rows import row_steps
from assayline.notebook.entry import Entry, File, Rows
from assayline.notebook.errors import MappingRefused, ServiceAmbiguous, ServiceMissing, ServiceUnsure
from assayline.notebook.http import Service
from assayline.notebook.outbox import Done, Step
from assayline.notebook.protocol import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assayline.notebook.storage import Storage

ADDRESS, KEY, MAP = "BENCHLING_URL", "BENCHLING_API_KEY", "BENCHLING_MAP"
CLIENT, SECRET = "BENCHLING_CLIENT_ID", "BENCHLING_CLIENT_SECRET"
FIELD = "assayline key"


class Token:
    """An OAuth token by client credentials, fetched when there is none, when it is about to expire, and when it was refused."""

    def __init__(self, address: str, client: str, secret: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.client, self.secret, self.clock = client, secret, clock
        self.service = Service("Benchling", f"{address}/api/v2", lambda _fresh: {})
        self.value, self.until = "", 0.0

    def header(self, fresh: bool) -> dict[str, str]:  # noqa: FBT001 - the shape that Service asks for
        """The authorization header, with a new token if need be."""
        if fresh or self.clock() >= self.until:
            form = {"grant_type": "client_credentials", "client_id": self.client, "client_secret": self.secret}
            body = (
                self.service.tell("POST", "/token", raw=urlencode(form).encode(), kind="application/x-www-form-urlencoded").json()
                or {}
            )
            self.value, self.until = str(body.get("access_token", "")), self.clock() + float(body.get("expires_in", 0)) * 0.9
        return {"Authorization": f"Bearer {self.value}"}


@dataclass(slots=True)
class Benchling:
    """One tenant with its mapping; `page` renders the entry's HTML page that is attached."""

    service: Service
    mapping: Mapping
    page: Callable[[Entry], str]
    wait: Callable[[float], None] = time.sleep

    @property
    def name(self) -> str:
        """The name under which the outbox keeps pushes to this tenant."""
        return f"benchling {self.service.base}"

    @classmethod
    def from_environment(cls, folder: Path) -> Benchling:
        """The tenant of the environment, with the mapping of BENCHLING_MAP or of the notebook's folder; raises ServiceMissing."""
        from pathlib import Path as Place

        from assayline.notebook.pages import body_html

        path = Place(os.environ[MAP]) if os.environ.get(MAP) else folder / "benchling.json"
        return cls(connect(), read_mapping(path) if path.exists() else Mapping(), body_html)

    def plan(self, entry: Entry, storage: Storage) -> list[Step]:
        """Check the mapping, upload blobs, create the entry with its body, register samples, then runs and results."""
        page = self.page(entry).encode()
        steps = [
            Step(
                "check",
                lambda _: self._check(entry),
                nothing,
                {"request": "GET schemas, folder, entities", "body": "mapping checked"},
            )
        ]
        steps.append(blob_step(self.service, "page", f"{entry.id}.html", "text/html", len(page), lambda: page))
        files = [part for part in entry.parts if isinstance(part, File) and part.name.endswith((".asm.json", ".png"))]
        steps += [
            blob_step(self.service, part.name, part.name, part.media, part.size, partial(storage.read, part.sha256))
            for part in files
        ]
        steps += [self._entry(entry), body_step(self.service, entry)]
        steps += [entity_step(self.service, self.mapping, entry.key)] if self.mapping.entities.get("schema") else []
        for part in entry.parts:
            if isinstance(part, Rows):
                steps += row_steps(self.service, self.mapping, entry.key, part, self.wait)
                config = self.mapping.outputs.get(part.schema)
                steps += connect_steps(self.service, config, entry.key, part, self.wait) if config else []
        return steps

    def receipt(self, entry: Entry, done: Done) -> Receipt:
        """The entry's id and page."""
        made = done["entry"]
        note = str(done["body"].get("note", ""))
        return Receipt(self.name, str(made["id"]), entry.key, created=True, url=str(made.get("url", "")), note=note)

    def _check(self, entry: Entry) -> dict[str, Any]:
        found = check(self.service, self.mapping, entry)
        if found.problems:
            more = f" (and {len(found.problems) - 8} more)" if len(found.problems) > 8 else ""
            raise MappingRefused(service=self.service.name, entry=entry.id, found="; ".join(found.problems[:8]) + more)
        kinds = {
            identifier: {item["name"]: item.get("type") for item in schema.get("fieldDefinitions", [])}
            for identifier, schema in schemas(self.service, "assay-result-schemas").items()
            if any(wanted.get("schema") == identifier for wanted in self.mapping.results.values())
        }
        return {"entities": found.entities, "missing": found.missing, "kinds": kinds}

    def _entry(self, entry: Entry) -> Step:
        name = f"{entry.title[:180]} ({entry.id})".replace(",", " ")

        def find(_done: Done) -> dict[str, Any] | None:
            query: dict[str, Any] = {"names.anyOf.caseSensitive": name}
            there = pages(self.service, "/entries", "entries", **query)
            found = [item for item in there if key_of(item) == entry.key and not item.get("archiveRecord")]
            if len(found) > 1:
                raise ServiceAmbiguous(
                    service=self.service.name, found=", ".join(str(item["id"]) for item in found), key=entry.key
                )
            return made(found[0]) if found else None

        def send(done: Done) -> dict[str, Any]:
            sources = {"title": entry.title, "key": entry.key, "page": done["blob page"]["id"]}
            body: dict[str, Any] = {"name": name, "folderId": self.mapping.folder, "customFields": {FIELD: {"value": entry.key}}}
            if self.mapping.template:
                body["entryTemplateId"] = self.mapping.template
            if self.mapping.entry.get("schema"):
                body["schemaId"] = self.mapping.entry["schema"]
                body["fields"] = {one: {"value": sources[source]} for one, source in self.mapping.entry.get("fields", {}).items()}
            answer = self.service.tell("POST", "/entries", body).json()
            if not isinstance(answer, dict) or not answer.get("id"):
                raise ServiceUnsure(service=self.service.name, request="POST /entries", found="an answer without an id")
            return made(answer)

        return Step("entry", find, send, {"request": "POST /entries", "body": {"name": name}})


def nothing(_done: Done) -> dict[str, Any]:
    """What a step sends that only asks."""
    return {}


def key_of(item: dict[str, Any]) -> str:
    """The key that this program wrote into an entry's custom fields."""
    return str(((item.get("customFields") or {}).get(FIELD) or {}).get("value", ""))


def made(item: dict[str, Any]) -> dict[str, Any]:
    """What the later steps need of an entry: its id, its page, and the result tables in it by schema."""
    notes = [note for day in item.get("days") or [] for note in day.get("notes") or [] if note.get("type") == "results_table"]
    tables = {
        note["assayResultSchemaId"]: note["apiId"] for note in notes if note.get("assayResultSchemaId") and note.get("apiId")
    }
    return {"id": item["id"], "url": item.get("webURL") or "", "tables": tables}


def connect() -> Service:
    """The tenant of the environment, by API key or by client credentials; raises ServiceMissing."""
    address = os.environ.get(ADDRESS, "").rstrip("/")
    if not address:
        raise ServiceMissing(service="Benchling", found="address", expected=ADDRESS)
    if os.environ.get(CLIENT) and os.environ.get(SECRET):
        return Service("Benchling", f"{address}/api/v2", Token(address, os.environ[CLIENT], os.environ[SECRET]).header)
    if not os.environ.get(KEY):
        raise ServiceMissing(service="Benchling", found="API key", expected=f"{KEY}, or {CLIENT} and {SECRET}")
    secret = base64.b64encode(f"{os.environ[KEY]}:".encode()).decode()

    def headers(_fresh: bool) -> dict[str, str]:  # noqa: FBT001 - the shape that Service asks for
        return {"Authorization": f"Basic {secret}"}

    return Service("Benchling", f"{address}/api/v2", headers)
