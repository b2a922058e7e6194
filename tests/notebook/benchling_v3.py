"""Benchling's v3 entry API on loopback, judged by the models that its own client publishes."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tests.notebook.loopback import OpenApi, Reply

if TYPE_CHECKING:
    from pydantic import BaseModel

PREFIX = "/api/v3"
MODELS = {
    "UpdateEntryInputWithPathParams": "update_entry_input_with_path_params",
    "Entry": "entry",
    "GeneralError": "general_error",
    "DocumentPartPaginatedList": "document_part_paginated_list",
}
SHOWN = {
    "text": "DocumentPartText",
    "header": "DocumentPartHeader",
    "list_item": "DocumentPartListItem",
    "unstructured_table": "DocumentPartUnstructuredTable",
}


def model(name: str, file: str) -> type[BaseModel]:
    found: type[BaseModel] = getattr(import_module(f"benchling_v3_sdk.types.{file}"), name)
    return found


def unknown(value: Any, place: str = "") -> list[str]:
    """Keys that a model does not declare; the client's own models let them pass."""
    if isinstance(value, list):
        return [line for index, one in enumerate(value) for line in unknown(one, f"{place}/{index}")]
    if not hasattr(value, "model_extra"):
        return []
    extra = [f"{place}/{key}" for key in value.model_extra or {}]
    return extra + [line for name in type(value).model_fields for line in unknown(getattr(value, name), f"{place}/{name}")]


class Judge:
    """Both documents: v2 as OpenAPI, v3 as the models of the client."""

    def __init__(self, second: OpenApi) -> None:
        self.second = second
        for name, file in MODELS.items():  # now: an import takes longer than a test's patience with a service
            model(name, file)

    def request(self, method: str, path: str, query: dict[str, list[str]], kind: str, body: bytes) -> None:
        if not path.startswith(PREFIX):
            return self.second.request(method, path, query, kind, body)
        assert set(query) <= {"nextToken", "pageSize", "id.anyOf"}, query
        if method == "PATCH":
            name = "UpdateEntryInputWithPathParams"
            made = model(name, MODELS[name]).model_validate(json.loads(body) | {"id": path.rpartition("/")[2]})
            assert not unknown(made), unknown(made)
            assert made.parts_mutation.position in ("beginning_of_document", "end_of_document")  # type: ignore[attr-defined]
        return None

    def answer(self, method: str, path: str, status: int, body: Any) -> None:
        if not path.startswith(PREFIX):
            return self.second.answer(method, path, status, body)
        listed = "DocumentPartPaginatedList" if path.endswith("/parts/items") else "Entry"
        name = listed if status == 200 else "GeneralError"
        made = model(name, MODELS[name]).model_validate(body)
        assert not unknown(made), unknown(made)
        return None


class Documents:
    """The documents of a tenant's entries: parts in order, and a version that every change replaces."""

    def __init__(self) -> None:
        self.parts: dict[str, list[dict[str, Any]]] = {}
        self.versions: dict[str, int] = {}
        self.changes_first = 0

    def reply(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Reply:
        identifier, _, rest = path.removeprefix(f"{PREFIX}/entry/").partition("/")
        parts = self.parts.setdefault(identifier, [])
        version = self.versions.setdefault(identifier, 1)
        if rest == "parts/items":
            start = int((query.get("nextToken") or ["0"])[0])
            token = str(start + 3) if start + 3 < len(parts) else None
            return Reply(200, {"items": [shown(part) for part in parts[start : start + 3]], "nextToken": token})
        if method == "PATCH":
            if self.changes_first:  # a person who writes between our reading and our writing
                self.changes_first -= 1
                self.versions[identifier] = version = version + 1
                parts.append({"contentType": "text", "text": "a person's own words"})
            wanted = json.loads(body)["partsMutation"]
            if wanted["version"] != f"v{version}":
                return failed(409, "The document was changed.")
            parts += wanted["parts"]
            self.versions[identifier] = version = version + 1
        return Reply(200, {"id": identifier, "versionMetadata": {"versionId": f"v{version}"}})


def shown(part: dict[str, Any]) -> dict[str, Any]:
    """A part as the list of parts gives it."""
    names = {name: part[name] for name in ("text", "name", "headerType", "listType") if name in part}
    return {"__typename": SHOWN[part["contentType"]], **names}


def failed(status: int, title: str) -> Reply:
    return Reply(status, {"status": status, "title": title, "type": "about:blank", "instance": "/api/v3/entry"})
