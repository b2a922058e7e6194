"""An eLabFTW on loopback that keeps experiments, uploads and tags as the published document describes them."""

from __future__ import annotations

import hashlib
import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.notebook.loopback import Loopback, OpenApi, Reply

TOKEN = "3-abcdef"


def error(status: int, message: str) -> Reply:
    return Reply(status, {"code": str(status), "message": message, "description": message})


class FakeELabFTW(Loopback):
    """Experiments in memory."""

    prefix = "/api/v2"

    def __init__(self, schema: OpenApi) -> None:
        self.schema = schema
        self.experiments: dict[int, dict[str, Any]] = {}
        self.uploads: dict[int, list[dict[str, Any]]] = {}
        self.tags: dict[int, list[str]] = {}
        self.items: dict[int, str] = {}
        self.links: set[tuple[int, str, int]] = set()
        super().__init__()

    def reply(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> Reply:
        if headers.get("authorization") != TOKEN:
            return error(401, "Authentication required")
        if path == "/experiments":
            return self.create(json.loads(body)) if method == "POST" else self.search(query)
        if path == "/items":
            return Reply(200, [{"id": number, "title": title} for number, title in self.items.items() if query["q"][0] in title])
        linked = re.fullmatch(r"/experiments/(\d+)/(items|experiments)_links(?:/(\d+))?", path)
        if linked:
            return self.link(int(linked[1]), linked[2], linked[3])
        found = re.match(r"/experiments/(\d+)(/uploads|/tags)?", path)
        number = int(found[1]) if found else 0
        if not found or number not in self.experiments:
            return error(404, "Nothing to show with this id")
        if found[2] == "/uploads":
            return self.upload(number, headers["content-type"], body) if method == "POST" else Reply(200, self.uploads[number])
        if found[2] == "/tags":
            return self.tag(number, json.loads(body)) if method == "POST" else Reply(200, self.tagged(number))
        if method == "PATCH":
            self.experiments[number] |= json.loads(body)
        return Reply(200, self.experiments[number])

    def link(self, number: int, kind: str, target: str | None) -> Reply:
        if target is None:
            return Reply(200, [{"entityid": other} for one, name, other in self.links if (one, name) == (number, kind)])
        known = self.items if kind == "items" else self.experiments
        if int(target) not in known:
            return error(404, "Nothing to show with this id")
        assert (number, kind, int(target)) not in self.links, "a link is made once"
        self.links.add((number, kind, int(target)))
        return Reply(201, None, {"Location": f"{self.address}/experiments/{number}/{kind}_links/{target}"})

    def create(self, body: dict[str, Any]) -> Reply:
        if not body.get("title"):
            return error(400, "title must not be empty")
        number = len(self.experiments) + 1
        kept = {name: body.get(name) for name in ("title", "body", "metadata")}
        self.experiments[number] = {"id": number, "state": 1, **kept}
        self.uploads[number], self.tags[number] = [], []
        return Reply(201, None, {"Location": f"{self.address}/experiments/{number}"})

    def search(self, query: dict[str, list[str]]) -> Reply:
        word, offset, limit = query["q"][0], int(query["offset"][0]), int(query["limit"][0])
        found = [item for item in self.experiments.values() if word in item["title"] or word in item["body"]]
        return Reply(200, found[offset : offset + limit])

    def upload(self, number: int, kind: str, body: bytes) -> Reply:
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        raw = parts["file"].get_payload(decode=True)
        identifier = sum(map(len, self.uploads.values())) + 1
        digest = hashlib.sha256(raw).hexdigest()
        made = {
            "id": identifier,
            "real_name": parts["file"].get_filename(),
            "long_name": f"{digest[:2]}/{digest}-{identifier}.bin",
            "hash": digest,
        }
        made |= {
            "comment": parts["comment"].get_payload(decode=True).decode(),
            "filesize": len(raw),
            "storage": 1,
            "hash_algorithm": "sha256",
        }
        self.uploads[number].append(made)
        return Reply(201, None, {"Location": f"{self.address}/experiments/{number}/uploads/{identifier}"})

    def tag(self, number: int, body: dict[str, Any]) -> Reply:
        self.tags[number] += [name for name in body["tags"] if name not in self.tags[number]]
        return Reply(201, None, {"Location": f"{self.address}/experiments/{number}/tags/1"})

    def tagged(self, number: int) -> list[dict[str, Any]]:
        return [{"id": index, "tag": name} for index, name in enumerate(self.tags[number], 1)]
