"""Can these measurements be used as they are, only with a correction, or should they be taken again?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain, true

USE, PART, REPEAT, CANNOT = "use", "use_in_part", "repeat", "cannot_tell"
EDGE, SATURATED, LOST, IMPURE = 0.15, 0.05, 0.2, 0.25
"""Edge wells that differ by more, share of saturated wells, of wells that did not amplify, and of impure samples."""


@dataclass(frozen=True, slots=True)
class MeasurementUse:
    """What to do with the measurements, and what is wrong with them."""

    use: str
    problems: tuple[str, ...]


Found = tuple[str, str, str, tuple[str, ...]]
"""Problem, what it asks for, sentence, ids."""


def _files(facts: Facts) -> list[str]:
    return sorted({match[0] for name in facts if (match := re.match(r"checks\.f\d+", name))})


def problems(facts: Facts) -> list[Found]:
    """Everything that the checks speak against, file by file."""
    return [found for name in _files(facts) for found in (*_plate(facts, name), *_cells(facts, name), *_acids(facts, name))]


def _plate(facts: Facts, name: str) -> list[Found]:
    found: list[Found] = []
    edge = f"{name}.edge_difference"
    if abs(number(facts, edge)) > EDGE:
        words = f"Edge wells differ from inner wells of the same samples by {{{edge}:+.0%}}: the outermost wells are left out."
        found.append(("edge_effect", PART, words, (edge,)))
    share = f"{name}.saturated_share"
    if number(facts, share) > 0:
        much = number(facts, share) > SATURATED
        words = f"{{{share}:.1%}} of the absorbances are at or beyond what a reader can follow; those samples need a dilution."
        found.append(("saturated", REPEAT if much else PART, words, (share,)))
    return found


def _cells(facts: Facts, name: str) -> list[Found]:
    share, least = f"{name}.low_viability_share", f"{name}.viability_least"
    if number(facts, share) <= 0:
        return []
    words = f"{{{share}:.0%}} of the samples have a low viability (lowest {{{least}:.1f}} %): their dying cells spoil a library."
    return [("low_viability", REPEAT if number(facts, share) > 1 / 2 else PART, words, (share, least))]


def _acids(facts: Facts, name: str) -> list[Found]:
    found: list[Found] = []
    if f"{name}.targets" in facts and number(facts, f"{name}.reference_genes") == 0:
        words = (
            f"{{{name}.reference_genes:d}} of {{{name}.targets:d}} targets are reference genes, so nothing corrects for input."
        )
        found.append(("no_reference_gene", CANNOT, words, (f"{name}.reference_genes", f"{name}.targets")))
    if number(facts, f"{name}.amplified_without_template") > 0:
        words = f"{{{name}.amplified_without_template:d}} wells without template amplified: reagents or plate are contaminated."
        found.append(("contaminated", REPEAT, words, (f"{name}.amplified_without_template",)))
    if number(facts, f"{name}.not_amplified_share") > LOST:
        words = f"{{{name}.not_amplified_share:.0%}} of the wells with template did not amplify."
        found.append(("not_amplified", REPEAT, words, (f"{name}.not_amplified_share",)))
    if f"{name}.targets" in facts and f"{name}.blanks" in facts and not true(facts, f"{name}.blanks"):
        words = f"The document {{{name}.blanks?shows a control without template|shows no control without template}}."
        found.append(("no_blank", PART, words, (f"{name}.blanks",)))
    if number(facts, f"{name}.impure_share") > IMPURE:
        words = f"{{{name}.impure_share:.0%}} of the samples have an absorbance ratio that is not that of pure nucleic acid."
        found.append(("impure", PART, words, (f"{name}.impure_share",)))
    return found


def bounds(_: Facts) -> dict[str, Bound]:
    """The words for use and problems."""
    names = (
        "edge_effect",
        "saturated",
        "low_viability",
        "no_reference_gene",
        "contaminated",
        "not_amplified",
        "no_blank",
        "impure",
    )
    return {"use": Bound(one_of=(USE, PART, REPEAT, CANNOT)), "problems": Bound(one_of=names)}


def check(facts: Facts, choice: dict[str, Any]) -> list[str]:
    """What a check found may not be passed over: measurements with a problem are not used as they are."""
    found = [name for name, _, _, _ in problems(facts)]
    missing = [name for name in found if name not in choice["problems"]]
    wrong = [f"problems: '{missing[0]}' was found and is missing"] if missing else []
    return wrong + ([f"use: found '{USE}' with {', '.join(found)}"] if found and choice["use"] == USE else [])


def rule(facts: Facts) -> Answer:
    """The gravest of what was found decides; without a finding the measurements are used."""
    found = problems(facts)
    if not _files(facts):
        reason = Reason("Cannot tell from these data: {checks.files:d} documents were checked.", ("checks.files",))
        return Answer(
            plain(MeasurementUse(CANNOT, ())), (reason,), "low", "Exports of the instruments that measured the samples."
        )
    if not found:
        reasons = tuple(
            Reason(f"Nothing speaks against the {{{name}.measurements:d}} measurements of {{{name}.technique:s}}.",
                   (f"{name}.measurements", f"{name}.technique"))
            for name in _files(facts)
        )  # fmt: skip
        change = "A control or a blank that was not among the measurements."
        return Answer(plain(MeasurementUse(USE, ())), reasons, "medium", change)
    asked = [what for _, what, _, _ in found]
    use = next(what for what in (REPEAT, CANNOT, PART) if what in asked)
    names = tuple(dict.fromkeys(name for name, _, _, _ in found))
    because = tuple(Reason(words, ids) for _, _, words, ids in found)
    return Answer(
        plain(MeasurementUse(use, names)), because, "high", "A repeat, with a dilution, a blank and a control where missing."
    )


QUESTION = Question(
    "measurement_use",
    "Can these measurements be used as they are, only in part, or should they be taken again?",
    MeasurementUse,
    ("checks.*",),
    ("measured.*",),
    bounds,
    rule,
    (
        "MIQE for qPCR: Bustin et al. 2009 (doi:10.1373/clinchem.2008.112797); edges of plates: Lundholt et al. 2003 "
        "(doi:10.1177/1087057103256465); viability: 10x Genomics CG00053; linear range: handbooks of readers"
    ),
    check,
    lambda _: plain(MeasurementUse(USE, ())),
    lambda _: plain(MeasurementUse(CANNOT, ())),
)
