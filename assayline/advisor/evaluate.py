"""Situations with known right answers: evidence, acceptable and unacceptable choices and why, and advisors scored over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.advisor.asking import Prepared, prepare
from assayline.advisor.client import Advisor, Unanswered
from assayline.advisor.decide import answered
from assayline.errors import BadInput
from assayline.evidence import Evidence
from assayline.json_files import read_json
from assayline.share import share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

SCHEMA = "assayline/situation/1"
RULES, DEFAULT, CANNOT_TELL = "rules", "always the default", "always cannot tell"


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation: what happened on the bench, the evidence the stations gave, and which choices are right and wrong.

    A condition maps fields to `one_of`, `minimum` and `maximum`, `holds` or `lacks`. `columns.status` names what stands beside
    `status` in the list `columns`, `values.status/T` what stands beside these two.
    """

    name: str
    kind: str
    question: str
    story: str
    why: str
    source: str
    acceptable: list[dict[str, Any]]
    unacceptable: list[dict[str, Any]]
    facts: dict[str, Evidence]

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Situation:
        """A situation from its file."""
        facts = {fact.id: fact for fact in map(Evidence.from_json, body["evidence"])}
        words = ("name", "kind", "question", "story", "why", "source", "acceptable", "unacceptable")
        known: dict[str, Any] = {word: body[word] for word in words}
        return cls(**known, facts=completed(facts))

    def good(self, choice: dict[str, Any] | None) -> bool:
        """Whether a choice is one of the acceptable and none of the unacceptable ones."""
        if choice is None:
            return False
        return any(matches(choice, one) for one in self.acceptable) and not any(matches(choice, one) for one in self.unacceptable)


def completed(facts: dict[str, Evidence]) -> dict[str, Evidence]:
    """Facts with what the published schemas say of techniques, which may not be stored with a situation."""
    added = {}
    for name, fact in facts.items():
        wanted = name.replace(".manifest", ".quantities")
        if name.startswith("export.technique.") and name.endswith(".manifest") and wanted not in facts:
            from assayline.facts.export import quantities

            what = "quantities that the technique may have"
            added[wanted] = Evidence(wanted, what, quantities(str(fact.value)), None, fact.source, fact.pointer, fact.station)
    return facts | added


def matches(choice: dict[str, Any], condition: dict[str, Any]) -> bool:
    """Whether every field of a condition holds for a choice."""
    return all(_holds(_at(choice, name), wanted) for name, wanted in condition.items() if name != "why")


def _at(choice: dict[str, Any], name: str) -> Any:
    first, _, key = name.partition(".")
    value = choice.get(first)
    if not key or not isinstance(value, list):
        return value
    words = key.split("/")
    for item in value:
        parts = list(item.values())
        if parts[: len(words)] == words:
            return parts[len(words)]
    return ""


def _holds(value: Any, wanted: dict[str, Any]) -> bool:
    if "one_of" in wanted and value not in wanted["one_of"]:
        return False
    if "holds" in wanted and not set(wanted["holds"]) <= set(value or ()):
        return False
    if "lacks" in wanted and set(wanted["lacks"]) & set(value or ()):
        return False
    if "minimum" in wanted or "maximum" in wanted:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and wanted.get("minimum", float("-inf")) <= value <= wanted.get("maximum", float("inf"))
    return True


def situations(folder: Path | None = None) -> list[Situation]:
    """All situations of a folder, else of this installation; raises `BadInput` where there are none."""
    place = folder or share() / "tests" / "advisor" / "situations"
    files = sorted(place.glob("*.json"))
    if not files:
        raise BadInput(what=place, found="no situations", expected="*.json", next="Give a folder with --situations DIR.")
    return [Situation.from_json(read_json(path, f"a file of {SCHEMA}")) for path in files]


@dataclass(slots=True)
class Score:
    """Situations answered acceptably and in all, by kind, with the names of the others."""

    advisor: str
    kinds: dict[str, list[int]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def add(self, one: Situation, *, good: bool) -> None:
        """Count one answer."""
        count = self.kinds.setdefault(one.kind, [0, 0])
        count[0] += good
        count[1] += 1
        self.missed += [] if good else [one.name]

    @property
    def share(self) -> float:
        """Share of all situations that were answered acceptably."""
        counts = list(self.kinds.values())
        return sum(good for good, _ in counts) / max(1, sum(total for _, total in counts))

    def to_json(self) -> dict[str, Any]:
        """The score as plain JSON."""
        kinds = {kind: {"acceptable": good, "of": total} for kind, (good, total) in sorted(self.kinds.items())}
        return {"advisor": self.advisor, "acceptable_share": self.share, "kinds": kinds, "missed": self.missed}


def by_rules(prepared: Prepared) -> dict[str, Any] | None:
    """What the rule chooses."""
    choice: dict[str, Any] = prepared.ruled["choice"]
    return choice


def by_default(prepared: Prepared) -> dict[str, Any] | None:
    """What tools do without looking at the data."""
    default = prepared.question.default
    return default(prepared.facts) if default else None


def by_doubt(prepared: Prepared) -> dict[str, Any] | None:
    """That it cannot be told, where the question can be answered so."""
    unclear = prepared.question.cannot_tell
    return unclear(prepared.facts) if unclear else None


def by_advisor(advisor: Advisor) -> Callable[[Prepared], dict[str, Any] | None]:
    """What a model chooses; where its answer cannot be used and the rule would step in, that counts as none."""

    def answer(prepared: Prepared) -> dict[str, Any] | None:
        try:
            body, _ = answered(prepared, advisor)
        except Unanswered:
            return None
        choice: dict[str, Any] = body["choice"]
        return choice if body["decided_by"]["kind"] == advisor.kind else None

    return answer


def evaluate(name: str, answer: Callable[[Prepared], dict[str, Any] | None], given: Iterable[Situation]) -> Score:
    """The score of one advisor."""
    score = Score(name)
    for one in given:
        score.add(one, good=one.good(answer(prepare(one.facts, one.question))))
    return score


def table(scores: list[Score]) -> str:
    """Scores by kind, an advisor a column."""
    kinds = sorted({kind for score in scores for kind in score.kinds})
    wide = max(len(kind) for kind in [*kinds, "all"]) + 2
    head = f"{'kind':<{wide}}" + "".join(f"{score.advisor:>22}" for score in scores)
    rows = [
        f"{kind:<{wide}}" + "".join(f"{f'{score.kinds[kind][0]} of {score.kinds[kind][1]}':>22}" for score in scores)
        for kind in kinds
    ]
    return "\n".join([head, *rows, f"{'all':<{wide}}" + "".join(f"{score.share:>22.0%}" for score in scores)])
