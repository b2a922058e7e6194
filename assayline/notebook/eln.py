"""Export as `.eln`: a ZIP with one root folder that is an RO-Crate 1.1; the same entries give the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assayline.notebook.entry import Entry, File
from assayline.notebook.pages import entry_page
from assayline.notebook.terms import measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.notebook.chain import Event
    from assayline.notebook.local import Line, LocalNotebook
    from assayline.notebook.storage import Storage

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
CRATE = "https://w3id.org/ro/crate/1.1"
ROOT = "assayline-export"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
HISTORY, CONTENT, PAGE = "assayline-history.json", "assayline-entry.json", "entry.html"


class Archive:
    """The ZIP being written, and the graph that describes it."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()
        self.zip = zipfile.ZipFile(self.buffer, "w", zipfile.ZIP_DEFLATED)
        self.graph: list[dict[str, Any]] = []
        self.people: dict[str, str] = {}

    def write(self, name: str, body: bytes) -> None:
        """Add one file under the root folder."""
        info = zipfile.ZipInfo(f"{ROOT}/{name}", LONG_AGO)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        self.zip.writestr(info, body)

    def file(self, name: str, body: bytes, media: str, title: str) -> dict[str, str]:
        """Add a file and its description; returns the reference to it."""
        self.write(name, body)
        identifier = "./" + quote(name)
        self.graph.append(
            {
                "@id": identifier,
                "@type": "File",
                "name": title,
                "encodingFormat": media,
                "contentSize": str(len(body)),
                "sha256": hashlib.sha256(body).hexdigest(),
            }
        )
        return {"@id": identifier}

    def person(self, name: str) -> dict[str, str]:
        """The reference to a person, described once."""
        if name not in self.people:
            self.people[name] = f"#person-{len(self.people) + 1}"
            self.graph.append({"@id": self.people[name], "@type": "Person", "name": name})
        return {"@id": self.people[name]}


def export(notebook: LocalNotebook, references: Sequence[str]) -> bytes:
    """These entries, with every version, history and file, as one archive; raises NoSuchEntry, NotebookDamaged."""
    archive = Archive()
    lines = [notebook.line(reference) for reference in references]
    parts = [add(archive, notebook, line) for line in lines]
    latest = max((line.changed for line in lines), default="1980-01-01T00:00:00.000+00:00")
    archive.write("ro-crate-metadata.json", metadata(archive, parts, latest, lines))
    archive.zip.close()
    return archive.buffer.getvalue()


def metadata(archive: Archive, parts: list[dict[str, str]], latest: str, lines: Sequence[Line]) -> bytes:
    """The crate's description."""
    from assayline import __version__

    names = ", ".join(line.title for line in lines[:5]) + (" …" if len(lines) > 5 else "")
    graph = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": CRATE},
            "dateCreated": latest,
            "sdPublisher": {"@id": "#publisher"},
            "version": "1.0",
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"Notebook entries: {names}",
            "description": f"{len(lines)} entries of a local notebook, exported by assayline {__version__}",
            "datePublished": latest,
            "license": "All rights of the entries' authors are reserved unless an entry says otherwise.",
            "hasPart": parts,
        },
        {"@id": "#publisher", "@type": "Organization", "name": "assayline"},
    ]
    body = {"@context": CONTEXT, "@graph": [*graph, *sorted(archive.graph, key=lambda item: str(item["@id"]))]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def add(archive: Archive, notebook: LocalNotebook, line: Line) -> dict[str, str]:
    """One entry as a Dataset with its files, its content and its history."""
    entry, history, storage = notebook.entry(line.id), notebook.history(line.id), notebook.storage
    folder = f"entry-{line.id}"
    dataset: dict[str, Any] = {"@id": f"./{folder}/", "@type": "Dataset"}
    page = entry_page(entry, line, history, storage)
    parts = [
        archive.file(f"{folder}/{CONTENT}", dumped(entry.to_json()), "application/json", "The entry as data"),
        archive.file(
            f"{folder}/{HISTORY}", dumped([asdict(event) for event in history]), "application/json", "Every event of the entry"
        ),
        archive.file(f"{folder}/{PAGE}", page.encode(), "text/html", "The entry as a page"),
    ]
    for part in every_file(history):
        name = f"{folder}/files/{part.sha256[:12]}/{flat(part.name)}"
        parts += [archive.file(name, storage.read(part.sha256), part.media, part.name)]
    archive.graph.append(dataset | described(archive, entry, line, history, storage) | {"hasPart": parts})
    return {"@id": dataset["@id"]}


def described(archive: Archive, entry: Entry, line: Line, history: Sequence[Event], storage: Storage) -> dict[str, Any]:
    """What other notebooks show of an entry: name, authors, dates, keywords, text, and what was measured, with meanings."""
    from assayline.notebook.pages import body_html

    authors = [archive.person(name) for name in entry.authors]
    [link.target for link in entry.links if link.kind == "sample"]
    body: dict[str, Any] = {
        "name": entry.title,
        "identifier": entry.key,
        "genre": "experiment",
        "encodingFormat": "text/html",
        "text": body_html(entry),
        "dateCreated": line.at,
        "dateModified": line.changed,
        "creativeWorkStatus": "locked" if line.locked else "open",
        "keywords": ",".join(
            dict.fromkeys(filter(None, [entry.project, *(link.target for link in entry.links if link.kind == "sample")]))
        ),
    }
    if authors:
        body["author"] = authors[0]
        if authors[1:]:
            body["contributor"] = authors[1:]
    comments = [event for event in history if event.kind == "signed"]
    if comments:
        body["comment"] = [comment(archive, line, event) for event in comments]
    body["variableMeasured"] = [variable(archive, line, index, item) for index, item in enumerate(measured(entry, storage), 1)]
    return body


def comment(archive: Archive, line: Line, event: Event) -> dict[str, str]:
    """A signature as a comment."""
    identifier = f"#{line.id}-event-{event.seq}"
    said = event.content
    text = f"Signed: {said.get('meaning', '')} (version {said.get('version')}, record {said.get('record')})"
    item = {"@id": identifier, "@type": "Comment", "dateCreated": event.at, "text": text, "author": archive.person(event.who)}
    archive.graph.append(item)
    return {"@id": identifier}


def variable(archive: Archive, line: Line, index: int, item: Any) -> dict[str, str]:
    """A measured quantity as a PropertyValue with the IRIs of property and unit."""
    identifier = f"#{line.id}-variable-{index}"
    body: dict[str, Any] = {"@id": identifier, "@type": "PropertyValue", "name": item.name}
    body |= {"propertyID": item.iri} if item.iri else {}
    body |= {"unitText": item.unit} if item.unit else {}
    body |= {"unitCode": item.unit_iri} if item.unit_iri else {}
    archive.graph.append(body | {"minValue": item.least, "maxValue": item.greatest})
    return {"@id": identifier}


def every_file(history: Sequence[Event]) -> list[File]:
    """The files of all versions, each once."""
    written = [Entry.from_json(event.content) for event in history if event.kind in ("created", "amended")]
    found = {part.sha256: part for entry in written for part in entry.parts if isinstance(part, File)}
    return [found[sha256] for sha256 in sorted(found)]


def flat(name: str) -> str:
    """A file's name that is safe in any file system; the true name is the `name` of its description."""
    safe = "".join(letter if (letter.isalnum() and letter.isascii()) or letter in "._-" else "_" for letter in name)
    return safe.lstrip(".")[-100:] or "file"


def dumped(body: Any) -> bytes:
    """JSON as this format's own files hold it."""
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
