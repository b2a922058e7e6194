"""The entities of a Benchling tenant that samples are: found by exact name, and registered where the mapping says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.notebook.benchling_ask import named
from assayline.notebook.errors import ServiceAmbiguous, ServiceUnsure
from assayline.notebook.outbox import Done, Step

if TYPE_CHECKING:
    from assayline.notebook.benchling_map import Mapping
    from assayline.notebook.http import Service

FIELD = "assayline key"


def entity_step(service: Service, mapping: Mapping, key: str) -> Step:
    """Register the samples that the check found missing, each once: asked for by name before it is created."""
    schema = str(mapping.entities.get("schema", ""))

    def known(done: Done) -> dict[str, list[str]]:
        found = named(service, done["check"]["missing"], schema)
        for name, ids in found.items():
            if len(ids) > 1:
                raise ServiceAmbiguous(service=service.name, found=f"entities {', '.join(ids)} named '{name}'", key=key)
        return found

    def find(done: Done) -> dict[str, Any] | None:
        found = known(done)
        return {name: ids[0] for name, ids in found.items()} if all(found.values()) else None

    def send(done: Done) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, ids in known(done).items():
            made[name] = ids[0] if ids else register(service, created(mapping, name, key))
        return made

    shown = {"schemaId": schema, **place(mapping), "names": "samples without an entity"}
    return Step("entities", find, send, {"request": "POST /custom-entities", "body": shown})


def register(service: Service, body: dict[str, Any]) -> str:
    """Create one entity and give its id."""
    answer = service.tell("POST", "/custom-entities", body).json()
    if not isinstance(answer, dict) or not answer.get("id"):
        raise ServiceUnsure(service=service.name, request="POST /custom-entities", found="an answer without an id")
    return str(answer["id"])


def created(mapping: Mapping, name: str, key: str) -> dict[str, Any]:
    """What an entity is created from."""
    fields = {"customFields": {FIELD: {"value": key}}, "fields": {}}
    return {"name": name, "schemaId": mapping.entities["schema"], **place(mapping), **fields}


def place(mapping: Mapping) -> dict[str, str]:
    """Where new entities go: the mapping's own folder for them, else that of entries; into a registry where one is named."""
    made = {"folderId": str(mapping.entities.get("folder") or mapping.folder)}
    if mapping.entities.get("registry"):
        made |= {"registryId": str(mapping.entities["registry"]), "namingStrategy": "NEW_IDS"}
    return made
