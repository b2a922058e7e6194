"""An entry and its parts: what a notebook keeps of a run, independent of any notebook's own way of storing it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal

from assayline.json_files import canonical

SCHEMA = "assayline/entry/1"
MOST_SHOWN = 500
Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, without markup."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Header:
    """A heading of level 2 to 4; the entry's title is level 1."""

    kind: ClassVar[str] = "header"
    text: str
    level: int = 2


class Shown:
    """What a page shows of a long table: the first 500 rows, and how many it leaves to the files."""

    __slots__ = ()
    rows: list[list[Cell]]
    more: int

    @property
    def shown(self) -> list[list[Cell]]:
        """The rows that a page shows."""
        return self.rows[:MOST_SHOWN]

    @property
    def left(self) -> int:
        """How many rows it does not show."""
        return self.more + max(0, len(self.rows) - MOST_SHOWN)


@dataclass(frozen=True, slots=True)
class Table(Shown):
    """A table: `columns` as (label, unit), the unit empty for words; `more` rows are not in the entry."""

    kind: ClassVar[str] = "table"
    title: str
    columns: list[list[str]]
    rows: list[list[Cell]]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Rows(Shown):
    """Result rows of a named schema, which services with schemas store as records: columns as (label, unit)."""

    kind: ClassVar[str] = "rows"
    schema: str
    title: str
    source: str
    columns: list[list[str]]
    rows: list[list[Cell]]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture kept as a file of the entry, with its words."""

    kind: ClassVar[str] = "figure"
    name: str
    sha256: str
    title: str
    caption: str
    alt: str
    evidence: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the entry: name in the run, SHA-256, size in bytes and media type."""

    kind: ClassVar[str] = "file"
    name: str
    sha256: str
    size: int
    media: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as its file states it."""

    kind: ClassVar[str] = "decision"
    question: str
    body: dict[str, Any]

    @property
    def who(self) -> str:
        """Who decided, in words."""
        by = self.body.get("decided_by") or {}
        return " ".join(str(by[key]) for key in ("kind", "model", "name") if by.get(key)) or "not recorded"

    @property
    def choices(self) -> list[tuple[str, Any, Any]]:
        """Each parameter with what was chosen and what the rules would choose."""
        choice, rule = self.body.get("choice") or {}, self.body.get("rule_choice") or {}
        return [(name, choice.get(name), rule.get(name)) for name in dict.fromkeys([*choice, *rule])]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The statements, what was dropped and the limits, as their file states them."""

    kind: ClassVar[str] = "interpretation"
    body: dict[str, Any]


Part = Text | Header | Table | Rows | Figure | File | Decision | Interpretation
PARTS: dict[str, type[Part]] = {part.kind: part for part in (Text, Header, Table, Rows, Figure, File, Decision, Interpretation)}


@dataclass(frozen=True, slots=True)
class Link:
    """What the entry is about or follows: a sample, a run or another entry, by its identifier."""

    kind: Literal["sample", "run", "entry"]
    target: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry; `key` is the digest of the content it was made from, `times` names moments as written in the run."""

    title: str
    key: str
    authors: list[str] = field(default_factory=list)
    project: str = ""
    times: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON with its version."""
        parts = [{"part": part.kind, **asdict(part)} for part in self.parts]
        return {
            "schema": SCHEMA,
            "title": self.title,
            "key": self.key,
            "authors": self.authors,
            "project": self.project,
            "times": self.times,
            "links": [asdict(link) for link in self.links],
            "parts": parts,
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Entry:
        """An entry from its JSON; keys of a later version that are unknown here are passed over, unknown parts become text."""
        return cls(
            str(body["title"]),
            str(body["key"]),
            list(body.get("authors", [])),
            str(body.get("project", "")),
            dict(body.get("times", {})),
            [Link(link["kind"], str(link["target"])) for link in body.get("links", [])],
            [part_of(item) for item in body.get("parts", [])],
        )

    @property
    def id(self) -> str:
        """The identifier of the entry: the first 16 hex digits of its key."""
        return self.key[:16]

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: what a signature is bound to."""
        return hashlib.sha256(canonical(self.to_json())).hexdigest()

    @property
    def files(self) -> dict[str, int | None]:
        """The SHA-256 of every file that parts refer to, with its size where a part knows it."""
        known: dict[str, int | None] = {part.sha256: None for part in self.parts if isinstance(part, Figure)}
        return known | {part.sha256: part.size for part in self.parts if isinstance(part, File)}


def part_of(item: dict[str, Any]) -> Part:
    """A part from its JSON."""
    kind = PARTS.get(str(item.get("part")))
    if kind is None:
        return Text(f"(a part of the unknown kind {item.get('part')!r})")
    known = {one.name for one in fields(kind)}
    made: Part = kind(**{name: value for name, value in item.items() if name in known})
    return made


def words(entry: Entry) -> str:
    """All words of an entry for full-text search, a line a piece."""
    lines = [*entry.authors, entry.project, *(link.target for link in entry.links)]
    for part in entry.parts:
        lines += spoken(part)
    return "\n".join(line for line in lines if line)


def spoken(part: Part) -> list[str]:
    """The words of one part."""
    match part:
        case Text() | Header():
            return [part.text]
        case Table() | Rows():
            cells = [str(cell) for row in part.rows for cell in row if isinstance(cell, str)]
            return [part.title, *(label for label, _ in part.columns), *cells]
        case Figure():
            return [part.name, part.title, part.caption, part.alt]
        case File():
            return [part.name]
        case Decision():
            reasons = [str(item.get("text", "")) for item in part.body.get("because") or [] if isinstance(item, dict)]
            return [part.question, str(part.body.get("choice", "")), *reasons]
        case Interpretation():
            said = [str(item.get("text", "")) for item in part.body.get("statements") or [] if isinstance(item, dict)]
            return said + [str(item) for item in part.body.get("limits") or []]
