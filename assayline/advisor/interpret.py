"""Interpreting a run: statements from Claude or the rules, checked against the evidence, the unsupported dropped and listed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.advisor import interpretation_rule
from assayline.advisor.caveats import caveat
from assayline.advisor.claude import choose
from assayline.advisor.client import Advisor, Request, Unanswered
from assayline.advisor.decide import BY_RULES, SPENT
from assayline.advisor.prompts import prompt
from assayline.advisor.pseudonym import Pseudonyms
from assayline.advisor.question import CONFIDENCES, INTERPRETATION
from assayline.advisor.statements import check
from assayline.advisor.tape import asked_digest, statements_digest, teller
from assayline.advisor.unsupported import Unsupported
from assayline.evidence import Evidence, load
from assayline.json_files import read_json, write_json

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/interpretation/1"
FILE = "interpretation.json"
Facts = dict[str, Evidence]


@dataclass(frozen=True, slots=True)
class Offered:
    """One statement before it is checked."""

    template: str
    evidence: tuple[str, ...]
    confidence: str
    what_would_change_this: str = ""


def request_for(facts: Facts, names: Pseudonyms) -> tuple[Request, list[str]]:
    """What is sent for an interpretation, and the prompts it is made of."""
    common, common_id = prompt("common")
    own, own_id = prompt("interpretation")
    content = {"question": "What do these results mean?", "evidence": [names.fact(fact) for fact in facts.values()]}
    return Request(common, own, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)), [common_id, own_id]


def interpret(
    run: RunFolder, by: str = "auto", model: str | None = None, *, again: bool = False
) -> tuple[dict[str, Any], list[Finding]]:
    """Write interpretation.json; one made of the same evidence is replayed, a person's is checked and left as it is."""
    facts = load(run)
    if run.interpretation.is_file() and not again:
        body = read_json(run.interpretation, "an interpretation")
        model_then = (body.get("decided_by") or {}).get("model")
        if teller(body) == "human" or body.get("asked") == _asked(facts, model_then):
            return body, verify(body, facts)
    findings: list[Finding] = []
    answer, decided_by = by_rules(facts), BY_RULES
    try:
        advisor = choose(by, model, run.root / SPENT)
        if advisor is not None:
            advised, advised_by = by_advisor(facts, advisor)
            if advised["statements"]:
                rule = [item["text"] for item in answer["statements"]]
                answer, decided_by = advised | {"rule_statements": rule}, advised_by
            else:
                words = f"{advised_by['model']}: no statement is supported by the evidence; the rules interpret instead."
                findings.append(Finding("nothing-supported", words, FILE, "warning"))
                findings += dropped_findings(advised["dropped"], "warning")
    except Unanswered as error:
        findings.append(Finding(error.code, str(error), FILE, "warning"))
    findings += dropped_findings(answer["dropped"], "note")
    whole = {"schema": SCHEMA} | answer | {"decided_by": decided_by, "asked": _asked(facts, decided_by["model"])}
    whole["answered"] = statements_digest(whole)
    whole["findings"] = [finding.to_json() for finding in findings]
    write_json(run.interpretation, whole)
    return whole, findings


def _asked(facts: Facts, model: str | None) -> str:
    prompts = [prompt("common")[1], prompt("interpretation")[1]] if model else []
    return asked_digest(INTERPRETATION, [fact.to_json() for fact in facts.values()], {}, prompts, model)


def by_rules(facts: Facts) -> dict[str, Any]:
    """The interpretation that the rules give, under the same checks."""
    offered = [Offered(*statement) for statement in interpretation_rule.statements(facts)]
    return supported(offered, interpretation_rule.limits(facts), facts)


def by_advisor(facts: Facts, advisor: Advisor) -> tuple[dict[str, Any], dict[str, Any]]:
    """What holds of an advisor's interpretation, and who gave it; raises `Unanswered`."""
    from assayline.advisor.shapes import interpretation_shape

    names = Pseudonyms.of(facts.values())
    request, prompts = request_for(facts, names)
    reply = advisor.ask(request, interpretation_shape())
    offered = [
        Offered(item["template"], tuple(item["evidence"]), item["confidence"], item.get("what_would_change_this", ""))
        for item in reply.body["statements"]
    ]
    by: dict[str, Any] = {"kind": advisor.kind, "model": reply.model, "request_id": reply.request_id}
    by |= {"prompt": "+".join(prompts)} | ({"usage": reply.usage} if reply.usage else {})
    return supported(offered, reply.body["limits"], facts, names), by


def supported(offered: list[Offered], limits: list[str], facts: Facts, names: Pseudonyms | None = None) -> dict[str, Any]:
    """The statements and limits that hold against the evidence, filled, and those that do not with the reason, all counted."""
    kept: list[dict[str, Any]] = []
    dropped: list[dict[str, str]] = []
    kept_limits: list[str] = []

    def filled(template: str, cited: tuple[str, ...], *, must_cite: bool) -> tuple[str, list[str]]:
        sentence = check(template, cited, facts, must_cite=must_cite, names=names)
        return names.restore(sentence.text) if names else sentence.text, list(sentence.evidence)

    for one in offered:
        try:
            if one.confidence not in CONFIDENCES:
                raise Unsupported(reason=f"the confidence '{one.confidence}' is not one of {', '.join(CONFIDENCES)}")
            text, evidence = filled(one.template, one.evidence, must_cite=True)
            item = {"template": one.template, "text": text, "evidence": evidence, "confidence": one.confidence}
            item |= {"caveat": words} if (words := caveat(text)) else {}
        except Unsupported as error:
            dropped.append({"template": one.template, "reason": str(error).rstrip(".")})
            continue
        try:
            change = one.what_would_change_this
            item |= {"what_would_change_this": filled(change, (), must_cite=False)[0]} if change else {}
        except Unsupported as error:
            dropped.append({"template": one.what_would_change_this, "reason": str(error).rstrip(".")})
        kept.append(item)
    for limit in limits:
        try:
            kept_limits.append(filled(limit, (), must_cite=False)[0])
        except Unsupported as error:
            dropped.append({"template": limit, "reason": str(error).rstrip(".")})
    rates = {"offered": len(offered) + len(limits), "kept": len(kept) + len(kept_limits), "dropped": len(dropped)}
    return {"statements": kept, "dropped": dropped, "limits": kept_limits, "rates": rates}


def dropped_findings(dropped: list[dict[str, str]], level: str) -> list[Finding]:
    """One finding for every statement that was dropped."""
    return [Finding("statement-dropped", f"{item['reason']}: {item['template']!r}", FILE, level) for item in dropped]


def verify(body: dict[str, Any], facts: Facts) -> list[Finding]:
    """Check a written interpretation against the evidence as it is now: every template must still hold and give the same text."""
    names = Pseudonyms.of(facts.values())
    findings = []
    for item in body.get("statements") or []:
        try:
            text = names.restore(check(item["template"], tuple(item["evidence"]), facts, names=names).text)
        except Unsupported as error:
            words = f"{str(error).rstrip('.')}: {item['text']!r}"
            findings.append(Finding("statement-unsupported", words, FILE, "warning"))
            continue
        if text != item["text"]:
            words = f"says {item['text']!r} where the evidence gives {text!r}"
            findings.append(Finding("statement-differs", words, FILE, "warning"))
    return findings
