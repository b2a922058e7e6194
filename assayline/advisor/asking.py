"""What is asked: a question with the evidence it sees, its bounds, the rule's checked answer, and what would be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.advisor.answers import refusals
from assayline.advisor.client import Request
from assayline.advisor.prompts import prompt
from assayline.advisor.pseudonym import Pseudonyms
from assayline.advisor.question import CONFIDENCES, Answer, Bound, Facts, Question, question
from assayline.advisor.statements import check
from assayline.advisor.tape import asked_digest
from assayline.advisor.unsupported import Unsupported
from assayline.json_files import digest

if TYPE_CHECKING:
    from assayline.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with the evidence it sees, its bounds, the rule's checked answer, and what would be sent."""

    question: Question
    facts: dict[str, Evidence]
    bounds: dict[str, Bound]
    ruled: dict[str, Any]
    names: Pseudonyms
    request: Request
    prompts: list[str]

    def asked(self, model: str | None) -> str:
        """The digest of what is asked of a model, or of the rules (None)."""
        evidence = [fact.to_json() for fact in self.facts.values()]
        bounds = {key: bound.to_json() for key, bound in self.bounds.items()}
        return asked_digest(self.question.name, evidence, bounds, self.prompts if model else [], model)


def prepare(everything: Facts, name: str) -> Prepared:
    """Gather what a question needs from evidence; raises `BadInput` when some is missing."""
    asked = question(name)
    facts = asked.evidence(everything)
    bounds = asked.bounds(everything)
    names = Pseudonyms.of(everything.values())
    common, common_id = prompt("common")
    own, own_id = prompt("choice")
    content = {
        "question": asked.text,
        "bounds": {key: _hidden(bound.to_json(), names) for key, bound in bounds.items()},
        "evidence": [names.fact(fact) for fact in facts.values()],
    }
    request = Request(common, f"{own}{asked.brief}", json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))
    ruled = checked(asked, bounds, facts, asked.rule(everything))
    brief = [f"brief@{digest(asked.brief.encode())[7:15]}"] if asked.brief else []
    return Prepared(asked, facts, bounds, ruled, names, request, [common_id, own_id, *brief])


def _hidden(bound: dict[str, Any], names: Pseudonyms) -> dict[str, Any]:
    """A bound without names of samples and donors."""
    if "one_of" in bound:
        return {"one_of": [names.hide(item) if isinstance(item, str) else item for item in bound["one_of"]]}
    return bound


def restored(value: Any, names: Pseudonyms) -> Any:
    """A choice with every pseudonym in its texts replaced by the name."""
    if isinstance(value, str):
        return names.restore(value)
    if isinstance(value, dict):
        return {key: restored(item, names) for key, item in value.items()}
    return [restored(item, names) for item in value] if isinstance(value, list) else value


def checked(
    asked: Question,
    bounds: dict[str, Bound],
    facts: dict[str, Evidence],
    answer: Answer,
    names: Pseudonyms | None = None,
    *,
    drop: bool = False,
) -> dict[str, Any]:
    """An answer with its reasons filled; a rule's must hold wholly, of a model's the unsupported ones become `dropped`."""
    wrong = [] if drop else refusals(asked, bounds, answer.choice, facts)
    assert not wrong, f"{asked.name}: the rule leaves its bounds: {wrong}"
    assert answer.confidence in CONFIDENCES
    because: list[dict[str, Any]] = []
    dropped: list[dict[str, str]] = []
    for reason in answer.because:
        try:
            sentence = check(reason.template, reason.evidence, facts, answer.choice, names=names)
        except Unsupported as error:
            if not drop:
                raise
            dropped.append({"template": reason.template, "reason": str(error).rstrip(".")})
            continue
        text = names.restore(sentence.text) if names else sentence.text
        because.append({"text": text, "template": reason.template, "evidence": list(sentence.evidence)})
    change = answer.what_would_change_this
    try:
        text = check(change, (), facts, answer.choice, must_cite=False, names=names).text if drop else change
        change = names.restore(text) if names else text
    except Unsupported as error:
        dropped.append({"template": change, "reason": str(error).rstrip(".")})
        change = ""
    body: dict[str, Any] = {
        "choice": answer.choice,
        "because": because,
        "confidence": answer.confidence,
        "what_would_change_this": change,
    }
    return body | ({"dropped": dropped} if drop else {})
