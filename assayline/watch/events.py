"""Events of a watcher as JSON lines: on stdout, and in a file of its own, so that two watchers never write into one line.

An event is told before its record is written: after a kill it may come twice, with the same digest, but never be missing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assayline.errors import CannotWrite

if TYPE_CHECKING:
    from pathlib import Path


class Events:
    """Tells and writes down what happens; `told` holds all of it when the caller wants one envelope at the end instead."""

    def __init__(self, path: Path, watcher: str, *, stream: bool) -> None:
        self.path = path
        self.watcher = watcher
        self.stream = stream
        self.told: list[dict[str, Any]] = []

    def tell(self, event: str, **facts: Any) -> None:
        """One event; the time in it is this machine's, for people only. Raises CannotWrite."""
        body = {"event": event, "time": datetime.now(UTC).isoformat(timespec="milliseconds"), "watcher": self.watcher, **facts}
        line = json.dumps(body, ensure_ascii=False, default=str)
        if self.stream:
            print(line, flush=True)
        else:
            self.told.append(body)
        if event in ("started", "stopped"):
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as lines:
                lines.write(line.encode("utf-8", "backslashreplace") + b"\n")
        except OSError as error:
            raise CannotWrite(file=self.path, found=error.strerror or error) from error
