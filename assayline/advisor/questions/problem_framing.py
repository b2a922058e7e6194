"""Which questions can these samples answer, which not and why, and in which order are they worth asking?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assayline.advisor.framings import CAN, CANNOT, FRAMINGS, ORDER, asked_for, framing
from assayline.advisor.question import Answer, Bound, Facts, Question, plain

LEVELS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Framed:
    """A question, whether the data can, partly or cannot answer it, and its value and risk."""

    question: str
    answerable: str
    value: str
    risk: str


@dataclass(frozen=True, slots=True)
class ProblemFraming:
    """Questions in the order in which they are worth asking."""

    ranked: tuple[Framed, ...]


def bounds(_: Facts) -> dict[str, Bound]:
    """The known questions and the words for verdict, value and risk."""
    names = tuple(one.name for one in FRAMINGS)
    words = {"ranked.answerable": Bound(one_of=tuple(ORDER)), "ranked.value": Bound(one_of=LEVELS)}
    return {"ranked.question": Bound(one_of=names)} | words | {"ranked.risk": Bound(one_of=LEVELS)}


def check(facts: Facts, choice: dict[str, Any]) -> list[str]:
    """Each question once, none said to be answerable beyond what the design carries, and answerable ones first."""
    names = [item["question"] for item in choice["ranked"]]
    wrong = [] if sorted(names) == sorted(one.name for one in FRAMINGS) else ["ranked: expected each question once"]
    for item in choice["ranked"]:
        most = framing(item["question"]).judge(facts).answer
        if ORDER[item["answerable"]] > ORDER[most]:
            wrong.append(f"ranked: {item['question']}: found '{item['answerable']}', expected at most '{most}'")
    places = [ORDER[item["answerable"]] > 0 for item in choice["ranked"]]
    ordered = places == sorted(places, reverse=True)
    return wrong + ([] if ordered else ["ranked: found a question that cannot be answered before one that can"])


def rule(facts: Facts) -> Answer:
    """What the design carries by the needs of each question; those asked for first, then by value and risk."""
    judged = [(one, one.judge(facts)) for one in FRAMINGS]
    ranked = sorted(
        judged,
        key=lambda pair: (
            ORDER[pair[1].answer] == 0,
            not asked_for(facts, pair[0]),
            -ORDER[pair[1].answer],
            -LEVELS.index(pair[0].value),
            LEVELS.index(pair[0].risk),
        ),
    )
    framed = tuple(Framed(one.name, verdict.answer, one.value, one.risk) for one, verdict in ranked)
    reasons = tuple(dict.fromkeys(verdict.why for _, verdict in ranked))
    wanted = [verdict.answer for one, verdict in judged if asked_for(facts, one)]
    confidence = "low" if wanted and set(wanted) == {CANNOT} else "high" if CAN in wanted or not wanted else "medium"
    change = "More replicates, a control, or conditions spread over the batches; or a table that names them."
    return Answer(plain(ProblemFraming(framed)), reasons, confidence, change)


def default(_: Facts) -> dict[str, Any]:
    """Everything can be answered: what a plan without a look at the design says."""
    return plain(ProblemFraming(tuple(Framed(one.name, CAN, one.value, one.risk) for one in FRAMINGS)))


QUESTION = Question(
    "problem_framing",
    "Which questions can these samples answer, which not, and in which order are they worth asking?",
    ProblemFraming,
    ("design.*",),
    ("problem.*", "inspect.*", "qc.*"),
    bounds,
    rule,
    (
        "replicates, blocking and randomisation: Fisher 1935; Lazic et al. 2018 (doi:10.1371/journal.pbio.2005282) on what is a "
        "replicate; Auer and Doerge 2010 (doi:10.1534/genetics.110.114983) on sequencing designs"
    ),
    check,
    default,
    lambda _: plain(ProblemFraming(tuple(Framed(one.name, CANNOT, one.value, one.risk) for one in FRAMINGS))),
    (
        "\nRank every question once, those that can be answered first; say of none that it can be answered beyond what "
        "replicates, controls and batches carry.\n"
    ),
)
