"""Clinical and regulatory wording: kept with what must be read with it, and no verdict that the evidence does not hold."""

from __future__ import annotations

import pytest

from assayline.advisor.claude import Claude
from assayline.advisor.interpret import Offered, by_advisor, supported
from assayline.evidence import Evidence
from tests.advisor.conftest import KEY
from tests.advisor.messages_api import messages_api
from tests.advisor.plays_claude import plays

FACTS = {
    one.id: one
    for one in (
        Evidence("measured.f1.viability.s1", "viability of the sample", 71.5, "%", "f.json", "/x", about={"sample": "P-1"}),
        Evidence("clusters.count", "clusters", 3, "clusters", "f.json", "/x"),
        Evidence("report.call", "call of the validated test", "resistant", None, "f.json", "/x"),
    )
}


def told(template, *cited):
    return supported([Offered(template, cited, "medium", "Another patient.")], [], FACTS)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("The patient's sample has a viability of {measured.f1.viability.s1:.1f} %.", "For research"),
        ("Tumour samples form {clusters.count:d} clusters.", "For research"),
        ("For batch release a viability of {measured.f1.viability.s1:.1f} % is one input.", ""),
        ("A viability of {measured.f1.viability.s1:.1f} % bears on lot release.", "Not a decision on release"),
    ],
)
def test_such_wording_carries_its_caveat(template, words):
    body = told(template)
    if "one input" in template:
        assert body["statements"] == [] and "number word 'one'" in body["dropped"][0]["reason"]
        return
    (item,) = body["statements"]
    assert words in item["caveat"] and item["what_would_change_this"] == "Another patient."


def test_other_wording_carries_none():
    (item,) = told("There are {clusters.count:d} clusters.")["statements"]
    assert "caveat" not in item


@pytest.mark.parametrize(
    "template",
    [
        "The patient is diagnosed with it, see {clusters.count:d} clusters.",
        "With {measured.f1.viability.s1:.1f} % the lot meets its specification.",
        "The {clusters.count:d} clusters are malignant.",
        "The product is safe at {measured.f1.viability.s1:.1f} %.",
        "The cells are resistant, see {clusters.count:d} clusters.",
    ],
)
def test_verdicts_that_the_evidence_does_not_hold_are_dropped(template):
    body = told(template)
    assert body["statements"] == [] and "verdict" in body["dropped"][0]["reason"] and body["rates"]["dropped"] == 1


def test_a_verdict_that_the_evidence_holds_is_kept():
    (item,) = told("The test calls it resistant ({report.call:s}).")["statements"]
    assert item["text"] == "The test calls it resistant (resistant)."


def test_the_service_that_plays_claude_says_what_holds_and_what_does_not(monkeypatch):
    with messages_api(plays) as script:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", script.url)
        body, by = by_advisor(FACTS, Claude())
    assert [item["text"] for item in body["statements"]] == ["The cells form 3 groups."]
    assert len(body["dropped"]) == 2 and by["kind"] == "claude"
