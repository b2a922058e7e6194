"""A loopback server that speaks the streaming Messages API and plays a scripted model, and the client run against it."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Turn = list[dict[str, Any]]


def says(text: str) -> Turn:
    """A turn that ends the conversation with words."""
    return [{"type": "text", "text": text}]


def calls(name: str, **arguments: Any) -> Turn:
    """A turn that calls one tool."""
    return [{"type": "tool_use", "name": name, "input": arguments}]


def bash(command: str) -> Turn:
    """A turn that runs one command through the client's own Bash tool."""
    return calls("Bash", command=command, description="run the command", timeout=1_500_000)


def flat(content: Any) -> str:
    """The text of a message's or a tool result's content."""
    if isinstance(content, str):
        return content
    return "\n".join(flat(part.get("text", part.get("content", ""))) for part in content or [])


@dataclass
class Script:
    """The turns to play, and every request that came; requests without tools (titles, summaries) get a short answer."""

    turns: Sequence[Turn]
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @property
    def main(self) -> list[dict[str, Any]]:
        """The requests of the conversation itself."""
        return [body for body in self.requests if any(tool["name"] == "Bash" for tool in body.get("tools", []))]

    def reply(self, body: dict[str, Any]) -> Turn:
        """The turn that follows: as many turns were played as the conversation holds answers of the model."""
        if body not in self.main:
            return says("ok")
        played = sum(message["role"] == "assistant" for message in body["messages"])
        return self.turns[played] if played < len(self.turns) else says("done")

    @property
    def results(self) -> list[str]:
        """What the tools gave back, in order, as the last request of the conversation tells it."""
        parts = [part for message in self.main[-1]["messages"] for part in message["content"] if isinstance(part, dict)]
        return [flat(part["content"]) for part in parts if part.get("type") == "tool_result"]

    @property
    def failed(self) -> list[str]:
        """The results that the client marks as errors."""
        parts = [part for message in self.main[-1]["messages"] for part in message["content"] if isinstance(part, dict)]
        return [flat(part["content"]) for part in parts if part.get("type") == "tool_result" and part.get("is_error")]

    def said(self) -> str:
        """Everything the client told the model outside of tool results: system, reminders, loaded skills."""
        body = self.main[-1]
        messages = [part for message in body["messages"] for part in _parts(message["content"])]
        texts = [flat(part.get("text", "")) for part in messages if part.get("type") == "text"]
        return "\n".join([flat(body.get("system", "")), *texts])


def _parts(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def events(turn: Turn, model: str, number: int) -> Iterator[dict[str, Any]]:
    """A turn as the events of the stream."""
    tool = any(block["type"] == "tool_use" for block in turn)
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    message = {"id": f"msg_{number:04}", "type": "message", "role": "assistant", "model": model, "content": []}
    yield {"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None, "usage": usage}}
    for index, block in enumerate(turn):
        if block["type"] == "text":
            start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            start = {"type": "tool_use", "id": f"toolu_{number:04}_{index}", "name": block["name"], "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": start}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    stop = {"stop_reason": "tool_use" if tool else "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 5}}
    yield {"type": "message_stop"}


class Server(ThreadingHTTPServer):
    """A server that says nothing of a client that went away, as every client does at its end."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def scripted_model(*turns: Turn) -> Iterator[Script]:
    """Serve the script on a port of 127.0.0.1."""
    script = Script(turns)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path.partition("?")[0] != "/v1/messages":
                self.answer(404, b"{}", "application/json")
                return
            script.requests.append(body)
            turn = script.reply(body)
            told = list(events(turn, body["model"], len(script.requests)))
            if body.get("stream"):
                lines = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in told)
                self.answer(200, lines.encode(), "text/event-stream")
                return
            whole = told[0]["message"] | {"content": turn, "stop_reason": "end_turn"}
            self.answer(200, json.dumps(whole).encode(), "application/json")

        def do_GET(self) -> None:
            self.answer(404, b"{}", "application/json")

        def do_HEAD(self) -> None:
            self.do_GET()

        def answer(self, status: int, raw: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(raw)))
            self.send_header("request-id", f"req_{len(script.requests):04}")
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *words: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        script.url = f"http://127.0.0.1:{server.server_port}"
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
