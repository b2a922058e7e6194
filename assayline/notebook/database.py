"""The notebook's SQLite file: its layout, opening it, and SQLite's errors as declared ones."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from assayline.notebook.errors import NotebookBusy, NotebookDamaged, NotebookFull, NotebookTooNew

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYOUT = 1
WAIT = 30.0

SCHEMA = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL, entry TEXT NOT NULL,
  body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE) STRICT;
CREATE INDEX events_of_entry ON events (entry, seq);
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TABLE entries (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, project TEXT NOT NULL,
  authors TEXT NOT NULL, at TEXT NOT NULL, changed TEXT NOT NULL, version INTEGER NOT NULL, event INTEGER NOT NULL,
  signed INTEGER NOT NULL, locked TEXT NOT NULL) STRICT;
CREATE INDEX entries_by_project ON entries (project, number);
CREATE TABLE keys (key TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE files (sha256 TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL,
  PRIMARY KEY (sha256, number)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 2');
"""


@contextmanager
def guarded(path: Path, doing: str) -> Iterator[None]:
    """SQLite's errors as declared ones: full, busy, damaged."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise NotebookFull(file=path, found=error) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise NotebookBusy(file=path, found=f"{WAIT:.0f} s") from error
        if code in (
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_PERM,
        ):
            raise NotebookDamaged(file=path, where=doing, found=error, expected="a sound SQLite database") from error
        raise


def connect(path: Path, *, wait: float = WAIT) -> sqlite3.Connection:
    """A connection in WAL mode with full synchronisation; lays out a new file; raises NotebookTooNew for a later layout."""
    with guarded(path, "opening"):
        made = sqlite3.connect(path, timeout=wait, isolation_level=None)
        with ExitStack() as unless_sound:
            unless_sound.callback(made.close)
            prepare(made, path)
            unless_sound.pop_all()
    return made


def prepare(made: sqlite3.Connection, path: Path) -> None:
    """Set the connection up, and the file when it is new."""
    (layout,) = made.execute("PRAGMA user_version").fetchone()
    if layout > LAYOUT:
        raise NotebookTooNew(file=path, found=layout, expected=LAYOUT)
    made.execute("PRAGMA journal_mode = WAL")
    made.execute("PRAGMA synchronous = FULL")
    if layout == LAYOUT:
        return
    made.execute("BEGIN IMMEDIATE")
    try:
        if made.execute("PRAGMA user_version").fetchone() == (0,):
            for statement in statements():
                made.execute(statement)
            made.execute(f"PRAGMA user_version = {LAYOUT}")
        made.execute("COMMIT")
    finally:
        undo(made)


def statements() -> Iterator[str]:
    """The statements of the layout one by one: a script would commit between them."""
    piece = ""
    for line in SCHEMA.strip().splitlines():
        piece += line + "\n"
        if sqlite3.complete_statement(piece):
            yield piece
            piece = ""


@contextmanager
def writing(database: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One write transaction, held from its start so that what is read in it stays true."""
    with guarded(path, "writing"):
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
            database.execute("COMMIT")
        finally:
            undo(database)


def undo(database: sqlite3.Connection) -> None:
    """Roll back what was begun and not committed."""
    if database.in_transaction:
        database.execute("ROLLBACK")
