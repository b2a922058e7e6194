"""Settling: a file is taken when size, time stamp and content stay the same for a while by this process's steady clock.

A file's time stamp is only ever compared with itself, never with the clock of this machine: clocks of servers and
instrument computers drift.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Stamp = tuple[int, int]
"""Size in bytes and modification time in nanoseconds."""


def stamp_of(path: Path) -> Stamp:
    """Size and modification time, of a folder the sum and the last of its files; raises OSError."""
    status = path.stat()
    if path.is_dir():
        inside = [file.stat() for file in path.rglob("*") if file.is_file()]
        return sum(one.st_size for one in inside), max(one.st_mtime_ns for one in (status, *inside))
    return status.st_size, status.st_mtime_ns


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content in hex, read in pieces, or of a folder as the conversion gives it; raises OSError."""
    if path.is_dir():
        return _digest_of_folder(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_of_folder(path: Path) -> str:
    from allotrope.errors import Unreadable
    from allotrope.probe import Probe

    try:
        return Probe(path).digest
    except Unreadable as error:
        raise OSError(str(error)) from error


@dataclass(slots=True)
class _Sight:
    stamp: Stamp
    digest: str
    since: float


class Settling:
    """What has been seen of each file so far; a file that is still growing is not read."""

    def __init__(self, settle: float, clock: Callable[[], float]) -> None:
        self.settle = settle
        self.clock = clock
        self._sights: dict[Path, _Sight] = {}

    def look(self, path: Path) -> str | None:
        """The digest of a file that has settled, else None; raises OSError (PermissionError for a locked file)."""
        stamp = stamp_of(path)
        seen = self._sights.get(path)
        if seen is None or seen.stamp != stamp:
            self._sights[path] = _Sight(stamp, "", self.clock())
            if self.settle > 0:
                return None
            seen = self._sights[path]
        if seen.digest and self.clock() - seen.since < self.settle:
            return None
        digest = digest_of(path)
        if self.settle <= 0 or digest == seen.digest:
            return digest
        self._sights[path] = _Sight(stamp, digest, self.clock())
        return None

    def forget(self, path: Path) -> None:
        """Start anew with a file."""
        self._sights.pop(path, None)

    def keep_only(self, paths: set[Path], locked: set[Path]) -> int:
        """Forget files that are gone; the number of those still settling, beside those that cannot be read or converted now."""
        for path in [path for path in self._sights if path not in paths]:
            del self._sights[path]
        return len(self._sights.keys() - locked)
