"""Deciding a question: replay what stands in the file, else ask, check, fall back to the rule, and write the file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.advisor.answers import refusals
from assayline.advisor.claude import choose
from assayline.advisor.client import Advisor, Request, Unanswered
from assayline.advisor.prompts import prompt
from assayline.advisor.pseudonym import Pseudonyms
from assayline.advisor.question import CONFIDENCES, Answer, Bound, Question, Reason, question
from assayline.advisor.statements import Unsupported, check
from assayline.advisor.tape import SCHEMA, answer_digest, asked_digest, read_decision, who
from assayline.evidence import Evidence, load
from assayline.json_files import write_atomic, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.run_folder import RunFolder


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


@dataclass(slots=True)
class Decided:
    """A decision as it stands in its file, whether it was replayed, and findings."""

    body: dict[str, Any]
    replayed: bool
    findings: list[Finding] = field(default_factory=list)


def prepare(run: RunFolder, name: str) -> Prepared:
    """Gather what a question needs; raises `BadInput` when evidence is missing."""
    asked = question(name)
    everything = load(run)
    facts = asked.evidence(everything)
    bounds = asked.bounds(everything)
    names = Pseudonyms.of(everything.values())
    common, common_id = prompt("common")
    own, own_id = prompt("choice")
    content = {
        "question": asked.text,
        "bounds": {key: bound.to_json() for key, bound in bounds.items()},
        "evidence": [names.fact(fact) for fact in facts.values()],
    }
    request = Request(common, own, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))
    return Prepared(
        asked, facts, bounds, _checked(asked, bounds, facts, asked.rule(everything)), names, request, [common_id, own_id]
    )


def decide(run: RunFolder, name: str, by: str = "auto", model: str | None = None, *, tape: Path | None = None) -> Decided:
    """The decision on a question; a file of the run, else of the `tape` folder, is replayed and nobody is asked again."""
    path = run.decision(question(name).name)
    if tape is not None and not path.is_file() and (tape / path.name).is_file():
        write_atomic(path, (tape / path.name).read_bytes())
    if path.is_file():
        return _replayed(run, name)
    prepared = prepare(run, name)
    body, findings = _ask(prepared, by, model)
    decided_by = body.pop("decided_by")
    whole: dict[str, Any] = {"schema": SCHEMA, "question": name} | body
    whole["evidence"] = list(dict.fromkeys(item for reason in body["because"] for item in reason["evidence"]))
    whole["bounds"] = {key: bound.to_json() for key, bound in prepared.bounds.items()}
    whole["decided_by"] = decided_by
    whole["rule_choice"] = prepared.ruled["choice"]
    whole["rule_basis"] = prepared.question.basis
    whole["asked"] = prepared.asked(decided_by["model"])
    whole["answered"] = answer_digest(whole)
    whole["findings"] = [finding.to_json() for finding in findings]
    write_json(path, whole)
    return Decided(whole, replayed=False, findings=findings)


def _replayed(run: RunFolder, name: str) -> Decided:
    """The decision in the file, with a finding when a person edited it or the evidence is no longer what was asked."""
    body = read_decision(run, name)
    findings = []
    by = body.get("decided_by") or {}
    if who(body) == "human" and by.get("kind", "human") != "human":
        findings.append(
            Finding(
                "edited-by-hand",
                "The decision was edited after it was written; it is followed as a person's.",
                f"decisions/{name}.json",
            )
        )
    elif who(body) != "human" and prepare(run, name).asked(by.get("model")) != body.get("asked"):
        words = (
            "The evidence changed since this was decided; the decision is replayed all the same. Delete "
            "the file to have it decided again."
        )
        findings.append(Finding("decided-on-other-evidence", words, f"decisions/{name}.json", "warning"))
    return Decided(body, replayed=True, findings=findings)


def _ask(prepared: Prepared, by: str, model: str | None) -> tuple[dict[str, Any], list[Finding]]:
    """Ask whoever is to answer; whatever goes wrong, the rule's answer stands and a finding says why."""
    name = prepared.question.name
    try:
        advisor = choose(by, model)
        if advisor is not None:
            return _advised(prepared, advisor)
        return prepared.ruled | {"decided_by": _by_rules()}, []
    except Unanswered as error:
        return prepared.ruled | {"decided_by": _by_rules()}, [
            Finding(error.code, str(error), f"decisions/{name}.json", "warning")
        ]


def _advised(prepared: Prepared, advisor: Advisor) -> tuple[dict[str, Any], list[Finding]]:
    from assayline.advisor.shapes import choice_shape

    where = f"decisions/{prepared.question.name}.json"
    reply = advisor.ask(prepared.request, choice_shape(prepared.question))
    wrong = refusals(prepared.question, prepared.bounds, reply.body["choice"])
    if wrong:
        finding = Finding(
            "choice-out-of-bounds", f"{reply.model}: {'; '.join(wrong)}; the rule answers instead.", where, "warning"
        )
        return prepared.ruled | {"decided_by": _by_rules()}, [finding]
    reasons = tuple(Reason(item["template"], tuple(item["evidence"])) for item in reply.body["because"])
    answer = Answer(reply.body["choice"], reasons, reply.body["confidence"], reply.body["what_would_change_this"])
    checked = _checked(prepared.question, prepared.bounds, prepared.facts, answer, prepared.names, drop=True)
    findings = [
        Finding("reason-dropped", f"{reply.model}: {item['reason']}: {item['template']!r}", where)
        for item in checked.pop("dropped")
    ]
    if not checked["because"]:
        words = f"{reply.model}: no reason for the choice is supported by the evidence; the rule answers instead."
        return prepared.ruled | {"decided_by": _by_rules()}, [
            *findings,
            Finding("choice-without-reason", words, where, "warning"),
        ]
    decided_by = {
        "kind": advisor.kind,
        "model": reply.model,
        "request_id": reply.request_id,
        "prompt": "+".join(prepared.prompts),
    }
    return checked | {"decided_by": decided_by}, findings


def _by_rules() -> dict[str, Any]:
    return {"kind": "rules", "model": None, "request_id": None, "prompt": None}


def _checked(
    asked: Question,
    bounds: dict[str, Bound],
    facts: dict[str, Evidence],
    answer: Answer,
    names: Pseudonyms | None = None,
    *,
    drop: bool = False,
) -> dict[str, Any]:
    """An answer with its reasons filled; a rule's must hold wholly, of a model's the unsupported ones become `dropped`."""
    assert drop or not refusals(asked, bounds, answer.choice), f"{asked.name}: the rule leaves its bounds"
    assert answer.confidence in CONFIDENCES
    because, dropped = [], []
    for reason in answer.because:
        try:
            sentence = check(reason.template, reason.evidence, facts, answer.choice)
        except Unsupported as error:
            if not drop:
                raise
            dropped.append({"template": reason.template, "reason": str(error).rstrip(".")})
            continue
        text = names.restore(sentence.text) if names else sentence.text
        because.append({"text": text, "template": reason.template, "evidence": list(sentence.evidence)})
    change = answer.what_would_change_this
    try:
        text = check(change, (), facts, answer.choice, must_cite=False).text if drop else change
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
