"""Sentences are held to the evidence: what it carries comes through with its value, what it does not is refused."""

from __future__ import annotations

import random

import pytest

from assayline.advisor.statements import check
from assayline.advisor.unsupported import Unsupported
from assayline.evidence import Evidence


def fact(name, value, unit=None, what="a value", about=None, *, difference=False):
    return Evidence(name, what, value, unit, "f.json", "/x", about=about or {}, difference=difference)


FACTS = {
    item.id: item
    for item in (
        fact("qc.cells.kept", 512, "cells"),
        fact("qc.cells.read", 559, "cells"),
        fact("qc.removed", 1, "cells"),
        fact("qc.share", 0.91592, "fraction"),
        fact("qc.small", 0.0004, "fraction"),
        fact("qc.change", -3.5, "counts", "median counts after minus before", difference=True),
        fact("model.gain", 2.5, "nats", "gain", difference=True),
        fact("model.converged", False, None, "whether the training converged"),
        fact("clusters.largest.cells", 201, "cells", "cells of the largest cluster"),
        fact("clusters.top", ["APOE", "CD3E"], None, "strongest marker genes"),
        fact("measured.viability", 71.5, "%", "viability of the sample", {"sample": "S 1\x1b[31m"}),
        fact("measured.density", 1.25, "10^6 cells/mL"),
    )
}

GOOD = [
    ("{qc.cells.kept:d} of {qc.cells.read:d} cells were kept ({qc.share:.1%}).", "512 of 559 cells were kept (91.6%)."),
    ("Quality control removed {qc.removed:d} cells.", "Quality control removed 1 cell."),
    ("The model {model.converged?has converged|has not converged}.", "The model has not converged."),
    ("The largest cluster has {clusters.largest.cells:d} cells.", "The largest cluster has 201 cells."),
    ("Marked by {clusters.top:s}.", "Marked by APOE, CD3E."),
    ("Marked by APOE ({clusters.top:s}).", "Marked by APOE (APOE, CD3E)."),
    ("Counts are lower after it by {qc.change:+.1f} counts.", "Counts are lower after it by -3.5 counts."),
    ("The loss gained, higher by {model.gain:.1f} nats.", "The loss gained, higher by 2.5 nats."),
    ("Viability of {measured.viability@sample} is {measured.viability:.1f} %.", "Viability of S 1�[31m is 71.5 %."),
    ("Density {measured.density:.2f} {measured.density@unit}.", "Density 1.25 10⁶ cells/mL."),
]

BAD = [
    ("512 of {qc.cells.read:d} cells were kept.", "digit '5'"),
    ("{qc.cells.kept:d} of ５５９ cells were kept.", "digit '5'"),
    ("{qc.cells.kept:d} cells, a share of ½.", "digit"),
    ("Twelve cells of {qc.cells.read:d} went.", "number word 'Twelve'"),
    ("It doubled to {qc.cells.kept:d} cells.", "number word 'doubled'"),
    ("A twofold change of {qc.change:.1f} counts.", "number word 'twofold'"),
    ("Most cells were kept: {qc.cells.kept:d}.", "quantity 'Most'"),
    ("Almost all went, {qc.cells.kept:d}.", "quantity 'Almost all'"),
    ("{qc.cells.invented:d} cells were kept.", "no evidence 'qc.cells.invented'"),
    ("{qc.cells.kept:d} genes were kept; {qc.cells.read:d} counts.", "the unit 'counts'"),
    ("A viability of {qc.cells.kept:d} %.", "the unit '%'"),
    ("More cells: {qc.cells.kept:d}.", "needs exactly one cited difference"),
    ("Counts are higher by {qc.change:.1f} counts.", "against 'qc.change'"),
    ("The loss fell by {model.gain:.1f} nats.", "against 'model.gain'"),
    ("Higher and lower by {qc.change:.1f} counts.", "against 'qc.change'"),
    ("The training converged, {qc.cells.kept:d} cells.", "without the slot of 'model.converged'"),
    ("The largest share is {qc.share:.1%}.", "'largest' is not said"),
    ("TP53 is absent, see {clusters.top:s}.", "digit"),
    ("GAPDH stands out among {clusters.top:s}.", "the name 'GAPDH'"),
    ("A share of {qc.small:.2f}.", "too far from its value"),
    ("A share of {qc.cells.kept:.1%}.", "cannot be shown as a percentage"),
    ("{qc.share:d} of the cells.", "not a whole number"),
    ("{qc.cells.kept:s} cells.", "cannot be shown as 's'"),
    ("{qc.cells.kept:>99d} cells.", "the format '>99d'"),
    ("{qc.cells.kept.__class__:s}", "no evidence"),
    ("{0} cells", "is not a slot"),
    ("Braces {{qc.cells.kept}}.", "braces"),
    ("Kept {qc.cells.kept:d}\x1b[31m cells.", "control characters"),
    ("Kept {qc.cells.kept:d}\u202e cells.", "control characters"),
    ("", "a sentence has"),
    ("The cells are fine.", "cites no evidence"),
    ("Viability of {qc.cells.kept@sample}.", "not about a sample"),
]


