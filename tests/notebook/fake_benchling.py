"""A Benchling tenant on loopback that keeps entries, runs, results, blobs and tasks as the published document describes them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qs

from tests.notebook.benchling_v3 import PREFIX, Documents, Judge, failed
from tests.notebook.loopback import Loopback, OpenApi, Reply

KEY = "sk_dummy"
ARCHIVED = {"reason": "Retired"}
OUTPUTS = "automationOutputProcessors"


def refused(text: str, **more: Any) -> Reply:
    return Reply(400, {"error": {"type": "invalid_request_error", "message": text, "userMessage": text}, **more})


def definition(name: str, kind: str, *, required: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "id": f"tsf_{name}",
        "name": name,
        "type": kind,
        "isRequired": required,
        "isMulti": False,
        "archiveRecord": None,
        **more,
    }


class FakeBenchling(Loopback):
    """One tenant in memory."""

    prefix = "/api/v2"

    def __init__(self, schema: OpenApi) -> None:
        self.schema = Judge(schema)
        self.documents: Documents | None = None
        self.entries: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.results: dict[str, dict[str, Any]] = {}
        self.blobs: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, dict[str, Any]] = {}
        self.processed: list[str] = []
        self.registered: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.archived_folder = False
        self.in_table = False
        self.task_answers: list[str] = []
        self.reject: dict[str, str] = {}
        self.samples = {f"CLB{index:03d}": [f"bfi_{index:03d}"] for index in range(1, 9)}
        counted = [
            definition("sample", "custom_entity_link", required=True, schemaId="ts_sample"),
            definition("viability", "float", required=True),
            definition("total_cell_count", "integer"),
            definition("time", "datetime"),
            definition("viable_cell_density", "float"),
        ]
        self.schemas = [
            {
                "id": "assaysch_count",
                "name": "Cell counting results",
                "type": "assay_result",
                "archiveRecord": None,
                "fieldDefinitions": counted,
            },
            {
                "id": "assaysch_other",
                "name": "ELISA",
                "type": "assay_result",
                "archiveRecord": None,
                "fieldDefinitions": [definition("od", "float")],
            },
        ]
        super().__init__()

    def reply(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> Reply:
        if path == "/token":
            return self.token({name: values[0] for name, values in parse_qs(body.decode()).items()})
        basic = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
        if headers.get("authorization") not in (basic, *(f"Bearer {token}" for token in self.tokens[-1:])):
            return Reply(401, {"error": {"message": "token expired", "type": "authentication_error"}})
        if path.startswith(PREFIX):
            return self.documents.reply(method, path, query, body) if self.documents else failed(404, "Not Found")
        content = json.loads(body) if body else {}
        flat = {name: values[0] for name, values in query.items()}
        for pattern, answer in (
            (r"POST /entries", lambda _: self.create_entry(content)),
            (r"GET /entries", lambda _: Reply(200, {"entries": self.named(self.entries, flat), "nextToken": ""})),
            (r"POST /blobs", lambda _: self.blob(content)),
            (r"POST /blobs:start-multipart-upload", lambda _: self.start(content)),
            (r"POST /blobs/([^/:]+)/parts", lambda found: self.part(found[1], content)),
            (r"POST /blobs/([^/:]+):complete-upload", lambda found: self.complete(found[1], content)),
            (
                r"GET /folders/.+",
                lambda _: Reply(200, {"id": "lib_1", "name": "F", "archiveRecord": ARCHIVED if self.archived_folder else None}),
            ),
            (r"GET /assay-result-schemas", lambda _: self.listed(flat)),
            (r"GET /custom-entities", lambda _: self.entities(flat)),
            (r"POST /custom-entities", lambda _: self.register(content)),
            (r"POST /assay-runs", lambda _: self.create(self.runs, "assayRuns", content["assayRuns"])),
            (r"GET /assay-runs:bulk-get", lambda _: self.bulk(self.runs, "assayRuns", flat["assayRunIds"])),
            (r"POST /assay-results", lambda _: self.create(self.results, "assayResults", content["assayResults"])),
            (r"GET /assay-results:bulk-get", lambda _: self.bulk(self.results, "assayResults", flat["assayResultIds"])),
            (r"POST /assay-results:bulk-create", lambda _: self.create_in_table(content)),
            (r"GET /automation-output-processors", lambda _: Reply(200, {OUTPUTS: list(self.outputs.values()), "nextToken": ""})),
            (r"POST /automation-output-processors", lambda _: self.output(content)),
            (r"GET /automation-output-processors/([^:]+)", lambda found: Reply(200, self.outputs[found[1]])),
            (r"POST /automation-output-processors/([^:]+):process-output", lambda found: self.process(found[1])),
            (r"GET /tasks/(.+)", lambda found: Reply(200, self.tasks[found[1]])),
        ):
            found = re.fullmatch(pattern, f"{method} {path}")
            if found:
                return answer(found)
        raise AssertionError(method, path)

    def token(self, form: dict[str, str]) -> Reply:
        if (form["grant_type"], form.get("client_id"), form.get("client_secret")) != ("client_credentials", "app", "secret"):
            return Reply(401, {"error": "invalid_client", "error_description": "unknown client"})
        self.tokens.append(f"token-{len(self.tokens)}")
        return Reply(200, {"access_token": self.tokens[-1], "expires_in": 900, "token_type": "Bearer"})

    def named(self, items: dict[str, dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        return [item for item in items.values() if item["name"] in query["names.anyOf.caseSensitive"].split(",")]

    def create_entry(self, body: dict[str, Any]) -> Reply:
        if self.archived_folder:
            return refused("folderId: the folder is archived")
        identifier = f"etr_{len(self.entries) + 1}"
        made = {name: body.get(name, {}) for name in ("customFields", "fields")} | {
            "id": identifier,
            "name": body["name"],
            "folderId": body["folderId"],
        }
        if self.in_table:
            table = {"type": "results_table", "assayResultSchemaId": "assaysch_count", "apiId": "strtbl_1"}
            made["days"] = [{"date": "2026-03-02", "notes": [table]}]
        self.entries[identifier] = made | {"webURL": f"https://tenant.example.com/{identifier}", "archiveRecord": None}
        return Reply(201, self.entries[identifier])

    def blob(self, body: dict[str, Any]) -> Reply:
        raw = base64.b64decode(body["data64"])
        if hashlib.md5(raw).hexdigest() != body["md5"]:
            return refused("md5 does not match")
        identifier = str(uuid.uuid4())
        self.blobs[identifier] = raw
        return Reply(200, {"id": identifier, "name": body["name"], "type": body["type"], "uploadStatus": "COMPLETE"})

    def start(self, body: dict[str, Any]) -> Reply:
        identifier = str(uuid.uuid4())
        self.parts[identifier] = {}
        return Reply(200, {"id": identifier, "name": body["name"], "type": body["type"], "uploadStatus": "IN_PROGRESS"})

    def part(self, identifier: str, body: dict[str, Any]) -> Reply:
        raw = base64.b64decode(body["data64"])
        if hashlib.md5(raw).hexdigest() != body["md5"]:
            return refused("md5 does not match")
        self.parts[identifier][body["partNumber"]] = raw
        return Reply(200, {"partNumber": body["partNumber"], "eTag": f'"{body["md5"]}"'})

    def complete(self, identifier: str, body: dict[str, Any]) -> Reply:
        numbers = [part["partNumber"] for part in body["parts"]]
        if numbers != sorted(self.parts[identifier]):
            return refused("parts are missing")
        self.blobs[identifier] = b"".join(self.parts[identifier][number] for number in numbers)
        return Reply(200, {"id": identifier, "uploadStatus": "COMPLETE"})

    def listed(self, query: dict[str, str]) -> Reply:
        start = int(query.get("nextToken") or 0)
        following = str(start + 1) if start + 1 < len(self.schemas) else ""
        return Reply(200, {"assayResultSchemas": self.schemas[start : start + 1], "nextToken": following})

    def entities(self, query: dict[str, str]) -> Reply:
        names = [query["name"]] if "name" in query else query["names.anyOf.caseSensitive"].split(",")
        found = [
            {"id": identifier, "name": name, "archiveRecord": None} for name in names for identifier in self.samples.get(name, [])
        ]
        return Reply(200, {"customEntities": found, "nextToken": ""})

    def register(self, body: dict[str, Any]) -> Reply:
        identifier = f"bfi_new_{len(self.registered) + 1}"
        self.registered.append(body)
        self.samples.setdefault(body["name"], []).append(identifier)
        return Reply(201, {"id": identifier, "name": body["name"], "archiveRecord": None})

    def bulk(self, items: dict[str, dict[str, Any]], name: str, ids: str) -> Reply:
        wanted = ids.split(",")
        if not any(identifier in items for identifier in wanted):
            return refused("none of these ids exists") if name == "assayResults" else Reply(200, {name: []})
        return Reply(200, {name: [items[identifier] for identifier in wanted if identifier in items]})

    def objections(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"global": [], "fields": {name: text for name, text in self.reject.items() if name in row["fields"] and index == 2}}
            for index, row in enumerate(rows)
        ]

    def create(self, items: dict[str, dict[str, Any]], name: str, rows: list[dict[str, Any]]) -> Reply:
        if self.reject and name == "assayResults":
            return refused("validation failed", errors=self.objections(rows))
        if any(row["id"] in items for row in rows):
            return refused("an id exists already")
        items.update({row["id"]: row for row in rows})
        return Reply(200, {name: [row["id"] for row in rows], "errors": None})

    def output(self, body: dict[str, Any]) -> Reply:
        if body["assayRunId"] not in self.runs or body["fileId"] not in self.blobs:
            return refused("no such run or file")
        identifier = f"aop_{len(self.outputs) + 1}"
        self.outputs[identifier] = {"id": identifier, "assayRunId": body["assayRunId"], "status": "NOT_STARTED"}
        return Reply(201, self.outputs[identifier])

    def process(self, identifier: str) -> Reply:
        self.processed.append(identifier)
        status = self.task_answers.pop(0) if self.task_answers else "SUCCEEDED"
        self.outputs[identifier]["status"] = status
        self.tasks["task_output"] = {"status": status, "message": "row 2 is not a number"}
        return Reply(202, {"taskId": "task_output"})

    def create_in_table(self, body: dict[str, Any]) -> Reply:
        task = f"task_{len(self.tasks) + 1}"
        status = self.task_answers.pop(0) if self.task_answers else "SUCCEEDED"
        self.tasks[task] = {"status": status}
        if status == "FAILED":
            self.tasks[task] |= {
                "message": "validation failed",
                "errors": [{"index": 2, "fields": {"viability": "must be below 100"}}],
            }
        else:
            rows = [row | {"entryId": "etr_1"} for row in body["assayResults"]]
            assert body["tableId"] == "strtbl_1"
            if self.create(self.results, "assayResults", rows).status != 200:
                return refused("an id exists already")
        return Reply(202, {"taskId": task})
