"""What a situation is made of: its story and answers, and the function that generates the input and shows it to a station."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from assayline.advisor.evaluate import SCHEMA
from assayline.advisor.question import question

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assayline.evidence import Evidence


@dataclass(frozen=True)
class Made:
    """A situation before its evidence: `show` works in an empty folder and gives the facts of the stations."""

    name: str
    kind: str
    question: str
    story: str
    why: str
    source: str
    show: Callable[[Path], list[Evidence]]
    acceptable: list[dict[str, Any]]
    unacceptable: list[dict[str, Any]] = field(default_factory=list)
    slow: bool = False

    def body(self, folder: Path) -> dict[str, Any]:
        """The file of the situation, with the evidence that its question sees."""
        folder.mkdir(parents=True, exist_ok=True)
        asked = question(self.question)
        patterns = (*asked.needs, *asked.sees)
        facts = [fact for fact in self.show(folder) if any(fnmatchcase(fact.id, one) for one in patterns)]
        kept = [fact for fact in facts if not fnmatchcase(fact.id, "export.technique.*.quantities")]
        head = {"schema": SCHEMA, "name": self.name, "kind": self.kind, "question": self.question, "story": self.story}
        head |= {"why": self.why, "source": self.source, "acceptable": self.acceptable, "unacceptable": self.unacceptable}
        return head | {"evidence": [fact.to_json() for fact in kept]}


def is_(*values: Any) -> dict[str, Any]:
    """A field that is one of these."""
    return {"one_of": list(values)}


def to(minimum: float, maximum: float) -> dict[str, Any]:
    """A field within this range."""
    return {"minimum": minimum, "maximum": maximum}
