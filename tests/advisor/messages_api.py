"""A loopback server that speaks the Messages API as published, plain and streaming; it checks requests and follows a script."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
FIELDS = {
    "model",
    "max_tokens",
    "messages",
    "system",
    "stream",
    "output_config",
    "metadata",
    "stop_sequences",
    "thinking",
    "tools",
    "tool_choice",
    "service_tier",
}


@dataclass(frozen=True)
class Reply:
    """What is answered: a status, a body, headers; `after` is how many events of the stream come before it goes wrong."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    wrong: str = ""
    after: int = 3


@dataclass
class Script:
    """Replies in order (the last one again and again), or made from the request; and the requests that came."""

    replies: list[Reply | Callable[[dict[str, Any]], Reply]]
    models: tuple[str, ...] = ()
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request["body"] for request in self.requests]

    def reply(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Reply:
        """Note a request down; the service's refusal of a bad one, else the next reply."""
        self.requests.append({"path": path, "headers": headers, "body": body})
        if status := problem(body, headers, path, self.models):
            return fails(status)
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        return reply if isinstance(reply, Reply) else reply(body)


def says(answer: Any, *, stop: str = "end_turn") -> Reply:
    """A message whose text is the answer, as JSON unless it is text already."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    body = {"id": "msg_01", "type": "message", "role": "assistant", "stop_reason": stop, "stop_sequence": None}
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 0}
    return Reply(200, body | {"content": [{"type": "text", "text": text}], "usage": usage}, {"request-id": "req_loopback"})


def fails(status: int, **headers: str) -> Reply:
    """An error as the service words it."""
    body = {"type": "error", "error": {"type": KINDS[status], "message": "no"}, "request_id": "req_loopback"}
    return Reply(status, body, {key.replace("_", "-"): value for key, value in headers.items()})


def stalls(answer: Any) -> Reply:
    """A stream that begins and then says nothing more."""
    return replace(says(answer), wrong="stall")


def cuts(answer: Any) -> Reply:
    """A stream whose connection is cut in the middle."""
    return replace(says(answer), wrong="cut")


def breaks(answer: Any) -> Reply:
    """A stream that ends in an error event, as when the service is overloaded meanwhile."""
    return replace(says(answer), wrong="error")


def problem(body: dict[str, Any], headers: dict[str, str], path: str, models: tuple[str, ...]) -> int:
    """The status with which the service refuses a request; 0 for a good one."""
    low = {key.lower(): value for key, value in headers.items()}
    if not (low.get("x-api-key") or low.get("authorization", "").startswith("Bearer ")):
        return 401
    complete = path.partition("?")[0] == "/v1/messages" and {"model", "max_tokens", "messages"} <= body.keys() <= FIELDS
    turns = body.get("messages") or [{}]
    roles = [turn.get("role") for turn in turns]
    good = complete and roles[0] == "user" and "anthropic-version" in low and isinstance(body["max_tokens"], int)
    form = (body.get("output_config") or {}).get("format") or {"type": "json_schema", "schema": {}}
    if not good or form.get("type") != "json_schema" or not _closed(form.get("schema")):
        return 400
    return 404 if models and body["model"] not in models else 0


def _closed(schema: Any) -> bool:
    """Whether every object of a schema of structured output forbids other keys, as the service demands."""
    if isinstance(schema, list):
        return all(map(_closed, schema))
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return False
    return all(map(_closed, schema.values()))


def events(body: dict[str, Any]) -> list[dict[str, Any]]:
    """A message as the events of its stream."""
    text = body["content"][0]["text"]
    start = body | {"content": [], "stop_reason": None, "usage": body["usage"] | {"output_tokens": 1}}
    found: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    found.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    found.append({"type": "ping"})
    pieces = [text[place : place + 200] for place in range(0, len(text), 200)]
    found += [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces]
    found.append({"type": "content_block_stop", "index": 0})
    delta = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    found.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": body["usage"]["output_tokens"]}})
    return [*found, {"type": "message_stop"}]


def handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            reply = script.reply(self.path, dict(self.headers), body)
            if reply.status == 200 and body.get("stream"):
                self.stream(reply, body["model"])
            else:
                self.plain(reply, body["model"])

        def plain(self, reply: Reply, model: str) -> None:
            raw = json.dumps(reply.body | ({"model": model} if reply.status == 200 else {})).encode()
            self.send_response(reply.status)
            for key, value in ({"content-type": "application/json", "content-length": str(len(raw))} | reply.headers).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(raw)

        def stream(self, reply: Reply, model: str) -> None:
            self.send_response(200)
            for key, value in ({"content-type": "text/event-stream", "transfer-encoding": "chunked"} | reply.headers).items():
                self.send_header(key, value)
            self.end_headers()
            for number, event in enumerate(events(reply.body | {"model": model})):
                if reply.wrong and number == reply.after:
                    self.go_wrong(reply.wrong)
                    return
                self.event(event)
            self.wfile.write(b"0\r\n\r\n")

        def event(self, event: dict[str, Any]) -> None:
            raw = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
            self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
            self.wfile.flush()

        def go_wrong(self, how: str) -> None:
            self.close_connection = True
            if how == "stall":
                script.stop.wait(30)
            elif how == "error":
                self.event({"type": "error", "error": {"type": "overloaded_error", "message": "no"}})
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *words: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

    return Handler


@contextmanager
def messages_api(*replies: Reply | Callable[[dict[str, Any]], Reply], models: tuple[str, ...] = ()) -> Iterator[Script]:
    """Serve the script on a port of 127.0.0.1; `models` are those that the service knows (empty: any)."""
    script = Script(list(replies), models)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(script))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        script.url = f"http://127.0.0.1:{server.server_port}"
        yield script
    finally:
        script.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
