"""The outbox: what is to be sent is written down first and marked when confirmed: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from assayline.notebook.database import guarded, writing
from assayline.notebook.errors import (
    MappingRefused,
    ServiceAmbiguous,
    ServiceMissing,
    ServiceRefused,
    ServiceUnreachable,
    ServiceUnsure,
    TaskFailed,
)
from assayline.notebook.local import LocalNotebook, now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from assayline.notebook.entry import Entry
    from assayline.notebook.protocol import Receipt
    from assayline.notebook.storage import Storage

Done = dict[str, dict[str, Any]]
ROUNDS = 4

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, target TEXT NOT NULL, entry TEXT NOT NULL,"
        " version INTEGER NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, receipt TEXT NOT NULL,"
        " at TEXT NOT NULL, UNIQUE (target, key)) STRICT"
    ),
    (
        "CREATE TABLE IF NOT EXISTS steps (job INTEGER NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, result TEXT NOT NULL,"
        " PRIMARY KEY (job, name)) STRICT, WITHOUT ROWID"
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One request that changes something: how to ask whether it took effect, how to send it, and what it is in words."""

    name: str
    find: Callable[[Done], dict[str, Any] | None]
    send: Callable[[Done], dict[str, Any]]
    shown: dict[str, Any]


class Adapter(Protocol):
    """A service: its name with the address, the steps that store an entry there, and the receipt that the steps' results give."""

    @property
    def name(self) -> str:
        """The name under which the outbox keeps pushes to this service."""
        ...

    def plan(self, entry: Entry, storage: Storage) -> list[Step]:
        """The steps in order; nothing is sent."""
        ...

    def receipt(self, entry: Entry, done: Done) -> Receipt:
        """Where the entry is now."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One push that is queued (`queued`), finished (`done`) or waits for a person (`stuck`)."""

    id: int
    target: str
    entry: str
    version: int
    key: str
    state: str
    reason: str
    receipt: str
    at: str

    def to_json(self) -> dict[str, Any]:
        """The job as plain JSON."""
        names = ("id", "target", "entry", "version", "state", "reason", "at")
        return {name: getattr(self, name) for name in names} | ({"receipt": json.loads(self.receipt)} if self.receipt else {})


class Outbox:
    """The queue of pushes to services, in the notebook's own database."""

    def __init__(self, notebook: LocalNotebook) -> None:
        self.notebook = notebook
        self.database = notebook.database
        with writing(self.database, notebook.path):
            for statement in TABLES:
                self.database.execute(statement)

    def queue(self, target: str, entry: str) -> Job:
        """Write down that the current version of an entry is to be sent; the same content is queued once, a stuck one again."""
        known = self.notebook.line(entry)
        key = self.notebook.entry(known.id).key
        with writing(self.database, self.notebook.path):
            self.database.execute(
                "INSERT OR IGNORE INTO jobs (target, entry, version, key, state, reason, receipt, at)"
                " VALUES (?, ?, ?, ?, 'queued', '', '', ?)",
                (target, known.id, known.version, key, now()),
            )
            self.database.execute(
                "UPDATE jobs SET state = 'queued' WHERE target = ? AND key = ? AND state = 'stuck'", (target, key)
            )
        return next(job for job in self.jobs(target) if job.key == key)

    def jobs(self, target: str | None = None, state: str | None = None) -> list[Job]:
        """The jobs in the order in which they were queued."""
        asked = {"target": target, "state": state}
        query = (
            "SELECT * FROM jobs WHERE (:target IS NULL OR target = :target) AND (:state IS NULL OR state = :state) ORDER BY id"
        )
        with guarded(self.notebook.path, "reading the outbox"):
            return [Job(*row) for row in self.database.execute(query, asked)]

    def drain(self, adapter: Adapter, *, settle: Callable[[float], None]) -> list[Job]:
        """Send what is queued for a service, in order; one process at a time sends to one service, another waits its turn.

        A refusal keeps its job (`stuck`) and goes on with the next; a service that cannot be reached ends the drain.
        """
        handled = []
        with turn(self.notebook.folder, adapter.name):
            for job in self.jobs(adapter.name, "queued"):
                try:
                    self._send(adapter, job, settle)
                except (ServiceRefused, ServiceAmbiguous, MappingRefused, TaskFailed) as error:
                    self._mark(job, "stuck", str(error))
                except (ServiceUnreachable, ServiceUnsure, ServiceMissing) as error:
                    self._mark(job, "queued", str(error))
                    handled.append(job.id)
                    break
                handled.append(job.id)
        return [job for job in self.jobs(adapter.name) if job.id in handled]

    def _send(self, adapter: Adapter, job: Job, settle: Callable[[float], None]) -> None:
        entry = self.notebook.entry(job.entry, job.version)
        done: Done = {}
        for step in adapter.plan(entry, self.notebook.storage):
            done[step.name] = self._step(job, step, done, settle)
        receipt = adapter.receipt(entry, done)
        with writing(self.database, self.notebook.path):
            self.database.execute(
                "UPDATE jobs SET state = 'done', reason = '', receipt = ? WHERE id = ?", (json.dumps(receipt.to_json()), job.id)
            )

    def _step(self, job: Job, step: Step, done: Done, settle: Callable[[float], None]) -> dict[str, Any]:
        """Do one step once: a confirmed one is not repeated, and before each sending the service is asked whether it has it.

        After a second sending it is asked once more, so that a first one that took effect late is found (ServiceAmbiguous).
        """
        row = self.database.execute("SELECT state, result FROM steps WHERE job = ? AND name = ?", (job.id, step.name)).fetchone()
        if row and row[0] == "done":
            known: dict[str, Any] = json.loads(row[1])
            return known
        for attempt in range(ROUNDS):
            found = step.find(done)
            if found is None:
                self._note(job, step, "sent", {})
                try:
                    found = step.send(done)
                except ServiceUnsure:
                    if attempt + 1 == ROUNDS:
                        raise
                    settle(2.0**attempt)
                    continue
                if attempt or (row and row[0] == "sent"):
                    step.find(done)
            self._note(job, step, "done", found)
            return found
        msg = "the last round returns or raises"
        raise AssertionError(msg)

    def _note(self, job: Job, step: Step, state: str, result: dict[str, Any]) -> None:
        with writing(self.database, self.notebook.path):
            self.database.execute(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)", (job.id, step.name, state, json.dumps(result))
            )

    def _mark(self, job: Job, state: str, reason: str) -> None:
        with writing(self.database, self.notebook.path):
            self.database.execute("UPDATE jobs SET state = ?, reason = ? WHERE id = ?", (state, reason, job.id))


def rehearse(adapter: Adapter, entry: Entry, storage: Storage) -> Sequence[dict[str, Any]]:
    """The requests that a push would send, in order; nothing is sent or asked."""
    return [{"step": step.name, **step.shown} for step in adapter.plan(entry, storage)]


@contextmanager
def turn(folder: Path, target: str) -> Iterator[None]:
    """Hold the right to send to a service: SQLite's own lock on a small file, which a killed process loses at once."""
    path = folder / f"turn-{re.sub('[^A-Za-z0-9]+', '-', target)}.sqlite"
    with guarded(path, "taking a turn"):
        lock = sqlite3.connect(path, timeout=600.0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()
