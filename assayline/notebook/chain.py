"""The history: events in one chain, each bound by its hash to the one before, so that a change or a gap shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from assayline.json_files import canonical

START = "0" * 64
KINDS = ("created", "amended", "signed", "locked")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: place in the chain (from 1), time (UTC, ISO 8601), who, what, which entry, JSON body, hash before, own hash."""

    seq: int
    at: str
    who: str
    kind: str
    entry: str
    body: str
    previous: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """The body, read."""
        content: dict[str, Any] = json.loads(self.body)
        return content


def sealed(seq: int, at: str, who: str, kind: str, entry: str, body: str, previous: str) -> str:
    """The hash of an event: SHA-256 over the canonical JSON of all its parts, the body by its own SHA-256."""
    parts = {
        "seq": seq,
        "at": at,
        "who": who,
        "kind": kind,
        "entry": entry,
        "previous": previous,
        "body": hashlib.sha256(body.encode()).hexdigest(),
    }
    return hashlib.sha256(b"assayline/event/1\n" + canonical(parts)).hexdigest()


def next_event(last: Event | None, *, at: str, who: str, kind: str, entry: str, content: dict[str, Any]) -> Event:
    """The event that follows the last one."""
    seq, previous = (last.seq + 1, last.hash) if last else (1, START)
    body = canonical(content).decode()
    return Event(seq, at, who, kind, entry, body, previous, sealed(seq, at, who, kind, entry, body, previous))


def broken(event: Event, before: Event | None) -> str:
    """What is wrong with an event's place in the chain, or nothing."""
    if event.seq != (before.seq if before else 0) + 1:
        return f"event {event.seq} follows event {before.seq if before else 0}: events between are missing"
    if event.previous != (before.hash if before else START):
        found = (before.hash if before else START)[:12]
        return f"event {event.seq} is bound to {event.previous[:12]}, but the event before it is {found}"
    expected = sealed(event.seq, event.at, event.who, event.kind, event.entry, event.body, event.previous)
    return "" if event.hash == expected else f"event {event.seq} ({event.kind} by {event.who}) was changed after it was written"
