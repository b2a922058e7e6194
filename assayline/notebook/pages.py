"""Pages of the notebook as HTML: an entry and a list; self-contained, everything from outside escaped."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from assayline.escaped import templates
from assayline.notebook.entry import Figure
from assayline.notebook.errors import NotebookDamaged
from assayline.report.page import OPENING, style, versus
from assayline.report.words import anchor, data, is_number, moment, number, plain, plural, size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from assayline.notebook.chain import Event
    from assayline.notebook.entry import Entry
    from assayline.notebook.local import Line
    from assayline.notebook.storage import Storage


def environment() -> Environment:
    """The templates of the notebook's pages, with everything escaped."""
    made = templates("assayline.notebook")
    made.filters |= {
        "data": data,
        "number": number,
        "moment": moment,
        "size": size,
        "plain": plain,
        "anchor": anchor,
        "versus": versus,
    }
    made.globals |= {"is_number": is_number, "plural": plural, "style": style(), "policy": OPENING}
    return made


def picture(storage: Storage, sha256: str) -> str:
    """A stored picture as a data URI, or nothing when it is missing or changed: the page then says so."""
    try:
        return "data:image/png;base64," + base64.b64encode(storage.read(sha256)).decode()
    except NotebookDamaged:
        return ""


def entry_page(entry: Entry, line: Line, history: Sequence[Event], storage: Storage, *, served: bool = False) -> str:
    """One entry with its history; `served` adds links to the list and to files."""
    pictures = {part.sha256: picture(storage, part.sha256) for part in entry.parts if isinstance(part, Figure)}
    context: dict[str, Any] = {"entry": entry, "line": line, "history": history, "pictures": pictures, "served": served}
    return environment().get_template("entry.html").render(context)


def list_page(lines: Sequence[Line], *, asked: str = "", total: int = 0, more: int | None = None) -> str:
    """A list of entries with a search field; `more` is the number to go on from."""
    return environment().get_template("list.html").render({"lines": lines, "asked": asked, "total": total, "more": more})


def body_html(entry: Entry, addresses: Mapping[str, str] | None = None) -> str:
    """The entry's parts as plain HTML for a service's own page; `addresses` gives the place of a figure by its SHA-256."""
    mark = f"assayline entry {entry.id}, key {entry.key}"
    return environment().get_template("body.html").render({"entry": entry, "addresses": addresses or {}, "mark": mark})
