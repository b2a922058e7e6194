"""The judgement of two conversions of one thing: documents by meaning, findings one by one, and what ledger and version say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.difference import VERSION, Difference, differences, summary
from assayline.documents import read_asm
from assayline.errors import BadInput, BadUsage
from assayline.json_files import read_json

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT, LEDGER = ".asm.json", ".ledger.json"
COUNTS = ("cells", "mapped", "kept", "ignored")
Saying = tuple[str, str, str, str]
"""A finding's code, level, message and place."""


@dataclass(slots=True)
class Written:
    """A document with the ledger beside it, empty where there is none."""

    asm: dict[str, Any]
    ledger: dict[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The converter's version; empty where neither says it."""
        return str(self.ledger.get("converter version") or system_of(self.asm).get(VERSION, ""))

    @property
    def sayings(self) -> Counter[Saying]:
        """The findings, counted."""
        told = self.ledger.get("findings", [])
        return Counter((one.get("code", ""), one.get("level", ""), one.get("message", ""), one.get("where", "")) for one in told)


@dataclass(slots=True)
class Judgement:
    """What differs between two conversions."""

    found: list[Difference]
    findings_gone: list[Saying]
    findings_new: list[Saying]
    versions: tuple[str, str]
    ledgers: dict[str, tuple[int, int]]

    @property
    def same(self) -> bool:
        """Whether both mean the same: no difference of documents or findings."""
        return not (self.found or self.findings_gone or self.findings_new)

    def to_json(self, most: int | None = None) -> dict[str, Any]:
        """The judgement as plain JSON, with at most so many single differences beside the counts of all."""
        return {
            "same": self.same,
            "versions": {"old": self.versions[0], "new": self.versions[1]},
            "count": len(self.found),
            "by_path": summary(self.found),
            "differences": [one.to_json() for one in self.found[:most]],
            "findings_gone": [_finding(one) for one in self.findings_gone],
            "findings_new": [_finding(one) for one in self.findings_new],
            "ledger": {name: {"old": old, "new": new} for name, (old, new) in self.ledgers.items()},
        }


def _finding(saying: Saying) -> dict[str, str]:
    return {key: value for key, value in zip(("code", "level", "message", "where"), saying, strict=True) if value}


def system_of(asm: dict[str, Any]) -> dict[str, Any]:
    """The data-system document, wherever the technique's name puts it."""
    for node in asm.values():
        system = node.get("data system document") if isinstance(node, dict) else None
        if isinstance(system, dict):
            return system
    return {}


def read_written(path: Path) -> Written:
    """A document and its ledger; raises NotAsm, Unreadable or BadInput."""
    asm = read_asm(path)
    beside = path.with_name(path.name.removesuffix(DOCUMENT) + LEDGER)
    with_ledger = path.name.endswith(DOCUMENT) and beside.is_file()
    return Written(asm, read_json(beside, "the ledger of a conversion") if with_ledger else {})


def judge(old: Written, new: Written) -> Judgement:
    """Compare two conversions; findings only where both have a ledger."""
    both = bool(old.ledger and new.ledger)
    before, after = (old.sayings, new.sayings) if both else (Counter[Saying](), Counter[Saying]())
    counts = {name: (old.ledger.get(name), new.ledger.get(name)) for name in COUNTS} if both else {}
    return Judgement(
        differences(old.asm, new.asm),
        sorted((before - after).elements()),
        sorted((after - before).elements()),
        (old.version, new.version),
        {name: pair for name, pair in counts.items() if pair[0] != pair[1]},  # type: ignore[misc]
    )


def pairs(old: Path, new: Path) -> dict[str, tuple[Path | None, Path | None]]:
    """The documents to compare by name: two files, or those of two folders; raises BadUsage or BadInput."""
    if old.is_dir() != new.is_dir():
        raise BadUsage(
            what="diff", found="a folder and a file", expected="two documents or two folders", next="Name two of one kind."
        )
    if not old.is_dir():
        return {new.name: (old, new)}
    first, second = _documents(old), _documents(new)
    return {name: (first.get(name), second.get(name)) for name in sorted(first.keys() | second.keys())}


def _documents(folder: Path) -> dict[str, Path]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob(f"*{DOCUMENT}") if path.is_file()}
    if not found:
        raise BadInput(what=folder, found="no document", expected=f"files that end in {DOCUMENT}", next="Convert into it first.")
    return found
