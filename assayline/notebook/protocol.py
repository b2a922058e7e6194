"""What every notebook can do, local or a service: tell whether an entry is there, and store one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assayline.notebook.entry import Entry


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry is: the notebook's name, its identifier there, whether this push made it, and what it could not carry."""

    notebook: str
    id: str
    key: str
    created: bool
    version: int = 1
    url: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The receipt as it stands in RUN/notebook.json, which is the same whether or not this push made the entry."""
        body: dict[str, Any] = {"notebook": self.notebook, "id": self.id, "key": self.key, "version": self.version}
        return body | {name: value for name, value in (("url", self.url), ("note", self.note)) if value}


class Notebook(Protocol):
    """A place for entries; pushing what is there already changes nothing and says so."""

    name: str

    def find(self, key: str) -> Receipt | None:
        """The receipt of the entry with this key, or nothing."""
        ...

    def push(self, entry: Entry, files: Mapping[str, Path]) -> Receipt:
        """Store the entry with its files, given by SHA-256; the same key is stored once."""
        ...