@pytest.mark.parametrize(("template", "text"), GOOD)
def test_supported_sentences_come_through(template, text):
    sentence = check(template, (), FACTS)
    assert sentence.text == text and sentence.template == template and set(sentence.evidence) <= set(FACTS)


@pytest.mark.parametrize(("template", "why"), BAD)
def test_unsupported_sentences_are_refused(template, why):
    with pytest.raises(Unsupported) as caught:
        check(template, (), FACTS)
    assert why in str(caught.value)


def test_invented_citations_are_refused_even_beside_good_slots():
    with pytest.raises(Unsupported, match=r"no evidence 'qc\.other'"):
        check("{qc.cells.kept:d} cells were kept.", ("qc.other",), FACTS)


def test_choices_are_slots_only_where_they_are_given():
    assert check("{choice.mads:g} MADs keep {qc.cells.kept:d} cells.", (), FACTS, {"mads": 3.0}).text == "3 MADs keep 512 cells."
    with pytest.raises(Unsupported):
        check("{choice.mads:g} MADs keep {qc.cells.kept:d} cells.", (), FACTS)


def test_of_500_seeded_interpretations_no_false_sentence_gets_through_and_no_true_one_is_lost():
    """Corrupt good templates in the ways a model errs; print both rates."""
    draw = random.Random(0)
    good = [template for template, _ in GOOD]

    def number(text):
        return text.replace("{", f"{draw.randint(2, 999)} and {{", 1)

    def identifier(text):
        return text.replace("}", f"}} ({{{draw.choice(['qc.x', 'model.auc', 'clusters.c9.cells'])}:d}})", 1)

    def unit(text):
        return text.rstrip(".") + ": {qc.cells.kept:d} " + draw.choice(["%", "nats", "counts", "fraction"]) + "."

    def direction(text):
        return (
            draw.choice(
                [
                    "More counts than before, by {qc.change:.1f} counts. ",
                    "A drop of {model.gain:.1f} nats. ",
                    "An increase by {qc.change:.1f} counts. ",
                ]
            )
            + text
        )

    def gene(text):
        return draw.choice(["GAPDH", "MALAT", "FOXP"]) + " is found. " + text

    def quantity(text):
        return draw.choice(["Most of it holds. ", "None of it fails. ", "Nearly all agree. ", "A dozen failed. "]) + text

    corruptions = (number, identifier, unit, direction, gene, quantity)
    emitted = lost = offered = 0
    through: list[str] = []
    for _ in range(500):
        for template in draw.sample(good, 4):
            wrong = draw.random() < 0.5
            text = draw.choice(corruptions)(template) if wrong else template
            offered += 1
            try:
                check(text, (), FACTS)
                emitted += wrong
                through += [text] if wrong else []
            except Unsupported:
                lost += not wrong
    print(f"{offered} sentences offered: {emitted} unsupported emitted, {lost} supported lost")
    assert through == [] and emitted == 0 and lost == 0 and offered == 2000
