"""Proof of a notebook: the chain of events, what follows from it, and every file; what is damaged is named, the rest is read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.notebook.chain import START, Event, broken
from assayline.notebook.entry import Entry
from assayline.notebook.errors import NotebookDamaged
from assayline.notebook.local import EVENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assayline.notebook.local import LocalNotebook


@dataclass(slots=True)
class State:
    """What the events say about one entry."""

    title: str
    version: int = 1
    signed: int = 0
    locked: str = ""
    files: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Proof:
    """What was checked and what was found; `head` is the chain's length and last hash."""

    events: int = 0
    entries: int = 0
    files: int = 0
    head: tuple[int, str] = (0, START)
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing worse than a note was found."""
        return all(finding.level == "note" for finding in self.findings)

    def add(self, code: str, message: str, where: str, level: str = "error") -> None:
        """Note what was found."""
        self.findings.append(Finding(code, message, where, level))

    def to_json(self) -> dict[str, Any]:
        """The proof as plain JSON."""
        head = f"{self.head[0]}:{self.head[1]}"
        return {"sound": self.sound, "events": self.events, "entries": self.entries, "files": self.files, "head": head}


def verify(notebook: LocalNotebook, head: str | None = None) -> Proof:
    """Check the chain, the lists that follow from it and the files; `head` is a `LENGTH:HASH` that was kept elsewhere."""
    proof = Proof()
    try:
        problems = [row[0] for row in notebook.database.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    for problem in problems:
        if problem != "ok":
            proof.add("database-damaged", problem, notebook.path.name)
    kept = parse(head, proof)
    states = chain(notebook, proof, kept)
    lists(notebook, proof, states)
    stored(notebook, proof, states)
    return proof


def parse(head: str | None, proof: Proof) -> tuple[int, str] | None:
    """The length and hash that were kept elsewhere."""
    if head is None:
        return None
    length, _, sealed = head.strip().partition(":")
    if length.isdigit() and len(sealed) == 64:
        return int(length), sealed
    proof.add("head-unreadable", f"found {head[:80]!r}; expected LENGTH:HASH as `notebook verify` prints it", "--head")
    return None


def events(notebook: LocalNotebook, proof: Proof) -> Iterator[Event | int]:
    """Every event in order, or the number of one that cannot be read."""
    try:
        (last,) = notebook.database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
    except sqlite3.DatabaseError as error:
        proof.add("history-unreadable", str(error), notebook.path.name)
        return
    for seq in range(1, last + 1):
        try:
            row = notebook.database.execute(EVENT + "WHERE seq = ?", (seq,)).fetchone()
        except sqlite3.DatabaseError:
            row = None
        yield Event(*row) if row else seq


def chain(notebook: LocalNotebook, proof: Proof, kept: tuple[int, str] | None) -> dict[str, State]:
    """Follow the chain; after an event that is missing or changed it goes on from the next one."""
    states: dict[str, State] = {}
    before: Event | None = None
    gap = False
    for event in events(notebook, proof):
        if isinstance(event, int):
            proof.add("event-lost", f"event {event} cannot be read or was removed", f"event {event}")
            gap = True
            continue
        wrong = broken(event, before if not gap else Event(event.seq - 1, "", "", "", "", "", "", event.previous))
        if wrong:
            proof.add("chain-broken", wrong, f"event {event.seq}")
        before, gap = event, False
        proof.events, proof.head = proof.events + 1, (event.seq, event.hash)
        replay(event, states, proof)
        if kept and kept[0] == event.seq and kept[1] != event.hash:
            proof.add(
                "head-differs", f"event {event.seq} is not the one that the kept head names: the history was rewritten", "--head"
            )
    if kept and kept[0] > proof.head[0]:
        proof.add(
            "head-ahead",
            f"the kept head names event {kept[0]}, the history ends at {proof.head[0]}: events were removed",
            "--head",
        )
    return states


def replay(event: Event, states: dict[str, State], proof: Proof) -> None:
    """What an event makes of its entry."""
    try:
        content = event.content
        entry = Entry.from_json(content) if event.kind in ("created", "amended") else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        proof.add("event-unreadable", f"event {event.seq} holds no readable entry: {error!r}", f"event {event.seq}")
        return
    state = states.get(event.entry)
    if entry and state is None:
        states[event.entry] = State(entry.title, files=set(entry.files))
    elif entry and state:
        state.title, state.version = entry.title, state.version + 1
        state.files |= set(entry.files)
    elif state and event.kind == "signed":
        state.signed += 1
    elif state and event.kind == "locked":
        state.locked = event.at


def lists(notebook: LocalNotebook, proof: Proof, states: dict[str, State]) -> None:
    """Compare what lists show with what the events say."""
    try:
        rows = notebook.database.execute("SELECT id, title, version, signed, locked FROM entries").fetchall()
    except sqlite3.DatabaseError as error:
        proof.add("list-unreadable", str(error), notebook.path.name)
        return
    shown = {row[0]: row[1:] for row in rows}
    proof.entries = len(states)
    for identifier in sorted(states.keys() | shown.keys()):
        state = states.get(identifier)
        expected = (state.title, state.version, state.signed, state.locked) if state else None
        if shown.get(identifier) != expected:
            proof.add(
                "list-differs", f"the list shows {shown.get(identifier)}, the history says {expected}", f"entry {identifier}"
            )


def stored(notebook: LocalNotebook, proof: Proof, states: dict[str, State]) -> None:
    """Read every file that an entry refers to; files that no entry refers to are noted."""
    there = set(notebook.storage.all())
    wanted = {sha256: identifier for identifier, state in states.items() for sha256 in state.files}
    for sha256, identifier in sorted(wanted.items()):
        try:
            notebook.storage.read(sha256)
            proof.files += 1
        except NotebookDamaged as error:
            proof.add("file-damaged", f"of entry {identifier}: found {error.facts['found']}", str(error.facts["file"]))
    for sha256 in sorted(there - wanted.keys()):
        proof.add(
            "file-unused",
            "no entry refers to this file; a push may have been interrupted",
            f"files/{sha256[:2]}/{sha256}",
            "note",
        )
