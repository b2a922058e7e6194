"""Framing a problem: which questions samples can answer, in words of the bench, and never more than the design carries."""

from __future__ import annotations

import json
import shlex

import pytest

from assayline.advisor.answers import refusals
from assayline.advisor.asking import prepare
from assayline.facts import design
from assayline.facts.design import association, separable
from assayline.facts.table import read_table

PAIRED = "sample,donor,condition,batch\n" + "".join(f"s{d}{c},D{d},{c},{d % 2}\n" for d in range(4) for c in ("vehicle", "drug"))
SINGLE = "sample,donor,condition\na,Miller,ctrl\nb,Smith,drug\n"


def facts(folder, text, question=""):
    (folder / "t.csv").write_text(text)
    found = design.report(read_table(folder / "t.csv")) | ({"question": question} if question else {})
    return {one.id: one for one in design.facts(found, "tables/design.json")}


@pytest.fixture
def framed(tmp_path, assayline):
    def run(text, *words):
        (tmp_path / "donors.csv").write_text(text)
        return assayline("problem", "donors.csv", "--run", "frame", *words, cwd=tmp_path)

    return run


def test_a_bench_scientist_reads_what_can_and_cannot_be_answered(framed):
    done = framed(PAIRED, "--ask", "Does the drug change gene expression?")
    assert done.status == 0
    can, cannot = done.out.split("These data cannot answer")
    assert "What differs between the conditions? (this is what you ask)" in can and "You ask: Does the drug" in can
    assert "There are 2 conditions with at least 4 replicates each." in can and "drug (4), vehicle (4)" in can
    assert "How does it go on over time?" in cannot and "What would answer it: At least three points in time" in cannot


def test_one_donor_a_condition_cannot_be_compared_and_says_what_would(framed):
    done = framed(SINGLE, "--json")
    rows = {row["question"]: row for row in done.envelope["results"][0]["questions"]}
    assert rows["difference"]["answerable"] == "cannot" and "1 independent replicates" in rows["difference"]["why"]
    assert "three independent donors" in rows["difference"]["design"] and "command" not in rows["difference"]
    assert rows["describe"]["answerable"] == "can"


def test_the_commands_it_names_run(framed, tmp_path, assayline):
    done = framed(PAIRED, "--json")
    rows = {row["question"]: row for row in done.envelope["results"][0]["questions"]}
    words = shlex.split(rows["difference"]["command"])[1:]
    again = assayline(*words, "--json", cwd=tmp_path)
    assert again.status == 0
    choice = again.envelope["results"][0]["choice"]
    assert choice == {"design": "paired", "unit": "donor", "adjust": ["donor"], "reference": "vehicle"}
    assert (tmp_path / "frame" / "tables" / "framing" / "difference.yaml").is_file()


def test_a_framing_may_not_claim_more_than_the_design_carries(tmp_path):
    prepared = prepare(facts(tmp_path, SINGLE), "problem_framing")
    choice = json.loads(json.dumps(prepared.ruled["choice"]))
    for item in choice["ranked"]:
        item["answerable"] = "can"
    wrong = "; ".join(refusals(prepared.question, prepared.bounds, choice, prepared.facts))
    assert "difference: found 'can', expected at most 'cannot'" in wrong
    choice["ranked"].pop()
    assert "each question once" in "; ".join(refusals(prepared.question, prepared.bounds, choice, prepared.facts))


def test_names_of_conditions_leave_only_as_pseudonyms(tmp_path):
    sent = prepare(
        facts(tmp_path, PAIRED.replace("vehicle", "PROJ-X secret"), "Does PROJ-X secret work?"), "problem_framing"
    ).request.content
    assert "PROJ-X" not in sent and "condition-A" in sent


def test_columns_whose_names_do_not_tell_are_named(framed):
    text = PAIRED.replace("sample,donor,condition,batch", "a,b,c,d")
    assert "Nothing in the table sets conditions apart" in framed(text).out
    done = framed(text, "--column", "condition=c", "--column", "donor=b", "--again")
    assert "There are 2 conditions" in done.out
    assert framed(text, "--column", "colour=c").status == 2


def test_confounding_is_told_from_imbalance():
    assert not separable([("p1", "a"), ("p1", "a"), ("p2", "b")]) and separable([("p1", "a"), ("p1", "b"), ("p2", "b")])
    assert association([("p1", "a"), ("p2", "b")] * 4) == 1 and association([(p, c) for p in "12" for c in "ab"]) == 0


def test_a_table_that_says_nothing_is_refused_or_answers_nothing(framed):
    done = framed("sample,condition\n")
    assert done.status == 10 and "a header without rows" in done.err
    blank = framed("sample,condition\na,\nb,\n", "--again")
    assert blank.status == 0 and "What differs between the conditions" in blank.out.split("These data cannot answer")[1]
