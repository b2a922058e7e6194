"""Records: what became of each content, one file a digest, whole or absent; a killed watcher finds there what is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assayline import __version__
from assayline.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assayline.watch.settling import Stamp

SCHEMA = "assayline/watch/1"
Record = dict[str, Any]


class Records:
    """The records of a destination; those of other watchers appear as they are written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Stamp] = {}
        """Name → size and time under which its content was dealt with: such a file is not read again."""
        for record in self._all():
            if settled(record):
                self.known |= {name: (stamp[0], stamp[1]) for name, stamp in record["names"].items()}

    def _all(self) -> Iterator[Record]:
        for path in sorted(self.folder.glob("*.json")):
            record = self.find(path.stem)
            if record:
                yield record

    def place(self, digest: str) -> Path:
        """Where the record of a content stands."""
        return self.folder / f"{digest}.json"

    def find(self, digest: str) -> Record | None:
        """The record of a content; None where there is none that can be read."""
        try:
            record = json.loads(self.place(digest).read_bytes())
        except (OSError, ValueError):
            return None
        usable = isinstance(record, dict) and record.get("schema") == SCHEMA and isinstance(record.get("names"), dict)
        return record if usable else None

    def write(self, digest: str, source: str, stamp: Stamp, **facts: Any) -> None:
        """Write what became of a content; raises CannotWrite."""
        body = {
            "schema": SCHEMA,
            "digest": f"sha256:{digest}",
            "source": source,
            "names": {source: stamp},
            "version": __version__,
        }
        self._put(digest, body | facts)
        self.known[source] = stamp

    def also(self, digest: str, record: Record, name: str, stamp: Stamp) -> None:
        """Add one more name under which the same content was found."""
        self._put(digest, record | {"names": record["names"] | {name: stamp}})
        self.known[name] = stamp

    def _put(self, digest: str, record: Record) -> None:
        data = json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
        write_whole({self.place(digest): data}, force=True)


def settled(record: Record) -> bool:
    """Whether nothing more is to be done: converted, or failed under this very version of the converter."""
    return record.get("status") == 0 or record.get("version") == __version__
