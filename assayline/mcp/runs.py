"""Run folders as resources: what each holds, and every text in it; nothing outside is reached."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from assayline.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "assayline://run/"
MARKS = ("evidence.jsonl", "decisions", "ro-crate-metadata.json", "notebook.json")
TEXTS = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".html": "text/html",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".log": "text/plain",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
    ".ttl": "text/turtle",
}
MOST = 2_000_000
"""Bytes of a file that is given as a resource."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The run folders directly below one folder."""

    root: Path

    def names(self) -> list[str]:
        """The run folders by name."""
        if not self.root.is_dir():
            return []
        return sorted(path.name for path in self.root.iterdir() if any((path / mark).exists() for mark in MARKS))

    def files(self, name: str) -> Iterator[tuple[str, int]]:
        """Each text of a run that may be read, by its path in the run, with its size in bytes."""
        folder = self.root / name
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for one in sorted(files):
                path = Path(place, one)
                if path.suffix in TEXTS and not path.is_symlink():
                    yield path.relative_to(folder).as_posix(), path.stat().st_size

    def overview(self, name: str) -> str:
        """A run as JSON: its texts with their sizes and addresses."""
        parts = [{"file": file, "bytes": size, "uri": uri(name, file)} for file, size in self.files(name)]
        return json.dumps(
            {"run": name, "folder": str((self.root / name).resolve()), "files": parts}, ensure_ascii=False, indent=1
        )

    def read(self, address: str) -> tuple[str, str]:
        """The kind and text of a resource; raises BadInput for an address that is none of ours, leads out or is too large."""
        name, _, file = address.removeprefix(PREFIX).partition("/")
        name, file = unquote(name), unquote(file)
        if not address.startswith(PREFIX) or name not in self.names():
            raise self._none(address, f"no run '{name}'", f"one of {', '.join(self.names()) or 'none'}")
        if not file:
            return "application/json", self.overview(name)
        size = dict(self.files(name)).get(file)
        if size is None:
            raise self._none(address, "no such text in the run", f"one that {PREFIX}{name} lists")
        if size > MOST:
            raise self._none(address, f"{size} bytes", f"at most {MOST}")
        path = self.root / name / file
        return TEXTS[path.suffix], path.read_text(encoding="utf-8", errors="replace")

    def _none(self, address: str, found: str, expected: str) -> BadInput:
        return BadInput(what=address, found=found, expected=expected, next=f"The runs are in {self.root}.")


def uri(name: str, file: str = "") -> str:
    """The address of a run, or of a text in it."""
    return PREFIX + quote(name, safe="") + (f"/{quote(file)}" if file else "")
