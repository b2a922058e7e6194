"""The graph of an RO-Crate: entities by identifier, references between them, and the one order in which they are written."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

Entity = dict[str, Any]
Reference = dict[str, str]

CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    WORKFLOW_CRATE: "Workflow RO-Crate",
}
DESCRIPTOR = "ro-crate-metadata.json"


def file_id(name: str) -> str:
    """The identifier of a file in the crate: its name, percent-encoded."""
    return quote(name)


def local_id(kind: str, name: str) -> str:
    """The identifier of something that is no file: `#kind-name`."""
    return f"#{kind}-{quote(name, safe='.')}"


def content_id(sha256: str) -> str:
    """The identifier of a file outside the crate: the digest of its content (RFC 6920), the same wherever it lies."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()


def single(value: Any) -> Any:
    """A list of one is written as the one, as RO-Crate recommends."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class Graph:
    """Entities, each once."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = {}

    def add(self, identifier: str, kind: str | list[str], /, **facts: Any) -> Reference:
        """Describe something, unless it is described already; facts that are None or empty are left out."""
        known = {key: value for key, value in facts.items() if value not in (None, "", [], {})}
        self.entities.setdefault(identifier, {"@id": identifier, "@type": kind} | known)
        return {"@id": identifier}

    def extend(self, identifier: str, key: str, reference: Reference) -> None:
        """Add a reference to a list of an entity, once."""
        found = self.entities[identifier].setdefault(key, [])
        if reference not in found:
            found.append(reference)

    def profile(self, identifier: str) -> Reference:
        """A profile as an entity of its own, as the profiles demand."""
        return self.add(identifier, "CreativeWork", name=PROFILES[identifier], version=identifier.rpartition("/")[2])

    def dumps(self) -> bytes:
        """The metadata document: descriptor and root first, then by identifier; the same entities give the same bytes."""
        first = {DESCRIPTOR: 0, "./": 1}
        ordered = sorted(self.entities.values(), key=lambda item: (first.get(item["@id"], 2), item["@id"]))
        body = {"@context": CONTEXT, "@graph": [{key: single(value) for key, value in item.items()} for item in ordered]}
        return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"
