"""Import of `.eln` archives: our own come back with every version, file and history; others as text and files."""

from __future__ import annotations

import hashlib
import html
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from assayline.json_files import canonical
from assayline.notebook.compose import clean, media
from assayline.notebook.eln import CONTENT, HISTORY
from assayline.notebook.eln_crate import Crate, listed, open_crate
from assayline.notebook.entry import Entry, File, Link, Part, Text
from assayline.notebook.errors import ElnDamaged

if TYPE_CHECKING:
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.protocol import Receipt


def import_eln(notebook: LocalNotebook, path: Path) -> list[Receipt]:
    """Store every Dataset of the root's hasPart as an entry, once; nothing is unpacked to a place that the archive names."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise ElnDamaged(file=path.name, where="start", found=error, expected="a ZIP archive") from error
    with archive, tempfile.TemporaryDirectory() as scratch:
        crate = open_crate(path, archive)
        datasets = [crate.item(part) for part in listed(crate.items.get("./", {}).get("hasPart"))]
        found = [item for item in datasets if "Dataset" in listed(item.get("@type"))]
        if not found:
            raise ElnDamaged(file=path.name, where="./", found="no Dataset in hasPart", expected="at least one entry")
        return [bring(notebook, crate, item, Path(scratch)) for item in found]


def bring(notebook: LocalNotebook, crate: Crate, item: dict[str, Any], scratch: Path) -> Receipt:
    """One entry with its files."""
    parts = files_of(crate, item)
    own = {name: part for part in parts for name in (CONTENT, HISTORY) if str(part["@id"]).endswith("/" + name)}
    files, named = {}, []
    for part in parts:
        if part in own.values():
            continue
        raw = crate.content(part)
        sha256 = hashlib.sha256(raw).hexdigest()
        place = scratch / sha256
        place.write_bytes(raw)
        files[sha256] = place
        name = clean(part.get("name") or unquote(str(part["@id"])))
        named.append(File(name, sha256, len(raw), clean(part.get("encodingFormat") or media(name))))
    if len(own) == 2:
        return versions(notebook, crate, own, files)
    return notebook.push(foreign(crate, item, named), files)


def files_of(crate: Crate, item: dict[str, Any], depth: int = 0) -> list[dict[str, Any]]:
    """The files of a Dataset and of the Datasets in it, to a depth of eight."""
    found = []
    for part in map(crate.item, listed(item.get("hasPart"))):
        kinds = listed(part.get("@type"))
        if "File" in kinds:
            found.append(part)
        elif "Dataset" in kinds and depth < 8:
            found += files_of(crate, part, depth + 1)
    return found


def versions(notebook: LocalNotebook, crate: Crate, own: dict[str, dict[str, Any]], files: dict[str, Path]) -> Receipt:
    """An entry of our own with every version; its earlier history is kept with the first event."""
    try:
        history = json.loads(crate.content(own[HISTORY]))
        written = [(event, json.loads(event["body"])) for event in history if event["kind"] in ("created", "amended")]
        made = [(event, body, Entry.from_json(body)) for event, body in written]
    except (ValueError, KeyError, TypeError) as error:
        raise ElnDamaged(file=crate.name, where=HISTORY, found=repr(error), expected="the history of an entry") from error
    if not made or made[-1][2] != Entry.from_json(json.loads(crate.content(own[CONTENT]))):
        raise ElnDamaged(
            file=crate.name, where=CONTENT, found="another content than the history's", expected="the latest version"
        )
    first, *later = made
    entry = first[2]
    known = notebook.find(entry.key)
    if known:
        return known
    receipt = notebook.push(entry, used(entry, files), {"imported": {"from": crate.name, "history": history}})
    for _event, body, version in later:
        receipt = notebook.amend(receipt.id, version, used(version, files), str(body.get("reason", "imported")))
    return receipt


def used(entry: Entry, files: dict[str, Path]) -> dict[str, Path]:
    """The files that an entry refers to."""
    return {sha256: files[sha256] for sha256 in entry.files if sha256 in files}


def foreign(crate: Crate, item: dict[str, Any], named: list[File]) -> Entry:
    """An entry of another notebook: its text as paragraphs, its files, its dates; the key is the digest of what was read."""
    text = str(item.get("text") or crate.item(item.get("text")).get("text") or item.get("description") or "")
    parts: list[Part] = [Text(clean(piece)) for piece in paragraphs(text)]
    for entry in map(crate.item, listed(item.get("comment"))):
        said = " ".join(paragraphs(str(entry.get("text", ""))))
        parts += [Text(clean(f"Comment of {entry.get('dateCreated', 'unknown date')}: {said}"))]
    parts += named
    people = [crate.item(one).get("name") for one in [*listed(item.get("author")), *listed(item.get("contributor"))]]
    stamps = (("created", "dateCreated"), ("changed", "dateModified"))
    times = {name: clean(item[key]) for name, key in stamps if item.get(key)}
    made = Entry(
        clean(item.get("name") or "untitled"),
        "",
        [clean(name) for name in people if name],
        "",
        times,
        [Link("entry", clean(item["@id"]))],
        parts,
    )
    key = hashlib.sha256(b"assayline/eln/1\n" + canonical(made.to_json())).hexdigest()
    return Entry(made.title, key, made.authors, made.project, made.times, made.links, made.parts)


def paragraphs(text: str) -> list[str]:
    """HTML or plain text as paragraphs without markup."""
    bare = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", " ", text)
    bare = re.sub(r"(?i)</(p|div|h[1-6]|li|tr|table|ul|ol)\s*>|<br\s*/?>", "\n", bare)
    bare = html.unescape(re.sub(r"<[^<>]*>", " ", bare))
    return [" ".join(line.split()) for line in bare.splitlines() if line.strip()]
