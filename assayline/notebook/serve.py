"""The notebook in a browser: read-only, on loopback, pages without scripts."""

from __future__ import annotations

import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from allotrope.errors import DeclaredError
from assayline.notebook.entry import File
from assayline.notebook.errors import NoSuchEntry
from assayline.notebook.local import LocalNotebook
from assayline.notebook.pages import entry_page, list_page
from assayline.report.page import OPENING

if TYPE_CHECKING:
    from pathlib import Path

HERE = "127.0.0.1"
PAGE = 50
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"{OPENING}; form-action 'self'; frame-ancestors 'none'",
}


class Handler(BaseHTTPRequestHandler):
    """Answers GET for the list, an entry and a file; everything else is refused."""

    server: Server
    server_version = "assayline"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request; a declared error becomes a page of its own."""
        if self.headers.get("Host", "") not in self.server.names:
            self.answer(HTTPStatus.FORBIDDEN, b"this server answers only under its own loopback name\n", "text/plain")
            return
        try:
            with LocalNotebook(self.server.folder, make=False) as notebook:
                notebook.database.execute("PRAGMA query_only = ON")
                self.route(notebook)
        except NoSuchEntry as error:
            self.answer(HTTPStatus.NOT_FOUND, f"{error}\n".encode(), "text/plain; charset=utf-8")
        except DeclaredError as error:
            self.answer(HTTPStatus.INTERNAL_SERVER_ERROR, f"{error}\n".encode(), "text/plain; charset=utf-8")

    def do_HEAD(self) -> None:
        """The headers of what GET would answer."""
        self.do_GET()

    def route(self, notebook: LocalNotebook) -> None:
        """Find what the address names."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/":
            self.answer(HTTPStatus.OK, self.listed(notebook, query).encode())
        elif found := re.fullmatch(r"/entry/([0-9a-f]{1,64})", parts.path):
            line = notebook.line(found[1])
            page = entry_page(notebook.entry(line.id), line, notebook.history(line.id), notebook.storage, served=True)
            self.answer(HTTPStatus.OK, page.encode())
        elif found := re.fullmatch(r"/file/([0-9a-f]{64})/([0-9]{1,15})", parts.path):
            self.file(notebook, found[1], found[2])
        else:
            raise NoSuchEntry(entry=parts.path[:80])

    def listed(self, notebook: LocalNotebook, query: dict[str, str]) -> str:
        """The list, or what a search finds."""
        asked = query.get("q", "").strip()[:200]
        if asked:
            return list_page(notebook.search(asked, limit=PAGE), asked=asked)
        before = query.get("before", "")
        lines = notebook.lines(limit=PAGE + 1, before=int(before) if before.isdecimal() and len(before) < 16 else None)
        more = lines[PAGE - 1].number if len(lines) > PAGE else None
        return list_page(lines[:PAGE], total=notebook.count(), more=more)

    def file(self, notebook: LocalNotebook, sha256: str, number: str) -> None:
        """A file of an entry, always as a download and never as a page."""
        parts = notebook.entry(number).parts
        part = next((part for part in parts if isinstance(part, File) and part.sha256 == sha256), None)
        if part is None:
            raise NoSuchEntry(entry=f"{number} file {sha256[:12]}")
        name = quote(part.name.rpartition("/")[2], safe="")
        self.answer(
            HTTPStatus.OK, notebook.storage.read(sha256), "application/octet-stream", f"attachment; filename*=UTF-8''{name}"
        )

    def answer(self, status: HTTPStatus, body: bytes, kind: str = "text/html; charset=utf-8", disposition: str = "") -> None:
        """Send one whole answer with the headers that keep it harmless."""
        self.send_response(status)
        for name, value in SAFE.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: addresses hold search words."""


class Server(ThreadingHTTPServer):
    """Serves one notebook's folder on loopback; port 0 takes any free one."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__((HERE, port), Handler)
        self.folder = folder
        self.names = {f"{HERE}:{self.server_port}", f"localhost:{self.server_port}"}

    @property
    def address(self) -> str:
        """The page to open."""
        return f"http://{HERE}:{self.server_port}/"
