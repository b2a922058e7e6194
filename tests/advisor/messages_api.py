"""A loopback server that speaks the Messages API as published: it checks the request and answers what a test scripted."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


@dataclass
class Script:
    """Replies in order (the last one again and again) and the requests that came."""

    replies: list[tuple[int, Any, dict[str, str]]]
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request["body"] for request in self.requests]


def says(answer: Any, *, stop: str = "end_turn") -> tuple[int, Any, dict[str, str]]:
    """A message whose text is the answer, as JSON unless it is text already."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    body = {"id": "msg_01", "type": "message", "role": "assistant", "stop_reason": stop, "stop_sequence": None}
    body |= {"content": [{"type": "text", "text": text}], "usage": {"input_tokens": 10, "output_tokens": 5}}
    return 200, body, {"request-id": "req_loopback"}


def fails(status: int, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """An error as the service words it."""
    body = {"type": "error", "error": {"type": KINDS[status], "message": "no"}}
    return status, body, {key.replace("_", "-"): value for key, value in headers.items()}


@contextmanager
def messages_api(*replies: tuple[int, Any, dict[str, str]]) -> Iterator[Script]:
    """Serve the script on a port of 127.0.0.1."""
    script = Script(list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            script.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
            status, reply, headers = script.replies[min(len(script.requests), len(script.replies)) - 1]
            complete = self.path.partition("?")[0] == "/v1/messages" and {"model", "max_tokens", "messages"} <= body.keys()
            if not complete or "anthropic-version" not in {key.lower() for key in self.headers}:
                status, reply, headers = fails(400)
            if status == 200:
                reply = reply | {"model": body["model"]}
            raw = json.dumps(reply).encode()
            self.send_response(status)
            for key, value in ({"content-type": "application/json", "content-length": str(len(raw))} | headers).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        script.url = f"http://127.0.0.1:{server.server_port}"
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
