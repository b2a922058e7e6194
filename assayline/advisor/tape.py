"""Decision files: read, checked, and proven to follow from what was asked; one file is cache, record and test fixture at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.advisor.answers import refusals
from assayline.advisor.question import Question, question, questions
from assayline.errors import Refused
from assayline.evidence import load
from assayline.json_files import canonical, digest, file_digest, read_json

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.advisor.question import Facts
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/decision/1"
FOLLOWERS = {
    "qc_thresholds": "cells/qc.json",
    "integration_model": "cells/model.json",
    "clustering_resolution": "cells/clusters.json",
}
ANSWERED = ("choice", "because", "confidence", "what_would_change_this")


def asked_digest(name: str, evidence: list[dict[str, Any]], bounds: dict[str, Any], prompts: list[str], model: str | None) -> str:
    """The digest of what was asked: question, evidence, bounds, prompt versions and model."""
    return digest(canonical({"question": name, "evidence": evidence, "bounds": bounds, "prompts": prompts, "model": model}))


def answer_digest(body: dict[str, Any]) -> str:
    """The digest of what was answered, by which a later edit of the file shows."""
    return digest(canonical({key: body.get(key) for key in ANSWERED}))


def statements_digest(body: dict[str, Any]) -> str:
    """The digest of an interpretation's statements and limits, by which a later edit of the file shows."""
    return digest(canonical({key: body.get(key) for key in ("statements", "limits")}))


def teller(body: dict[str, Any]) -> str:
    """Who interpreted: the recorded kind, but `human` for a file whose statements were edited after it was written."""
    kind = str((body.get("decided_by") or {}).get("kind", "human"))
    same = "answered" not in body or body["answered"] == statements_digest(body)
    return kind if same else "human"


def who(body: dict[str, Any]) -> str:
    """Who decided: the recorded kind, but `human` for a file that was edited after it was written."""
    kind = str((body.get("decided_by") or {}).get("kind", "human"))
    return kind if kind == "human" or body.get("answered") == answer_digest(body) else "human"


def read_decision(run: RunFolder, name: str) -> dict[str, Any]:
    """The decision on a question; raises `BadInput` if there is none, `Refused` if its choice is outside the bounds."""
    return read_file(run.decision(name), name, load(run))


def read_file(path: Path, name: str, facts: Facts) -> dict[str, Any]:
    """The decision in a file, held against the bounds that these facts set; raises `BadInput` and `Refused`."""
    body = read_json(path, f"the decision on {name}")
    asked: Question = question(name)
    wrong = refusals(asked, asked.bounds(facts), body.get("choice"), facts)
    if wrong:
        raise Refused(
            what=f"{path}: choice",
            found="; ".join(wrong),
            expected="a choice within the bounds",
            next="Correct the file, or delete it to have it decided again.",
        )
    return body


def chosen(run: RunFolder, name: str) -> tuple[dict[str, Any], str]:
    """The choice that a station has to follow, and the digest of the file it stands in."""
    choice = dict(read_decision(run, name)["choice"])
    return choice, file_digest(run.decision(name))


def decisions(run: RunFolder) -> list[dict[str, Any]]:
    """Every decision of a run as a row: question, choice, who decided, confidence, whether the rule agrees, reasons."""
    rows = []
    for name in questions():
        if not run.decision(name).is_file():
            continue
        body = read_json(run.decision(name), f"the decision on {name}")
        by = body.get("decided_by") or {}
        row = {"question": name, "choice": body.get("choice"), "decided_by": who(body), "model": by.get("model")}
        row |= {"confidence": body.get("confidence"), "as_the_rule": body.get("choice") == body.get("rule_choice")}
        rows.append(row | {"because": [reason.get("text") for reason in body.get("because") or []]})
    return rows


def replay(run: RunFolder) -> list[dict[str, Any]]:
    """Prove that a run follows from its tape: is each question still the same, and did the station obey its decision."""
    from assayline.advisor.decide import prepare

    rows: list[dict[str, Any]] = []
    for name in questions():
        if not run.decision(name).is_file():
            continue
        body, problems = read_decision(run, name), []
        prepared = prepare(run, name)
        if who(body) != "human" and prepared.asked((body.get("decided_by") or {}).get("model")) != body.get("asked"):
            problems.append("the evidence or the question changed since it was decided")
        if who(body) == "rules" and body["choice"] != prepared.ruled["choice"]:
            problems.append("the rule answers otherwise now")
        station = run.root / FOLLOWERS.get(name, "")
        if station.is_file():
            report = read_json(station, "the report of the station")
            if (report.get("decision") or {}).get("sha256") != file_digest(run.decision(name)):
                problems.append(f"{FOLLOWERS[name]} was made by another decision")
        rows.append({"question": name, "decided_by": who(body), "follows": not problems, "problems": problems})
    return rows
