"""Benchling blobs: whole up to 10 MB, above that in parts; a blob that was sent twice stays unlinked and is no record."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from assayline.notebook.errors import ServiceUnsure
from assayline.notebook.outbox import Done, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.notebook.http import Answer, Service

WHOLE, PART = 10 << 20, 5 << 20
TRIES = 4


def encoded(raw: bytes) -> dict[str, str]:
    """A blob's bytes in base64 and the hexadecimal MD5 of the raw bytes, as the service asks for."""
    return {"data64": base64.b64encode(raw).decode(), "md5": hashlib.md5(raw, usedforsecurity=False).hexdigest()}


def blob_step(service: Service, what: str, name: str, media: str, size: int, read: Callable[[], bytes]) -> Step:
    """The step that uploads one file; `read` gives its bytes when they are sent. Blobs cannot be searched for."""
    described = {
        "name": name[-1000:],
        "type": "VISUALIZATION" if media.startswith("image/") else "RAW_FILE",
        "mimeType": media[:100],
    }

    def send(_done: Done) -> dict[str, Any]:
        raw = read()
        if len(raw) <= WHOLE:
            return identified(service, again(service, "/blobs", described | encoded(raw)), "POST /blobs")
        return in_parts(service, described, raw)

    shown = {
        "request": "POST /blobs" if size <= WHOLE else "POST /blobs:start-multipart-upload",
        "body": {**described, "bytes": size},
    }
    return Step(f"blob {what}", lambda _: None, send, shown)


def in_parts(service: Service, described: dict[str, str], raw: bytes) -> dict[str, Any]:
    """Upload in parts of 5 MiB; a part is sent again under its own number, which replaces it."""
    blob = identified(service, again(service, "/blobs:start-multipart-upload", described), "POST /blobs:start-multipart-upload")[
        "id"
    ]
    parts = []
    for number, start in enumerate(range(0, len(raw), PART), 1):
        answer = again(service, f"/blobs/{blob}/parts", {"partNumber": number} | encoded(raw[start : start + PART]))
        parts.append({"partNumber": number, "eTag": (answer.json() or {}).get("eTag", "")})
    again(service, f"/blobs/{blob}:complete-upload", {"parts": parts})
    return {"id": blob}


def again(service: Service, path: str, body: dict[str, Any]) -> Answer:
    """POST something that may be repeated because nothing refers to it yet."""
    for attempt in range(TRIES):
        try:
            return service.tell("POST", path, body)
        except ServiceUnsure:
            if attempt + 1 == TRIES:
                raise
            service.sleep(service.pause * 2**attempt)
    raise AssertionError


def identified(service: Service, answer: Answer, request: str) -> dict[str, Any]:
    """The id in an answer; without one the outcome counts as unknown."""
    body = answer.json()
    if not isinstance(body, dict) or not body.get("id"):
        raise ServiceUnsure(service=service.name, request=request, found="an answer without an id")
    return {"id": body["id"]}
