"""Interpreting a run: statements from Claude or the rules, checked against the evidence, the unsupported dropped and listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline.advisor import interpretation_rule
from assayline.advisor.claude import choose
from assayline.advisor.client import Advisor, Request, Unanswered
from assayline.advisor.prompts import prompt
from assayline.advisor.pseudonym import Pseudonyms
from assayline.advisor.question import CONFIDENCES, INTERPRETATION
from assayline.advisor.statements import check
from assayline.advisor.tape import asked_digest
from assayline.advisor.unsupported import Unsupported
from assayline.evidence import Evidence, load
from assayline.json_files import read_json, write_json

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/interpretation/1"
Facts = dict[str, Evidence]


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
        by_whom = body.get("decided_by") or {}
        if by_whom.get("kind", "human") == "human" or body.get("asked") == _asked(facts, by_whom.get("model")):
            return body, verify(body, facts)
    names = Pseudonyms.of(facts.values())
    findings: list[Finding] = []
    answer = supported(interpretation_rule.statements(facts), interpretation_rule.limits(facts), facts)
    decided_by: dict[str, Any] = {"kind": "rules", "model": None, "request_id": None, "prompt": None}
    try:
        advisor = choose(by, model)
        if advisor is not None:
            advised, advised_by = _advised(facts, names, advisor)
            if advised["statements"]:
                answer, decided_by = advised, advised_by
            else:
                words = f"{advised_by['model']}: no statement is supported by the evidence; the rules interpret instead."
                findings.append(Finding("nothing-supported", words, "interpretation.json", "warning"))
                findings += dropped_findings(advised["dropped"], "warning")
    except Unanswered as error:
        findings.append(Finding(error.code, str(error), "interpretation.json", "warning"))
    findings += dropped_findings(answer["dropped"], "note")
    whole = {"schema": SCHEMA} | answer | {"decided_by": decided_by, "asked": _asked(facts, decided_by["model"])}
    whole["findings"] = [finding.to_json() for finding in findings]
    write_json(run.interpretation, whole)
    return whole, findings


def _asked(facts: Facts, model: str | None) -> str:
    prompts = [prompt("common")[1], prompt("interpretation")[1]] if model else []
    return asked_digest(INTERPRETATION, [fact.to_json() for fact in facts.values()], {}, prompts, model)


def _advised(facts: Facts, names: Pseudonyms, advisor: Advisor) -> tuple[dict[str, Any], dict[str, Any]]:
    from assayline.advisor.shapes import interpretation_shape

    request, prompts = request_for(facts, names)
    reply = advisor.ask(request, interpretation_shape())
    offered = [(item["template"], tuple(item["evidence"]), item["confidence"]) for item in reply.body["statements"]]
    body = supported(offered, reply.body["limits"], facts, names)
    return body, {"kind": advisor.kind, "model": reply.model, "request_id": reply.request_id, "prompt": "+".join(prompts)}


def supported(
    offered: list[tuple[str, tuple[str, ...], str]], limits: list[str], facts: Facts, names: Pseudonyms | None = None
) -> dict[str, Any]:
    """The statements and limits that hold against the evidence, filled, and those that do not with the reason."""
    kept, dropped, kept_limits = [], [], []
    for template, cited, confidence in offered:
        try:
            if confidence not in CONFIDENCES:
                raise Unsupported(reason=f"the confidence '{confidence}' is not one of {', '.join(CONFIDENCES)}")
            sentence = check(template, cited, facts)
        except Unsupported as error:
            dropped.append({"template": template, "reason": str(error).rstrip(".")})
            continue
        text = names.restore(sentence.text) if names else sentence.text
        kept.append({"template": template, "text": text, "evidence": list(sentence.evidence), "confidence": confidence})
    for limit in limits:
        try:
            text = check(limit, (), facts, must_cite=False).text
            kept_limits.append(names.restore(text) if names else text)
        except Unsupported as error:
            dropped.append({"template": limit, "reason": str(error).rstrip(".")})
    return {"statements": kept, "dropped": dropped, "limits": kept_limits}


def dropped_findings(dropped: list[dict[str, str]], level: str) -> list[Finding]:
    """One finding for every statement that was dropped."""
    return [
        Finding("statement-dropped", f"{item['reason']}: {item['template']!r}", "interpretation.json", level) for item in dropped
    ]


def verify(body: dict[str, Any], facts: Facts) -> list[Finding]:
    """Check a written interpretation against the evidence as it is now: every template must still hold and give the same text."""
    names = Pseudonyms.of(facts.values())
    findings = []
    for item in body.get("statements") or []:
        try:
            text = names.restore(check(item["template"], tuple(item["evidence"]), facts).text)
        except Unsupported as error:
            findings.append(
                Finding("statement-unsupported", f"{str(error).rstrip('.')}: {item['text']!r}", "interpretation.json", "warning")
            )
            continue
        if text != item["text"]:
            findings.append(
                Finding(
                    "statement-differs",
                    f"says {item['text']!r} where the evidence gives {text!r}",
                    "interpretation.json",
                    "warning",
                )
            )
    return findings
