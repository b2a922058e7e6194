"""The local notebook: a SQLite file with the history and what follows from it, and the entries' files beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from assayline.notebook.chain import Event, next_event
from assayline.notebook.database import WAIT, connect, guarded, writing
from assayline.notebook.entry import Entry, words
from assayline.notebook.errors import AmbiguousEntry, EntryLocked, NoSuchEntry, NotebookAbsent
from assayline.notebook.protocol import Receipt
from assayline.notebook.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from sqlite3 import Connection

FILE = "notebook.sqlite"
EVENT = "SELECT seq, at, who, kind, entry, body, previous, hash FROM events "
LISTED = "SELECT number, id, title, project, authors, at, changed, version, signed, locked FROM entries "


def now() -> str:
    """This moment in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a list shows it; `locked` is empty or the time."""

    number: int
    id: str
    title: str
    project: str
    authors: list[str]
    at: str
    changed: str
    version: int
    signed: int
    locked: str
    snippet: str = ""

    def to_json(self) -> dict[str, Any]:
        """The line as plain JSON."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "snippet" or self.snippet}


def line(row: tuple[Any, ...]) -> Line:
    """A line from a row of the table."""
    number, identifier, title, project, authors, *rest = row
    return Line(number, identifier, title, project, json.loads(authors), *rest)


