"""The watcher: polls a folder, converts what has settled under a claim, sets aside what fails, and records both."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.batch.plan import Item, files_inside
from assayline.batch.pool import convert_all
from assayline.batch.work import Settings, failure
from assayline.errors import CannotWrite, WorkerDied
from assayline.files import write_whole
from assayline.watch.records import Records, settled
from assayline.watch.settling import Settling, Stamp, stamp_of
from assayline.watch.targets import adopt, clear_parts, error_json, target_for

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from assayline.batch.work import Done
    from assayline.watch.claims import Claim, Claims
    from assayline.watch.events import Events

STATE = ".watch"
QUARANTINE = "quarantine"
LATER = ("unreadable", "cannot-write", "changed-meanwhile", "bad-option", "bad-usage")
"""Errors of the moment or of the settings, not of the file: tried again."""
DEATHS = 8
"""A content over which so many watchers died is set aside."""


@dataclass(slots=True)
class Waiting:
    """What one look at the folder left for the next."""

    settling: int = 0
    claimed: int = 0
    locked: set[Path] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.settling or self.claimed or self.locked)


@dataclass(slots=True)
class Watcher:
    """One process that watches `folder` and writes to `output`; `run` ends when stopped or, with `once`, when all is done."""

    folder: Path
    output: Path
    settings: Settings
    settling: Settling
    claims: Claims
    records: Records
    events: Events
    stop: threading.Event
    move_failed: bool = False
    clock: Callable[[], float] = time.monotonic
    failed: int = 0
    converted: int = 0
    _told: set[tuple[str, str]] = field(default_factory=set)

    def run(self, interval: float, patience: float, *, once: bool) -> None:
        """Look, wait, look again; with `once` until nothing waits any more, and at most `patience` seconds for what is locked."""
        self.events.tell("started", folder=str(self.folder), output=str(self.output))
        locked_since: float | None = None
        while not self.stop.is_set():
            waiting = self.look()
            if waiting is None:
                if once:
                    break
            elif once:
                only_locked = bool(waiting.locked) and not (waiting.settling or waiting.claimed)
                locked_since = (locked_since or self.clock()) if only_locked else None
                if not waiting or (locked_since is not None and self.clock() - locked_since >= patience):
                    self.failed += len(waiting.locked)
                    break
            self.stop.wait(min(interval, self.settling.settle) or 0.01 if once else interval)
        self.events.tell("stopped", converted=self.converted, failed=self.failed)

    def look(self) -> Waiting | None:
        """Deal with every file that has settled; None where the folder cannot be reached just now."""
        if not self.folder.is_dir():
            self._tell_once("unreachable", str(self.folder), folder=str(self.folder))
            return None
        self._told.discard(("unreachable", str(self.folder)))
        waiting = Waiting()
        names = [name.as_posix() for name in files_inside(self.folder, self.output)]
        for name in names:
            if self.stop.is_set():
                break
            self._one(name, waiting)
        self.claims.sweep()
        waiting.settling += self.settling.keep_only({self.folder / name for name in names}, waiting.locked)
        return waiting

    def _tell_once(self, event: str, key: str, **facts: Any) -> None:
        if (event, key) not in self._told:
            self._told.add((event, key))
            self.events.tell(event, **facts)

    def _one(self, name: str, waiting: Waiting) -> None:
        """Look at one file; whatever the moment denies is tried again at the next look."""
        path = self.folder / name
        try:
            stamp = stamp_of(path)
            if self.records.known.get(name) == stamp:
                return
            digest = self.settling.look(path)
            if digest is None:
                return
            self._settled(name, stamp, digest, waiting)
        except FileNotFoundError:
            self.settling.forget(path)
        except (OSError, CannotWrite) as error:
            waiting.locked.add(path)
            self._tell_once("waiting", name, source=name, reason=str(error))

    def _settled(self, name: str, stamp: Stamp, digest: str, waiting: Waiting) -> None:
        """Convert a settled content unless that is done, or another watcher is about it, or about its name."""
        path = self.folder / name
        if self._known(name, stamp, digest):
            self.settling.forget(path)
            return
        claim = self.claims.take(digest)
        place = self.claims.take(f"name-{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()}") if claim else None
        if claim is None or place is None:
            waiting.claimed += 1
            if claim:
                self.claims.release(claim)
            return
        try:
            if not self._known(name, stamp, digest) and not self._convert(name, stamp, claim):
                waiting.locked.add(path)
            else:
                self.settling.forget(path)
        finally:
            self.claims.release(place)
            self.claims.release(claim)

    def _known(self, name: str, stamp: Stamp, digest: str) -> bool:
        """Whether the content has its record; a second name of it is told, and noted there."""
        record = self.records.find(digest)
        if record is None or not settled(record):
            return False
        if name not in record["names"]:
            self.events.tell("duplicate", source=name, digest=f"sha256:{digest}", first=record["source"])
        self.records.also(digest, record, name, stamp)
        return True

    def _convert(self, name: str, stamp: Stamp, claim: Claim) -> bool:
        """Convert under a claim; False if it has to be tried again."""
        item = Item(self.folder / name, target_for(self.output / name, claim.digest))
        clear_parts(item.target)
        clear_parts(self.records.place(claim.digest))
        outputs = adopt(item.target, claim.digest, self.settings.formats)
        if outputs is not None:
            done = None
            facts: dict[str, Any] = {"outputs": outputs, "recovered": True}
        elif claim.generation >= DEATHS:
            died = WorkerDied(file=item.source)
            done = failure(item, died.code, str(died), died.status)
        else:
            (done,) = convert_all([item], replace(self.settings, digest=claim.digest, force=True), 1)
        if done is not None:
            if done.result.get("error") in LATER:
                self._tell_once("waiting", name, source=name, reason=done.findings[0].message)
                return False
            facts = {key: value for key, value in done.result.items() if key not in ("input", "status", "error")}
        if not self.claims.holds(claim):
            return False
        self._told.discard(("waiting", name))
        if done is not None and done.status:
            self._set_aside(name, stamp, claim.digest, done)
        else:
            self.converted += 1
            codes = sorted({finding.code for finding in done.findings}) if done else []
            self.events.tell("converted", source=name, digest=f"sha256:{claim.digest}", **facts, findings=codes)
            with suppress(OSError):  # an earlier version of the converter may have failed here
                self._error_file(name, claim.digest).unlink()
            self.records.write(claim.digest, name, stamp, status=0, **facts)
        return True

    def _error_file(self, name: str, digest: str) -> Path:
        """Where the error of a file stands: a name of its own for each content that a file has had."""
        return self.output / QUARANTINE / f"{name}.{digest[:8]}.error.json"

    def _set_aside(self, name: str, stamp: Stamp, digest: str, done: Done) -> None:
        """Write the error, move the source where that was asked for, tell, and record."""
        place = self._error_file(name, digest)
        write_whole({place: error_json(name, digest, done)}, force=True)
        facts: dict[str, Any] = {"error": done.result["error"], "quarantine": str(place)}
        if self.move_failed:
            moved = place.with_name(place.name.removesuffix(".error.json") + Path(name).suffix)
            shutil.move(self.folder / name, moved)
            facts["moved"] = str(moved)
        self.failed += 1
        self.events.tell(
            "failed", source=name, digest=f"sha256:{digest}", status=done.status, message=done.findings[0].message, **facts
        )
        self.records.write(digest, name, stamp, status=done.status, **facts)
