"""Deciding a question: replay what stands in the file, else ask, check, fall back to the rule, and write the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.advisor import asking
from assayline.advisor.answers import refusals
from assayline.advisor.asking import Prepared, checked, restored
from assayline.advisor.claude import choose
from assayline.advisor.client import Advisor, Unanswered
from assayline.advisor.question import Answer, Reason, question
from assayline.advisor.tape import SCHEMA, answer_digest, read_file, who
from assayline.evidence import load
from assayline.json_files import write_atomic, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.advisor.question import Facts
    from assayline.run_folder import RunFolder

SPENT = "logs/advisor.jsonl"
BY_RULES: dict[str, Any] = {"kind": "rules", "model": None, "request_id": None, "prompt": None}


@dataclass(slots=True)
class Decided:
    """A decision as it stands in its file, whether it was replayed, and findings."""

    body: dict[str, Any]
    replayed: bool
    findings: list[Finding] = field(default_factory=list)

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen."""
        found: dict[str, Any] = self.body["choice"]
        return found


def prepare(run: RunFolder, name: str) -> Prepared:
    """Gather what a question needs from the evidence of a run; raises `BadInput` when some is missing."""
    return asking.prepare(load(run), name)


def decide(run: RunFolder, name: str, by: str = "auto", model: str | None = None, *, tape: Path | None = None) -> Decided:
    """The decision on a question; a file of the run, else of the `tape` folder, is replayed and nobody is asked again."""
    path = run.decision(question(name).name)
    if tape is not None and not path.is_file() and (tape / path.name).is_file():
        write_atomic(path, (tape / path.name).read_bytes())
    return decide_at(path, name, load(run), by, model, run.root / SPENT)


def decide_at(
    path: Path, name: str, facts: Facts, by: str = "auto", model: str | None = None, spent: Path | None = None
) -> Decided:
    """The decision that stands in the file at `path`, or a new one on these facts, written there.

    The door for parts that have no run folder; with one, publish the facts and use `decide`, so that `--replay` finds them.
    What a model cost is added to the file `spent` and held against the budget.
    """
    if path.is_file():
        return _replayed(path, name, facts)
    prepared = asking.prepare(facts, name)
    body, findings = _ask(prepared, by, model, spent)
    whole = _whole(prepared, body, findings)
    write_json(path, whole)
    return Decided(whole, replayed=False, findings=findings)


def _whole(prepared: Prepared, body: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """The content of a decision file."""
    decided_by = body.pop("decided_by")
    whole: dict[str, Any] = {"schema": SCHEMA, "question": prepared.question.name} | body
    whole["evidence"] = list(dict.fromkeys(item for reason in body["because"] for item in reason["evidence"]))
    whole["bounds"] = {key: bound.to_json() for key, bound in prepared.bounds.items()}
    whole["decided_by"] = decided_by
    whole["rule_choice"] = prepared.ruled["choice"]
    whole["rule_because"] = [reason["text"] for reason in prepared.ruled["because"]]
    whole["rule_basis"] = prepared.question.basis
    whole["asked"] = prepared.asked(decided_by["model"])
    whole["answered"] = answer_digest(whole)
    whole["findings"] = [finding.to_json() for finding in findings]
    return whole


def _replayed(path: Path, name: str, facts: Facts) -> Decided:
    """The decision in the file, with a finding when a person edited it or the evidence is no longer what was asked."""
    body = read_file(path, name, facts)
    findings = []
    by = body.get("decided_by") or {}
    where = f"decisions/{path.name}"
    if who(body) == "human" and by.get("kind", "human") != "human":
        words = "The decision was edited after it was written; it is followed as a person's."
        findings.append(Finding("edited-by-hand", words, where))
    elif who(body) != "human" and asking.prepare(facts, name).asked(by.get("model")) != body.get("asked"):
        words = (
            "The evidence changed since this was decided; the decision is replayed all the same. Delete "
            "the file to have it decided again."
        )
        findings.append(Finding("decided-on-other-evidence", words, where, "warning"))
    return Decided(body, replayed=True, findings=findings)


def _ask(prepared: Prepared, by: str, model: str | None, spent: Path | None) -> tuple[dict[str, Any], list[Finding]]:
    """Ask whoever is to answer; whatever goes wrong, the rule's answer stands and a finding says why."""
    try:
        advisor = choose(by, model, spent)
    except Unanswered as error:
        where = f"decisions/{prepared.question.name}.json"
        return prepared.ruled | {"decided_by": BY_RULES}, [Finding(error.code, str(error), where, "warning")]
    return answered(prepared, advisor)


def answered(prepared: Prepared, advisor: Advisor | None) -> tuple[dict[str, Any], list[Finding]]:
    """The checked answer of an advisor with its findings, or the rule's where it gave none that can be used (None: the rules)."""
    if advisor is None:
        return prepared.ruled | {"decided_by": BY_RULES}, []
    try:
        return _advised(prepared, advisor)
    except Unanswered as error:
        where = f"decisions/{prepared.question.name}.json"
        return prepared.ruled | {"decided_by": BY_RULES}, [Finding(error.code, str(error), where, "warning")]


def _advised(prepared: Prepared, advisor: Advisor) -> tuple[dict[str, Any], list[Finding]]:
    from assayline.advisor.shapes import choice_shape

    asked, where = prepared.question, f"decisions/{prepared.question.name}.json"
    reply = advisor.ask(prepared.request, choice_shape(asked))

    def ruled(code: str, words: str, level: str = "warning") -> tuple[dict[str, Any], list[Finding]]:
        return prepared.ruled | {"decided_by": BY_RULES}, [*findings, Finding(code, f"{reply.model}: {words}", where, level)]

    findings: list[Finding] = []
    choice = restored(reply.body["choice"], prepared.names)
    if choice is None and asked.cannot_tell is None:
        return ruled("cannot-tell", "cannot tell from these data; a choice is needed, so the rule answers.")
    if choice is None and asked.cannot_tell is not None:
        choice = asked.cannot_tell(prepared.facts)
    if wrong := refusals(asked, prepared.bounds, choice, prepared.facts):
        return ruled("choice-out-of-bounds", f"{prepared.names.hide('; '.join(wrong[:5]))}; the rule answers instead.")
    reasons = tuple(Reason(item["template"], tuple(item["evidence"])) for item in reply.body["because"])
    answer = Answer(choice, reasons, reply.body["confidence"], reply.body["what_would_change_this"])
    body = checked(asked, prepared.bounds, prepared.facts, answer, prepared.names, drop=True)
    findings += [
        Finding("reason-dropped", f"{reply.model}: {item['reason']}: {item['template']!r}", where) for item in body.pop("dropped")
    ]
    if not body["because"]:
        return ruled("choice-without-reason", "no reason for the choice is supported by the evidence; the rule answers instead.")
    decided_by: dict[str, Any] = {"kind": advisor.kind, "model": reply.model, "request_id": reply.request_id}
    decided_by |= {"prompt": "+".join(prepared.prompts)} | ({"usage": reply.usage} if reply.usage else {})
    return body | {"decided_by": decided_by}, findings
