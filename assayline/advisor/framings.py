"""The questions that samples can be asked, what each needs of a design, and the analysis it implies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.advisor.question import Facts, Reason, number, text, true

if TYPE_CHECKING:
    from collections.abc import Callable

CAN, PARTLY, CANNOT = "can", "partly", "cannot"
ORDER = {CANNOT: 0, PARTLY: 1, CAN: 2}
FEWEST, ENOUGH, MANY = 2, 3, 20
SHALLOW = 1_000_000  # reads of a sample below which rare genes are missed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether these data can answer, why as a checked sentence, and what design would."""

    answer: str
    why: Reason
    design: str


@dataclass(frozen=True, slots=True)
class Framing:
    """One question in words of the bench: what it asks, words that ask for it, its worth and risk, and its judgement.

    `analysis` is the question of the advisor or the station that carries it out, `settings` what it is given by role.
    """

    name: str
    asks: str
    words: tuple[str, ...]
    value: str
    risk: str
    analysis: str
    settings: tuple[str, ...]
    judge: Callable[[Facts], Verdict]


def _compares(facts: Facts) -> Verdict | None:
    """What stands in the way of any comparison between conditions; None for nothing."""
    if number(facts, "design.conditions") < FEWEST:
        name = "design.conditions" if "design.conditions" in facts else "design.rows"
        why = Reason("Nothing in the table sets conditions apart.", (name,))
        return Verdict(CANNOT, why, "A column that says what was done to each sample, and samples of at least two conditions.")
    if number(facts, "design.replicates_least") < FEWEST:
        sentence = (
            "A condition has {design.replicates_least:d} independent replicates, so a difference between conditions cannot be "
            "told from a difference between donors."
        )
        why = Reason(sentence, ("design.replicates_least", "design.unit"))
        return Verdict(
            CANNOT, why, "At least three independent donors or cultures in each condition; wells or cells do not count."
        )
    if true(facts, "design.confounded"):
        sentence = "Batch and condition {design.confounded?were changed together and cannot be told apart|can be told apart}."
        why = Reason(sentence, ("design.confounded",))
        return Verdict(CANNOT, why, "Every condition in every batch: split each batch over the conditions when preparing.")
    return None


def _difference(facts: Facts) -> Verdict:
    if against := _compares(facts):
        return against
    if number(facts, "design.replicates_least") < ENOUGH:
        sentence = (
            "Each condition has at least {design.replicates_least:d} replicates: only strong effects can be seen, as hints."
        )
        return Verdict(PARTLY, Reason(sentence, ("design.replicates_least",)), "Three to six replicates of every condition.")
    if 0 < number(facts, "design.reads_least") < SHALLOW:
        sentence = "The sample with the fewest reads has {design.reads_least:,.0f}: genes of low expression will be missed."
        return Verdict(PARTLY, Reason(sentence, ("design.reads_least",)), "Deeper sequencing of the shallow samples.")
    sentence = "There are {design.conditions:d} conditions with at least {design.replicates_least:d} replicates each."
    return Verdict(CAN, Reason(sentence, ("design.conditions", "design.replicates_least")), "The present design does.")


def _paired(facts: Facts) -> Verdict:
    if against := _compares(facts):
        return against
    if not true(facts, "design.paired"):
        sentence = "Conditions were {design.paired?taken from the same donors|not taken from the same donors}."
        return Verdict(
            CANNOT, Reason(sentence, ("design.paired",)), "Each donor sampled in every condition, as before and after."
        )
    sentence = "The same donors {design.paired?were taken in the conditions compared, so each is its own control|are not}."
    answer = CAN if number(facts, "design.replicates_least") >= ENOUGH else PARTLY
    return Verdict(answer, Reason(sentence, ("design.paired",)), "The present design, with more donors for small effects.")


def _cause(facts: Facts) -> Verdict:
    if against := _compares(facts):
        return against
    if not true(facts, "design.controlled"):
        sentence = "The table {design.controlled?has|names no} control condition."
        wanted = "An untreated or vehicle control that went through the same handling, at random positions."
        return Verdict(CANNOT, Reason(sentence, ("design.controlled",)), wanted)
    sentence = "There is {design.controlled?a control|no control}, but the table does not say how samples were assigned."
    return Verdict(PARTLY, Reason(sentence, ("design.controlled",)), "Conditions assigned at random, and recorded as such.")


def _course(facts: Facts) -> Verdict:
    wanted = "At least three points in time with replicates at each, and the start among them."
    if number(facts, "design.times") < ENOUGH:
        name = "design.times" if "design.times" in facts else "design.rows"
        return Verdict(CANNOT, Reason("The table does not hold a series of times that would show a course.", (name,)), wanted)
    answer = CAN if number(facts, "design.units") >= ENOUGH * number(facts, "design.times") else PARTLY
    sentence = "There are {design.times:d} points in time over {design.units:d} replicates."
    return Verdict(answer, Reason(sentence, ("design.times", "design.units")), wanted)