class LocalNotebook:
    """Entries in a folder; every write is one event of the chain, and what lists show is computed from events."""

    name = "local"

    def __init__(
        self, folder: Path, *, who: str = "unknown", clock: Callable[[], str] = now, wait: float = WAIT, make: bool = True
    ) -> None:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        elif not (folder / FILE).is_file():
            raise NotebookAbsent(file=folder)
        self.folder, self.who, self.clock = folder, who, clock
        self.path = folder / FILE
        self.storage = Storage(folder / "files")
        self.database = connect(self.path, wait=wait)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def find(self, key: str) -> Receipt | None:
        """The receipt of the entry with this key, or nothing."""
        with guarded(self.path, "looking for a key"):
            row = self.database.execute(
                "SELECT id, version FROM keys JOIN entries USING (number) WHERE key = ?", (key,)
            ).fetchone()
        return Receipt(self.name, row[0], key, created=False, version=row[1]) if row else None

    def push(self, entry: Entry, files: Mapping[str, Path], origin: dict[str, Any] | None = None) -> Receipt:
        """Store the entry and its files; a key that is there already changes nothing. Raises NotebookFull and NotebookBusy.

        `origin` is kept with the first event: where an imported entry came from.
        """
        found = self.find(entry.key)
        if found:
            return found
        sizes = {sha256: self.storage.add(path, sha256) for sha256, path in files.items()}
        with writing(self.database, self.path):
            found = self.find(entry.key)
            if found:
                return found
            taken = self.database.execute("SELECT 1 FROM entries WHERE id = ?", (entry.id,)).fetchone()
            event = self._append("created", entry.key if taken else entry.id, entry.to_json() | (origin or {}))
            (number,) = self.database.execute("SELECT coalesce(max(number), 0) + 1 FROM entries").fetchone()
            project(self.database, event, number, entry, sizes)
        return Receipt(self.name, event.entry, entry.key, created=True)

    def amend(self, reference: str, entry: Entry, files: Mapping[str, Path], reason: str) -> Receipt:
        """Add a version to an entry; earlier versions stay. Raises EntryLocked."""
        sizes = {sha256: self.storage.add(path, sha256) for sha256, path in files.items()}
        with writing(self.database, self.path):
            known = self._open_entry(reference)
            event = self._append("amended", known.id, entry.to_json() | {"reason": reason})
            project(self.database, event, known.number, entry, sizes)
        return Receipt(self.name, known.id, entry.key, created=True, version=known.version + 1)

    def sign(self, reference: str, meaning: str) -> Event:
        """Sign the current version: name, time and meaning, bound to the digest of the record."""
        with writing(self.database, self.path):
            known = self.line(reference)
            digest = self.entry(known.id).digest
            event = self._append("signed", known.id, {"meaning": meaning, "version": known.version, "record": digest})
            self.database.execute("UPDATE entries SET signed = signed + 1 WHERE number = ?", (known.number,))
        return event

    def lock(self, reference: str) -> Event:
        """Close an entry for good: it takes no more versions. Raises EntryLocked when it is closed already."""
        with writing(self.database, self.path):
            known = self._open_entry(reference)
            event = self._append("locked", known.id, {"version": known.version, "record": self.entry(known.id).digest})
            self.database.execute("UPDATE entries SET locked = ? WHERE number = ?", (event.at, known.number))
        return event

    def _open_entry(self, reference: str) -> Line:
        known = self.line(reference)
        if known.locked:
            who = next(event.who for event in self.history(known.id) if event.kind == "locked")
            raise EntryLocked(entry=known.id, who=who, at=known.locked)
        return known

    def _append(self, kind: str, entry: str, content: dict[str, Any]) -> Event:
        row = self.database.execute(EVENT + "ORDER BY seq DESC LIMIT 1").fetchone()
        event = next_event(Event(*row) if row else None, at=self.clock(), who=self.who, kind=kind, entry=entry, content=content)
        self.database.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (event.seq, event.at, event.who, event.kind, event.entry, event.body, event.previous, event.hash),
        )
        return event

    def line(self, reference: str) -> Line:
        """An entry's line by number (`12`, `#12`), identifier or its beginning; raises NoSuchEntry and AmbiguousEntry."""
        word = reference.removeprefix("#")
        with guarded(self.path, "reading entries"):
            rows = self.database.execute(LISTED + "WHERE id = ?", (word,)).fetchall()
            if not rows and word.isascii() and word.isdigit() and len(word) < 16:
                rows = self.database.execute(LISTED + "WHERE number = ?", (int(word),)).fetchall()
            if not rows and len(word) >= 4 and all(letter in "0123456789abcdef" for letter in word):
                within = (word, word + "g")
                rows = self.database.execute(LISTED + "WHERE id >= ? AND id < ? LIMIT 5", within).fetchall()
        if not rows:
            raise NoSuchEntry(entry=reference)
        if len(rows) > 1:
            raise AmbiguousEntry(entry=reference, found=", ".join(row[1] for row in rows))
        return line(rows[0])

    def lines(self, *, limit: int = 50, before: int | None = None, project: str | None = None) -> list[Line]:
        """The latest entries first; `before` is the number to go on from."""
        where = " AND ".join(["number < ?"] * (before is not None) + ["project = ?"] * (project is not None))
        values = [value for value in (before, project) if value is not None]
        with guarded(self.path, "listing"):
            rows = self.database.execute(
                LISTED + (f"WHERE {where} " if where else "") + "ORDER BY number DESC LIMIT ?", (*values, limit)
            ).fetchall()
        return [line(row) for row in rows]

    def count(self) -> int:
        """How many entries there are."""
        with guarded(self.path, "counting"):
            (found,) = self.database.execute("SELECT count(*) FROM entries").fetchone()
        return int(found)

    def search(self, text: str, *, limit: int = 50) -> list[Line]:
        """The entries that hold all the words, the best first; no word is an operator, and the last may be a beginning."""
        asked = " ".join('"' + word.replace('"', '""') + '"' for word in text.replace("\0", " ").split())
        if not asked:
            return []
        ranked = "SELECT rowid, snippet(words, -1, '', '', '…', 12) FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
        with guarded(self.path, "searching"):
            found = self.database.execute(ranked, (asked + "*", limit)).fetchall()
            rows = [
                (*self.database.execute(LISTED + "WHERE number = ?", (number,)).fetchone(), snippet) for number, snippet in found
            ]
        return [line(row) for row in rows]

    def history(self, identifier: str) -> list[Event]:
        """Every event of one entry, the first first."""
        with guarded(self.path, "reading the history"):
            return [Event(*row) for row in self.database.execute(EVENT + "WHERE entry = ? ORDER BY seq", (identifier,))]

    def head(self) -> tuple[int, str]:
        """The chain's length and last hash, to be kept elsewhere: it proves later that nothing before it was changed."""
        with guarded(self.path, "reading the history"):
            row = self.database.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, "0" * 64)

    def entry(self, reference: str, version: int | None = None) -> Entry:
        """An entry as it is now, or as it was in a version from 1."""
        known = self.line(reference)
        written = [event for event in self.history(known.id) if event.kind in ("created", "amended")]
        if version is not None and not 1 <= version <= len(written):
            raise NoSuchEntry(entry=f"{reference} version {version}")
        return Entry.from_json(written[(version or len(written)) - 1].content)


def project(database: Connection, event: Event, number: int, entry: Entry, sizes: Mapping[str, int]) -> None:
    """Write what follows from an event that carries content: the entry's line, its key, its files and its words."""
    database.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, 0, '') ON CONFLICT (number) DO UPDATE SET title = excluded.title,"
        " project = excluded.project, authors = excluded.authors, changed = excluded.changed, version = version + 1,"
        " event = excluded.event",
        (
            number,
            event.entry,
            entry.title,
            entry.project,
            json.dumps(entry.authors, ensure_ascii=False),
            event.at,
            event.at,
            event.seq,
        ),
    )
    database.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (entry.key, number))
    database.executemany(
        "INSERT OR IGNORE INTO files VALUES (?, ?, ?)", [(sha256, number, size) for sha256, size in sizes.items()]
    )
    database.execute("DELETE FROM words WHERE rowid = ?", (number,))
    database.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", (number, entry.title, words(entry)))
