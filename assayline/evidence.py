"""Evidence: single facts with an id, a value and the place in a file where the value stands; the advisor sees nothing else."""

from __future__ import annotations

import json
import math
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.errors import AssaylineError, BadInput
from assayline.json_files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from assayline.run_folder import RunFolder

SCHEMA = "assayline/evidence/1"
ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")
STATION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
Value = str | int | float | bool | list[str] | None


class BadEvidence(AssaylineError):
    """A station offers a fact that breaks the rules of evidence; facts: where, found, expected."""

    code = "bad-evidence"
    title = "Evidence not well formed"
    template = "evidence: {where}: found {found}; expected {expected}."
    hint = "This is a bug of the station that wrote it."


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact: `source` is a file of the run folder and `pointer` the JSON pointer or column where `value` stands.

    `about` names what the fact is about by kind (`{"sample": "A1"}`); only these values are ever replaced by pseudonyms.
    `difference` marks a value whose sign says which side is larger, so that direction words can be checked against it.
    """

    id: str
    what: str
    value: Value
    unit: str | None
    source: str
    pointer: str
    station: str = ""
    about: dict[str, str] = field(default_factory=dict)
    difference: bool = False

    def to_json(self) -> dict[str, Any]:
        """The fact as one line of `evidence.jsonl`; `about` and `difference` only when they say something."""
        body: dict[str, Any] = {"schema": SCHEMA, "id": self.id, "what": self.what, "value": self.value, "unit": self.unit}
        body |= {"source": self.source, "pointer": self.pointer, "station": self.station}
        if self.about:
            body["about"] = self.about
        return body | ({"difference": True} if self.difference else {})

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Evidence:
        """A fact from a line of `evidence.jsonl`; raises `KeyError` when a required key is absent."""
        keys = ("id", "what", "value", "unit", "source", "pointer", "station")
        rest: dict[str, Any] = {"about": dict(body.get("about", {})), "difference": bool(body.get("difference", False))}
        return cls(**{key: body[key] for key in keys}, **rest)


def slug(name: str) -> str:
    """A name as a word of evidence ids: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "unnamed"


def at(body: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901); raises `KeyError`, `IndexError` or `ValueError` when nothing stands there."""
    for word in pointer.split("/")[1:]:
        key = word.replace("~1", "/").replace("~0", "~")
        body = body[int(key)] if isinstance(body, list) else body[key]
    return body


def facts_of(
    body: dict[str, Any], source: str, rows: Iterable[tuple[str, str, str | None, str]], about: dict[str, str] | None = None
) -> list[Evidence]:
    """Facts read from a JSON file's own content, so that each equals its source: rows of id, what, unit, pointer."""
    return [
        Evidence(name, what, at(body, pointer), unit, source, pointer, about=about or {}) for name, what, unit, pointer in rows
    ]


def publish(run: RunFolder, station: str, facts: Iterable[Evidence]) -> None:
    """Make these facts the evidence of `station`, replacing what it said before; safe among stations that write at once.

    Raises `BadEvidence` for a malformed or repeated id, a NaN, or an id that another station holds.
    """
    if not STATION.match(station):
        raise BadEvidence(where="station", found=repr(station), expected="lower-case words joined by dots")
    lines, seen = [], set()
    for fact in facts:
        _check(fact)
        if fact.id in seen:
            raise BadEvidence(where=fact.id, found="the id twice", expected="each id once")
        seen.add(fact.id)
        lines.append(json.dumps(fact.to_json() | {"station": station}, ensure_ascii=False, allow_nan=False))
    run.evidence_parts.mkdir(parents=True, exist_ok=True)
    with _locked(run.evidence_parts / ".lock"):
        for other, owner in _owners(run, station).items():
            if other in seen:
                raise BadEvidence(where=other, found=f"the id also in station {owner}", expected="each id in one station")
        write_atomic(run.evidence_parts / f"{station}.jsonl", "".join(f"{line}\n" for line in lines).encode())
        parts = sorted(run.evidence_parts.glob("*.jsonl"))
        write_atomic(run.evidence, b"".join(part.read_bytes() for part in parts))


def load(run: RunFolder) -> dict[str, Evidence]:
    """All evidence of a run by id, in file order; raises `BadInput` naming the line that cannot be used."""
    path = run.evidence
    if not path.is_file():
        raise BadInput(
            what=path, found="no such file", expected="evidence of a run", next="Run a station that writes evidence first."
        )
    return {fact.id: fact for fact in _facts(path)}


def _facts(path: Path) -> Iterator[Evidence]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            fact = Evidence.from_json(json.loads(line))
            _check(fact)
        except (ValueError, KeyError, TypeError, BadEvidence) as error:
            raise BadInput(
                what=f"{path}: line {number}", found=str(error), expected=f"a line of {SCHEMA}", next="Run the stations again."
            ) from error
        yield fact


def _owners(run: RunFolder, station: str) -> dict[str, str]:
    """The ids that stations other than `station` hold, with their holder."""
    parts = (part for part in sorted(run.evidence_parts.glob("*.jsonl")) if part.stem != station)
    return {fact.id: part.stem for part in parts for fact in _facts(part)}


def _check(fact: Evidence) -> None:
    if not ID.match(fact.id):
        raise BadEvidence(where="id", found=repr(fact.id), expected="lower-case words joined by dots")
    number = isinstance(fact.value, int | float) and not isinstance(fact.value, bool)
    if isinstance(fact.value, float) and not math.isfinite(fact.value):
        raise BadEvidence(where=fact.id, found=fact.value, expected="a finite number, a text or null")
    if fact.difference and not number:
        raise BadEvidence(where=fact.id, found=repr(fact.value), expected="a number, since it is a difference")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an advisory lock that the system releases even when the process is killed."""
    import fcntl

    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