def _doses(facts: Facts) -> Verdict:
    wanted = "Five or more doses over the range of the effect, with a control, each replicated."
    if number(facts, "design.doses") < ENOUGH:
        name = "design.doses" if "design.doses" in facts else "design.rows"
        return Verdict(CANNOT, Reason("The table does not hold a series of doses that would give a curve.", (name,)), wanted)
    answer = CAN if number(facts, "design.doses") > ENOUGH + 1 and true(facts, "design.controlled") else PARTLY
    return Verdict(answer, Reason("There are {design.doses:d} doses.", ("design.doses",)), wanted)


def _predict(facts: Facts) -> Verdict:
    wanted = "Tens of donors in every group, and a second set of donors to test the prediction on."
    if against := _compares(facts):
        return Verdict(CANNOT, against.why, wanted)
    sentence = "The condition with the fewest replicates has {design.replicates_least:d}."
    answer = PARTLY if number(facts, "design.replicates_least") >= MANY else CANNOT
    return Verdict(answer, Reason(sentence, ("design.replicates_least",)), wanted)


def _batch(facts: Facts) -> Verdict:
    wanted = "A column that names plate, run or day, and a sample that is measured in each of them."
    if number(facts, "design.batches") < FEWEST:
        name = "design.batches" if "design.batches" in facts else "design.rows"
        return Verdict(CANNOT, Reason("The table does not set batches apart.", (name,)), wanted)
    if true(facts, "design.confounded"):
        sentence = "Batch and condition {design.confounded?were changed together|can be told apart}."
        return Verdict(CANNOT, Reason(sentence, ("design.confounded",)), "Every condition in every batch.")
    return Verdict(CAN, Reason("There are {design.batches:d} batches.", ("design.batches",)), wanted)


def _repeat(facts: Facts) -> Verdict:
    wanted = "The same sample measured or prepared more than once."
    if number(facts, "design.rows_a_unit", 1.0) <= 1:
        name = "design.rows_a_unit" if "design.rows_a_unit" in facts else "design.rows"
        return Verdict(CANNOT, Reason("The table does not hold repeats of a sample.", (name,)), wanted)
    sentence = "There are {design.rows_a_unit:.1f} rows a replicate and condition."
    return Verdict(CAN, Reason(sentence, ("design.rows_a_unit",)), wanted)


def _describe(_: Facts) -> Verdict:
    sentence = "There are {design.rows:d} rows of {design.units:d} replicates to describe."
    return Verdict(CAN, Reason(sentence, ("design.rows", "design.units")), "The present design does.")


_PLAN = ("condition", "donor", "batch")
_COMPARE = "comparison_design"
FRAMINGS = (
    Framing("describe", "What is in each sample, and is it of good quality?", ("what", "describe", "quality", "which cells"),
            "medium", "low", "cells", ("sample",), _describe),
    Framing("difference", "What differs between the conditions?", ("differ", "compare", "effect", "versus", " vs", "change"),
            "high", "low", _COMPARE, _PLAN, _difference),
    Framing("within_donor", "What changes within the same donor between conditions?", ("within", "before", "after", "paired"),
            "high", "low", _COMPARE, _PLAN, _paired),
    Framing("cause", "Does the treatment cause the difference?", ("cause", "because", "due to", "mechanism", "responsible"),
            "high", "high", _COMPARE, _PLAN, _cause),
    Framing("time_course", "How does it go on over time?", ("time", "course", "kinetic", "when", "day", "hour"),
            "high", "medium", _COMPARE, ("time", "donor"), _course),
    Framing("dose_response", "How does the effect depend on the dose?", ("dose", "concentration", "ic50", "ec50", "titrat"),
            "high", "medium", _COMPARE, ("dose", "donor"), _doses),
    Framing("prediction", "Can the group of a new sample be predicted?", ("predict", "biomarker", "classif", "signature"),
            "high", "high", _COMPARE, _PLAN, _predict),
    Framing("batch_effect", "How much do plates, runs or days differ?", ("batch", "plate", "run", "technical", "site"),
            "low", "low", _COMPARE, ("batch", "donor"), _batch),
    Framing("repeatability", "How well do repeats of one sample agree?", ("repeat", "reproduc", "precision", "variab"),
            "medium", "low", _COMPARE, ("sample",), _repeat),
)  # fmt: skip


def framing(name: str) -> Framing:
    """One of the framings by its name."""
    return next(one for one in FRAMINGS if one.name == name)


def asked_for(facts: Facts, one: Framing) -> bool:
    """Whether the question in plain words, where there is one, asks for this."""
    said = text(facts, "problem.question").casefold()
    return any(word in said for word in one.words)
