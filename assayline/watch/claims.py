"""Claims: which of several watchers converts a content. A claim is a file that only one can create.

Every watcher keeps a beating heart, a file whose content changes. A claim is dead when neither it nor its owner's heart has
changed for a while by the observer's own steady clock: no clock is compared with another. It is overruled by creating the claim
of the next generation, which again only one can; the claim of the highest generation holds.
"""

from __future__ import annotations

import os
import platform
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from assayline.errors import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to convert a content; `generation` counts the watchers that died over it before."""

    digest: str
    generation: int


class Heart:
    """A file that changes as long as this process lives, beaten by a thread."""

    def __init__(self, folder: Path, period: float) -> None:
        machine = "".join(mark if mark.isalnum() else "-" for mark in platform.node())[:40] or "machine"
        self.name = f"{machine}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = folder / self.name
        self._period = period
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._write(0)
        except OSError as error:
            raise CannotWrite(file=self.path, found=error.strerror or error) from error
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        with suppress(OSError):
            self.path.unlink()

    def _beat(self) -> None:
        count = 0
        while not self._stop.wait(self._period):
            count += 1
            with suppress(OSError):  # a share that is away: the next beat tries again
                self._write(count)

    def _write(self, count: int) -> None:
        self.path.write_bytes(f"{self.name} {count}\n".encode())  # may be seen half written: any change is a beat


class Claims:
    """The claims of one destination, as one watcher sees them."""

    def __init__(self, folder: Path, heart: Heart, expire: float, clock: Callable[[], float]) -> None:
        self.folder = folder
        self.heart = heart
        self.expire = expire
        self.clock = clock
        self._watched: dict[str, tuple[tuple[int, bytes, bytes], float]] = {}

    def take(self, digest: str) -> Claim | None:
        """Claim a content; None if another watcher, not known to be dead, has it. Raises CannotWrite."""
        newest = self._newest(digest)
        if newest >= 0 and not self._dead(digest, newest):
            return None
        path = self._path(digest, newest + 1)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(self.heart.name.encode())
        except (FileExistsError, PermissionError):  # Windows: a name whose removal is under way is refused, not absent
            return None
        except OSError as error:
            raise CannotWrite(file=path, found=error.strerror or error) from error
        self._watched.pop(digest, None)
        return Claim(digest, newest + 1)

    def holds(self, claim: Claim) -> bool:
        """Whether no other watcher has overruled this claim meanwhile."""
        return self._newest(claim.digest) == claim.generation

    def release(self, claim: Claim) -> None:
        """Give the content free; the claims that this one overruled go too, oldest first, so that none comes to rule again."""
        for generation in range(claim.generation + 1):
            with suppress(OSError):
                self._path(claim.digest, generation).unlink()

    def sweep(self) -> None:
        """Remove the claims of watchers that died after their work was done; those of the living stay."""
        for key in sorted({path.stem for path in self.folder.glob("*.*")}):
            claim = self.take(key)
            if claim is not None:
                self.release(claim)

    def _path(self, digest: str, generation: int) -> Path:
        return self.folder / f"{digest}.{generation}"

    def _newest(self, digest: str) -> int:
        found = (path.suffix[1:] for path in self.folder.glob(f"{digest}.*"))
        return max((int(number) for number in found if number.isdigit()), default=-1)

    def _dead(self, digest: str, generation: int) -> bool:
        """Whether claim and owner's heart have stood still for `expire` seconds since this watcher first saw them so."""
        owner = _content(self._path(digest, generation))
        heart = self.heart.path.parent / owner.decode("ascii", "ignore") if owner else None
        token = (generation, owner, _content(heart) if heart else b"")
        seen = self._watched.get(digest)
        if seen is None or seen[0] != token:
            self._watched[digest] = (token, self.clock())
            return False
        if self.clock() - seen[1] < self.expire:
            return False
        if heart:
            with suppress(OSError):
                heart.unlink()
        return True


def _content(path: Path) -> bytes:
    """What a small file holds; empty where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
