"""Services on loopback for tests: real HTTP, checked against a published OpenAPI document, with faults on demand."""

from __future__ import annotations

import json
import random
import re
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FAULTS = ("429", "502 before", "502 after", "reset before", "reset after", "slow after", "reset within")


class PlainLoader(yaml.SafeLoader):
    """YAML without its guesses about dates."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class OpenApi:
    """A published OpenAPI document as a judge of requests and answers."""

    def __init__(self, path: Path) -> None:
        self.document = plain(yaml.load(path.read_text("utf-8"), PlainLoader))
        self.routes = [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", name) + r"\Z"), name) for name in self.document["paths"]]
        self.known: dict[str, Any] = {}

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """The operation that a request is, or an error."""
        names = [name for pattern, name in self.routes if pattern.match(path)]
        for name in sorted(names, key=lambda name: name.count("{")):
            found = self.document["paths"][name].get(method.lower())
            if found:
                shared = self.document["paths"][name].get("parameters", [])
                return {**found, "parameters": [*shared, *found.get("parameters", [])]}
        msg = f"{method} {path}: no such operation in the OpenAPI document"
        raise AssertionError(msg)

    def follow(self, node: Any) -> Any:
        """A node, or what its reference names."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.document
            for word in node["$ref"].removeprefix("#/").split("/"):
                target = target[word.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def fits(self, schema: Any, value: Any, what: str) -> None:
        """Fail unless a value fits a schema of the document."""
        name = json.dumps(schema, sort_keys=True)
        if name not in self.known:
            self.known[name] = jsonschema_rs.Draft202012Validator(
                {**schema, "components": self.document["components"]}, validate_formats=False
            )
        problems = [f"{list(error.instance_path)}: {error.message[:300]}" for error in self.known[name].iter_errors(value)]
        assert not problems, f"{what}: {problems}"

    def request(self, method: str, path: str, query: dict[str, list[str]], kind: str, body: bytes) -> None:
        """Fail unless a request is one that the document allows."""
        operation = self.operation(method, path)
        names = {self.follow(item)["name"] for item in operation["parameters"] if self.follow(item)["in"] == "query"}
        assert set(query) <= names, f"{method} {path}: unknown query {set(query) - names}"
        content = self.follow(operation.get("requestBody", {})).get("content", {})
        if not body and not content:
            return
        kind = kind.partition(";")[0]
        assert kind in content, f"{method} {path}: content type {kind!r}, expected one of {list(content)}"
        if kind == "application/json":
            self.fits(content[kind]["schema"], json.loads(body), f"{method} {path}")

    def answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Fail unless an answer is one that the document promises."""
        responses = self.operation(method, path)["responses"]
        if status == 401 and "401" not in responses:
            return  # documents leave it out where every operation may answer so
        assert str(status) in responses, f"{method} {path}: status {status} is not among {list(responses)}"
        content = self.follow(responses[str(status)]).get("content", {})
        if "application/json" in content and body is not None:
            self.fits(content["application/json"]["schema"], body, f"{method} {path} {status}")


def plain(node: Any) -> Any:
    """An OpenAPI 3.0 schema in the words of JSON Schema: `nullable` becomes a type."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: plain(value) for key, value in node.items() if key != "discriminator"}
    if made.pop("nullable", None) is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
        if "allOf" in made or "oneOf" in made or "anyOf" in made:
            made = {"anyOf": [made, {"type": "null"}]}
    return made


@dataclass
class Reply:
    """What a service answers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Loopback(ThreadingHTTPServer):
    """A service on loopback; subclasses answer in `reply`. `faults` says for each request what goes wrong, if anything."""

    daemon_threads = True
    prefix = ""
    schema: Any = None
    delay = 0.8

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.seen: list[str] = []
        self.complaints: list[str] = []
        self.faults: Callable[[str, str], str | None] = lambda _method, _path: None
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.server_port}{self.prefix}"

    def stop(self) -> None:
        """End serving, and fail if any request or answer broke the document."""
        self.shutdown()
        self.server_close()
        self.thread.join()
        assert not self.complaints, self.complaints[:5]

    def reply(self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> Reply:
        """Answer a request; called under a lock."""
        raise NotImplementedError

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was cut is what some tests want; anything else is a mistake of the fake."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self.complaints.append(repr(error))


class Handler(BaseHTTPRequestHandler):
    """Receives requests, plays the faults, keeps to the document."""

    server: Loopback
    protocol_version = "HTTP/1.1"

    def every(self) -> None:
        """Any method."""
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(self.server.prefix)
        fault = self.server.faults(self.command, path) or ""
        if fault == "reset within":
            self.rfile.read(min(200, int(self.headers.get("Content-Length") or 0)))
            return self.cut()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if fault == "reset before":
            return self.cut()
        if fault in ("429", "502 before"):
            return self.give(Reply(int(fault[:3]), {"error": {"message": fault}}, {"Retry-After": "0"} if fault == "429" else {}))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        if fault == "late":
            time.sleep(self.server.delay)
        try:
            with self.server.lock:
                self.server.seen.append(f"{self.command} {path}")
                if self.server.schema:
                    self.server.schema.request(self.command, path, query, headers.get("content-type", ""), body)
                reply = self.server.reply(self.command, path, query, headers, body)
                if self.server.schema:
                    self.server.schema.answer(self.command, path, reply.status, reply.body)
        except AssertionError as error:
            self.server.complaints.append(str(error))
            reply = Reply(500, {"message": str(error)})
        if fault == "reset after":
            return self.cut()
        if fault == "slow after":
            time.sleep(self.server.delay)
        return self.give(Reply(502, {"message": "bad gateway"}) if fault == "502 after" else reply)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = every  # noqa: N815 - the names that the base class calls

    def cut(self) -> None:
        """End the connection with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.connection.close()
        self.close_connection = True

    def give(self, reply: Reply) -> None:
        """Send an answer."""
        raw = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def sometimes(seed: int, share: float) -> Callable[[str, str], str | None]:
    """Faults at random, the same for a seed, for a share of all requests."""
    rng = random.Random(seed)
    lock = threading.Lock()

    def fault(_method: str, _path: str) -> str | None:
        with lock:
            return rng.choice(FAULTS) if rng.random() < share else None

    return fault


def scripted(*faults: str, only: str = "POST") -> Callable[[str, str], str | None]:
    """These faults one after the other for requests of one method, then none."""
    left: Iterator[str] = iter(faults)
    lock = threading.Lock()

    def fault(method: str, _path: str) -> str | None:
        with lock:
            return next(left, None) if method == only else None

    return fault
