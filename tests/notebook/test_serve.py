"""The notebook in a browser: pages are whole and harmless, nothing can be written, only loopback names are answered."""

from __future__ import annotations

import http.client
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assayline.notebook.compose import compose
from assayline.notebook.local import LocalNotebook
from assayline.notebook.push import store
from assayline.notebook.run import read_run
from assayline.notebook.serve import Server
from tests.report.test_report import EVIL, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(make_run: Any, tmp_path: Path) -> Iterator[Server]:
    """A server over a notebook with a plain entry and one full of hostile names."""
    for seed, samples in ((1, None), (2, EVIL)):
        run = read_run(make_run(tmp_path / f"run{seed}", seed, samples=samples))
        store(run, compose(run, authors=[EVIL[0]], title=EVIL[1] if samples else None), tmp_path / "nb", "vega")
    made = Server(tmp_path / "nb")
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def ask(server: Server, path: str, method: str = "GET", host: str | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_list_entry_search_and_file(server: Server) -> None:
    status, headers, body = ask(server, "/")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    listed = Page(body.decode())
    assert "2 entries, the latest first" in listed.text
    links = [value for tag, attributes in listed.tags if tag == "a" and (value := attributes.get("href"))]
    assert {"/entry/1", "/entry/2"} <= set(links)
    entry = Page(ask(server, "/entry/1")[2].decode())
    for words in ("CLB001", "Quality control, before and after", "History", "viability (cell counter)"):
        assert words in entry.text
    file = next(str(attributes["href"]) for tag, attributes in entry.tags if str(attributes.get("href", "")).startswith("/file/"))
    status, headers, body = ask(server, file)
    assert status == 200
    assert headers["content-disposition"].startswith("attachment")
    assert body.startswith(b"{")
    assert "CLB00" not in Page(ask(server, "/?q=mitochondrial+nothing")[2].decode()).text
    assert "/entry/1" in ask(server, "/?q=CLB001")[2].decode()


def test_hostile_names_stay_text(server: Server) -> None:
    for path in ("/", "/entry/2", "/?q=%3Cscript%3Ealert(1)%3C/script%3E"):
        page = Page(ask(server, path)[2].decode())
        assert not any(tag in ("script", "iframe") or "onerror" in attributes for tag, attributes in page.tags)
    assert EVIL[0] in Page(ask(server, "/entry/2")[2].decode()).text


def test_only_reading_only_its_own_names_only_its_own_files(server: Server) -> None:
    assert ask(server, "/", "POST")[0] == 501
    assert ask(server, "/", "DELETE")[0] == 501
    assert ask(server, "/", host="evil.example")[0] == 403
    assert ask(server, "/", "HEAD")[2] == b""
    for path in (
        "/entry/99",
        "/entry/../notebook.sqlite",
        "/file/" + "0" * 64 + "/1",
        "/../../etc/passwd",
        "/notebook.sqlite",
        "/entry/1%00",
    ):
        assert ask(server, path)[0] == 404
    with LocalNotebook(server.folder) as notebook:
        assert notebook.head()[0] == 2


def test_long_lists_go_on(server: Server) -> None:
    from assayline.notebook.entry import Entry
    from tests.notebook.test_local import digest

    with LocalNotebook(server.folder) as notebook:
        for index in range(60):
            notebook.push(Entry(f"note {index}", digest(f"note {index}")), {})
    first = ask(server, "/")[2].decode()
    assert 'href="/?before=13"' in first
    second = ask(server, "/?before=13")[2].decode()
    assert "note 9<" in second
    assert "note 10<" not in second
