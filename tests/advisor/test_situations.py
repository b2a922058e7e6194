"""Situations with known right answers: the rules answer all of them acceptably, advisors that do not look at the data do not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from assayline.advisor import evaluate
from assayline.advisor.asking import prepare
from assayline.advisor.question import question, questions
from tests.advisor.bench.__main__ import ALL, PLACE
from tests.advisor.conftest import KEY
from tests.advisor.messages_api import messages_api, says

SITUATIONS = evaluate.situations(PLACE)
QUICK = [one for one in ALL if not one.question.startswith(("qc_", "gene_", "integration_", "clustering_"))]
CELLS = [one for one in ALL if one not in QUICK and not one.slow]
AGAIN = random.Random(5).sample(QUICK, 15)


def test_there_are_enough_of_every_kind_and_each_says_why():
    assert len(SITUATIONS) >= 60 and {one.question for one in SITUATIONS} == set(questions())
    assert {one.name for one in SITUATIONS} == {one.name for one in ALL}, "write them again with python -m tests.advisor.bench"
    for one in SITUATIONS:
        assert one.story and one.why and one.source and one.acceptable and one.facts, one.name


@pytest.mark.parametrize("one", SITUATIONS, ids=lambda one: one.name)
def test_the_rules_answer_acceptably(one):
    prepared = prepare(one.facts, one.question)
    assert one.good(prepared.ruled["choice"]), (prepared.ruled["choice"], one.why)
    assert prepared.ruled["because"]


def test_advisors_that_do_not_look_score_below_two_fifths(capsys):
    scores = [
        evaluate.evaluate(evaluate.RULES, evaluate.by_rules, SITUATIONS),
        evaluate.evaluate(evaluate.DEFAULT, evaluate.by_default, SITUATIONS),
        evaluate.evaluate(evaluate.CANNOT_TELL, evaluate.by_doubt, SITUATIONS),
    ]
    with capsys.disabled():
        print("\n" + evaluate.table(scores))
    assert scores[0].share == 1 and scores[1].share < 0.4 and scores[2].share < 0.4
    assert all(question(name).default is not None for name in questions()), "every question has a default to be scored"


@pytest.mark.parametrize("one", AGAIN, ids=lambda one: one.name)
def test_generated_again_the_stations_give_the_same_evidence(one, tmp_path):
    assert one.body(tmp_path) == json.loads((PLACE / f"{one.name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("one", random.Random(2).sample(CELLS, 2), ids=lambda one: one.name)
def test_on_fresh_evidence_of_the_cells_stations_the_rules_answer_acceptably(one, tmp_path):
    made = evaluate.Situation.from_json(one.body(tmp_path))
    assert made.good(prepare(made.facts, made.question).ruled["choice"])


@pytest.mark.slow
@pytest.mark.parametrize("one", [one for one in ALL if one not in QUICK], ids=lambda one: one.name)
def test_stored_evidence_of_cells_is_what_the_stations_say_today(one, tmp_path):
    """The same facts by name; how many cells fall where differs a little from machine to machine."""
    made = one.body(tmp_path)
    stored = json.loads((PLACE / f"{one.name}.json").read_text(encoding="utf-8"))
    assert [fact["id"] for fact in made["evidence"]] == [fact["id"] for fact in stored["evidence"]]
    assert made["acceptable"] == stored["acceptable"]


def test_conditions_on_choices_mean_what_they_say():
    choice = {"a": 3.0, "names": ["x", "y"], "columns": [{"role": "status", "column": "T", "more": 1}], "flag": True}
    good = [
        {"a": {"minimum": 2, "maximum": 3}},
        {"names": {"holds": ["x"], "lacks": ["z"]}},
        {"columns.status": {"one_of": ["T"]}},
    ]
    good += [{"columns.status/T": {"one_of": [1]}}, {"columns.sex": {"one_of": [""]}}]
    bad = [
        {"a": {"minimum": 4}},
        {"names": {"holds": ["z"]}},
        {"names": {"lacks": ["x"]}},
        {"flag": {"minimum": 0}},
        {"b": {"one_of": [1]}},
    ]
    assert all(evaluate.matches(choice, one) for one in good) and not any(evaluate.matches(choice, one) for one in bad)


def test_the_command_scores_rules_stand_ins_and_claude(tmp_path, assayline):
    for name in ("one_donor_a_condition", "qpcr_good", "sheet_unclear_status"):
        (tmp_path / f"{name}.json").write_bytes((PLACE / f"{name}.json").read_bytes())
    doubt = {"choice": None, "because": [], "confidence": "low", "what_would_change_this": ""}
    reason = [{"template": "It was looked at.", "evidence": ["design.rows"]}]
    with messages_api(lambda body: says(doubt | {"because": reason})) as script:
        place = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": script.url}
        done = assayline("advise", "--evaluate", "--situations", tmp_path, "--json", env=place)
    assert done.status == 0 and len(script.requests) == 3
    scores = {row["advisor"]: row for row in done.envelope["results"]}
    assert scores["rules"]["acceptable_share"] == 1 and len(scores) == 4
    (claude,) = (row for name, row in scores.items() if name.startswith("claude"))
    assert claude["missed"] == ["qpcr_good", "sheet_unclear_status"], "an answer whose reasons do not hold counts as none"
    assert assayline("advise", "--evaluate", "--situations", tmp_path / "none").status == 10


def test_this_installation_finds_its_situations():
    assert len(evaluate.situations()) == len(list(Path(PLACE).glob("*.json")))
