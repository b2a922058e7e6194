"""How should conditions be compared: what is a replicate, which pairs and batches go into the model, or can it not be told?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain, text, true, words

CANNOT = "cannot_tell"
FEWEST = 2  # replicates of each condition without which spread is unknown
ENOUGH = 3  # replicates from which the answer is more than a hint
TOGETHER = 0.3  # Cramér's V from which a batch goes into the model
DESIGNS = ("two_group", "several_groups", "paired", CANNOT)


@dataclass(frozen=True, slots=True)
class ComparisonDesign:
    """The design, what counts as a replicate, columns that the model adjusts for, and the condition of reference."""

    design: str
    unit: str
    adjust: tuple[str, ...]
    reference: str


def _levels(facts: Facts) -> tuple[str, ...]:
    return tuple(fact.about["condition"] for name, fact in facts.items() if name.startswith("design.level."))


def _fits(facts: Facts) -> bool:
    """Whether these data can carry a comparison at all."""
    several = number(facts, "design.conditions") > 1
    return several and number(facts, "design.replicates_least") >= FEWEST and not true(facts, "design.confounded")


def bounds(facts: Facts) -> dict[str, Bound]:
    """Comparisons only with replicates and without confounding; pairs only where there are some; cells are never replicates."""
    fits = _fits(facts)
    several = number(facts, "design.conditions") > 2
    possible = [
        name for name, fine in (("two_group", not several), ("several_groups", several), ("paired", _paired(facts))) if fine
    ]
    return {
        "design": Bound(one_of=(*possible, CANNOT) if fits else (CANNOT,)),
        "unit": Bound(one_of=(text(facts, "design.unit"), "none")),
        "adjust": Bound(one_of=tuple(words(facts, "design.columns"))),
        "reference": Bound(one_of=(*_levels(facts), "")),
    }


def _paired(facts: Facts) -> bool:
    return true(facts, "design.paired") and text(facts, "design.unit") == "donor"


def check(facts: Facts, choice: dict[str, Any]) -> list[str]:
    """A comparison has a replicate and does not adjust for its own condition; none is no comparison."""
    compares = choice["design"] != CANNOT
    wrong = []
    if compares != (choice["unit"] != "none"):
        wrong.append(f"unit: found {choice['unit']!r} with design {choice['design']!r}")
    if text(facts, "design.column.condition") in choice["adjust"]:
        wrong.append("adjust: found the condition itself")
    if choice["design"] == "paired" and text(facts, "design.column.donor") not in choice["adjust"]:
        wrong.append("adjust: expected the donor, whose pairs are compared")
    return wrong


def rule(facts: Facts) -> Answer:
    """Donors (else samples) as replicates, pairs where there are some, batch in the model where it is not balanced."""
    change = "More replicates of the smallest group, or a batch in which every condition stands."
    if not _fits(facts):
        reason = _why_not(facts)
        return Answer(plain(ComparisonDesign(CANNOT, "none", (), "")), (reason,), "high", change)
    adjust, reasons = [], []
    paired = _paired(facts)
    kind = "paired" if paired else "several_groups" if number(facts, "design.conditions") > 2 else "two_group"
    counted = "The condition with the fewest replicates has {design.replicates_least:d}, so its spread can be estimated."
    reasons.append(Reason(counted, ("design.replicates_least", "design.unit")))
    if paired:
        adjust.append(text(facts, "design.column.donor"))
        sentence = "Conditions were taken from {design.paired?the same donors, so each donor is its own control|other donors}."
        reasons.append(Reason(sentence, ("design.paired",)))
    elif number(facts, "design.batch_association") >= TOGETHER:
        adjust.append(text(facts, "design.column.batch"))
        sentence = (
            "Batch and condition go together in part (Cramér's V {design.batch_association:.2f}) but "
            "{design.confounded?cannot|can} be told apart, so the batch goes into the model."
        )
        reasons.append(Reason(sentence, ("design.batch_association", "design.confounded")))
    if number(facts, "design.rows_a_unit") > 1:
        sentence = "There are {design.rows_a_unit:.1f} rows a replicate: they are added up first, since they are no replicates."
        reasons.append(Reason(sentence, ("design.rows_a_unit",)))
    choice = ComparisonDesign(kind, text(facts, "design.unit"), tuple(adjust), text(facts, "design.reference"))
    confidence = "high" if number(facts, "design.replicates_least") >= ENOUGH else "low"
    return Answer(plain(choice), tuple(reasons), confidence, change)


def _why_not(facts: Facts) -> Reason:
    if number(facts, "design.conditions") < FEWEST:
        ids = ("design.conditions",) if "design.conditions" in facts else ("design.rows",)
        return Reason("Cannot tell from these data: nothing in the table sets conditions apart.", ids)
    if number(facts, "design.replicates_least") < FEWEST:
        sentence = (
            "Cannot tell from these data: a condition has {design.replicates_least:d} replicates, and without replicates of "
            "every condition nothing says how much they differ by themselves."
        )
        return Reason(sentence, ("design.replicates_least",))
    sentence = "Cannot tell from these data: batch and condition {design.confounded?cannot be told apart|can be told apart}."
    return Reason(sentence, ("design.confounded",))


def default(facts: Facts) -> dict[str, Any]:
    """Every cell or row a replicate, two groups, nothing adjusted for: what a test on cells does."""
    return plain(ComparisonDesign("two_group", "cell", (), next(iter(_levels(facts)), "")))


QUESTION = Question(
    "comparison_design",
    "How should the conditions be compared, with what as replicates and which columns in the model?",
    ComparisonDesign,
    ("design.*",),
    ("inspect.comparable*", "inspect.samples", "qc.cells.kept"),
    bounds,
    rule,
    (
        "donors and not cells as replicates: Squair et al. 2021 (doi:10.1038/s41467-021-25960-2), Zimmerman et al. 2021 "
        "(doi:10.1038/s41467-021-21038-1); blocking on pairs and batches: DESeq2 (doi:10.1186/s13059-014-0550-8)"
    ),
    check,
    default,
    lambda _: plain(ComparisonDesign(CANNOT, "none", (), "")),
)
