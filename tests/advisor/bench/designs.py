"""Tables of samples: how conditions are compared, and which questions the samples can answer at all."""

# ruff: noqa: E501 - tables of situations, a situation a row
from __future__ import annotations

from typing import TYPE_CHECKING

from assayline.facts import design
from assayline.facts.table import read_table
from tests.advisor.bench.made import Made, is_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from assayline.evidence import Evidence

SQUAIR = "Squair et al. 2021, doi:10.1038/s41467-021-25960-2"
LAZIC = "Lazic et al. 2018, doi:10.1371/journal.pbio.2005282"
CONFOUNDED = "Hicks et al. 2018, doi:10.1093/biostatistics/kxx053"
CANNOT = [{"design": is_("cannot_tell"), "unit": is_("none")}]


def shown(header: str, rows: Iterable[str], question: str = "") -> Callable[[Path], list[Evidence]]:
    """A table shown to the station of designs."""
    text = "\n".join([header, *rows]) + "\n"

    def show(folder: Path) -> list[Evidence]:
        (folder / "samples.csv").write_text(text, encoding="utf-8")
        found = design.report(read_table(folder / "samples.csv"))
        return design.facts(found | ({"question": question} if question else {}), "tables/design.json")

    return show


def cross(donors: int, conditions: tuple[str, ...], batch: Callable[[int, str], str] | None = None) -> list[str]:
    """Every donor in every condition."""
    rows = [(f"{donor}{name}", f"D{donor}", name, donor) for donor in range(donors) for name in conditions]
    return [f"S{sample},{who},{name}" + (f",{batch(donor, name)}" if batch else "") for sample, who, name, donor in rows]


def apart(sizes: dict[str, int], batch: Callable[[int, str], str] | None = None, repeats: int = 1) -> list[str]:
    """Donors of their own in each condition, each with so many rows."""
    rows, number = [], 0
    for name, size in sizes.items():
        for place in range(size):
            number += 1
            tail = f",{batch(place, name)}" if batch else ""
            rows += [f"S{number}.{repeat},D{number},{name}{tail}" for repeat in range(repeats)]
    return rows


PLAIN, BATCHED = "sample,donor,condition", "sample,donor,condition,batch"


def comparison(
    name: str, story: str, why: str, source: str, show: Callable[[Path], list[Evidence]], good: list, bad: list
) -> Made:
    return Made(name, "comparison", "comparison_design", story, why, source, show, good, bad)


def two(unit: str = "donor", adjust: tuple[str, ...] = (), **more: dict) -> list[dict]:
    """An unpaired comparison of two groups, adjusted for exactly these columns."""
    return [{"design": is_("two_group"), "unit": is_(unit), "adjust": is_(list(adjust))} | more]


CELLS = [{"unit": is_("cell"), "why": "cells or wells of one donor are no replicates"}]
COMPARISONS = [
    comparison("one_donor_a_condition", "One treated and one untreated donor, thousands of cells each.",
               "Without replicates the donor and the condition are the same thing.", SQUAIR,
               shown(PLAIN, apart({"control": 1, "treated": 1})), CANNOT, CELLS),
    comparison("one_control_three_treated", "Three treated mice and a single control.",
               "A single control says nothing about how controls vary.", LAZIC,
               shown("sample,animal,treatment", apart({"vehicle": 1, "drug": 3})), CANNOT, CELLS),
    comparison("confounded_batch", "Controls on plate one, treated on plate two.",
               "What differs may be the plate.", CONFOUNDED,
               shown(BATCHED, apart({"control": 4, "treated": 4}, lambda _, name: f"plate_{name}")), CANNOT, CELLS),
    comparison("confounded_days", "All patients were run in March and all healthy donors in May, each over two days.",
               "No day holds both groups.", CONFOUNDED,
               shown("sample,patient,disease,run", apart({"healthy": 4, "case": 4}, lambda place, name: f"{name[:1]}{place % 2}")),
               CANNOT, CELLS),
    comparison("balanced_batches", "Two plates with both conditions on each.",
               "A balanced batch need not, but may, be in the model.", "Nygaard et al. 2016, doi:10.1093/biostatistics/kxv027",
               shown(BATCHED, apart({"control": 4, "treated": 4}, lambda place, _: f"p{place % 2}")),
               two() + two(adjust=("batch",)), CELLS),
    comparison("unbalanced_batches", "Most controls on one plate, most treated on the other, some of each on both.",
               "Batch and condition overlap enough to be told apart, but only with the batch in the model.",
               "Nygaard et al. 2016, doi:10.1093/biostatistics/kxv027",
               shown(BATCHED, apart({"control": 4, "treated": 4}, lambda place, name: "p1" if (place < 3) == (name == "control") else "p2")),
               two(adjust=("batch",)), [*CELLS, {"adjust": is_([])}]),
    comparison("paired_tumour_normal", "Tumour and adjacent normal tissue of six patients.",
               "Each patient is its own control; ignoring the pairs throws that away.", "DESeq2, doi:10.1186/s13059-014-0550-8",
               shown("sample,patient,tissue", cross(6, ("tumor", "normal"))),
               [{"design": is_("paired"), "unit": is_("donor"), "adjust": is_(["patient"]), "reference": is_("normal")}], CELLS),
    comparison("before_and_after", "Five donors before and after a vaccine.",
               "The same donors stand in both conditions.", "DESeq2, doi:10.1186/s13059-014-0550-8",
               shown("sample,subject,condition", cross(5, ("untreated", "vaccine"))),
               [{"design": is_("paired"), "adjust": {"holds": ["subject"]}, "reference": is_("untreated")}], CELLS),
    comparison("wells_as_replicates", "Three donors a condition, each in four wells.",
               "Wells of a donor are repeats of one thing: three replicates, not twelve.", LAZIC,
               shown(PLAIN, apart({"control": 3, "treated": 3}, repeats=4)), two(), CELLS),
    comparison("cells_as_rows", "A table of one row a cell: four donors a condition.",
               "Cells of a donor are not independent; they are added up by donor.", SQUAIR,
               shown(PLAIN, apart({"control": 4, "disease": 4}, repeats=60)), two(), CELLS),
    comparison("three_doses", "Vehicle and two doses, four animals each.",
               "More than two groups: one model for all, with the vehicle as reference.", "DESeq2, doi:10.1186/s13059-014-0550-8",
               shown("sample,animal,treatment", apart({"vehicle": 4, "low": 4, "high": 4})),
               [{"design": is_("several_groups"), "unit": is_("donor"), "reference": is_("vehicle")}], CELLS),
    comparison("no_condition", "A list of samples without a word on what was done to them.",
               "There is nothing to compare.", LAZIC, shown("sample,donor,age", ["a,D1,30", "b,D2,41", "c,D3,52"]), CANNOT, CELLS),
    comparison("one_condition", "Six samples, all treated.",
               "Without the untreated there is no difference to see.", LAZIC, shown(PLAIN, apart({"treated": 6})), CANNOT, CELLS),
    comparison("knockout_lines", "Three wild-type and three knockout clones.",
               "Clones are the replicates; the wild type is the reference.", LAZIC,
               shown("sample,genotype", ["a,wt", "b,wt", "c,wt", "d,ko", "e,ko", "f,ko"]),
               two(unit="sample", reference=is_("wt")), CELLS),
]  # fmt: skip


def problem(
    name: str, story: str, why: str, source: str, show: Callable[[Path], list[Evidence]], good: dict, bad: list[dict]
) -> Made:
    return Made(name, "problem framing", "problem_framing", story, why, source, show, [good], bad)


def ranked(**verdicts: str) -> dict[str, dict]:
    """Question → verdicts that are right, with a bar between several."""
    return {f"ranked.{name}": is_(*said.split("|")) for name, said in verdicts.items()}


TIMES = [f"S{time}{animal},M{time}{animal},drug,{time}" for time in ("0", "6", "24", "72") for animal in range(4)]
DOSES = [
    f"S{dose}{well},C{dose}{well},{'vehicle' if dose == '0' else 'drug'},{dose}"
    for dose in ["0", "1", "3", "10", "30", "100"]
    for well in range(3)
]
PROBLEMS = [
    problem("frame_one_donor", "Does the drug work? One donor with, one without.", "Donor and drug cannot be told apart.", SQUAIR,
            shown(PLAIN, apart({"control": 1, "drug": 1}), "Does the drug have an effect?"),
            ranked(difference="cannot", cause="cannot", describe="can"), [ranked(difference="can|partly")]),
    problem("frame_confounded", "Cases and controls were run on different days.", "The day explains as much as the disease.",
            CONFOUNDED, shown(BATCHED, apart({"control": 5, "case": 5}, lambda _, name: name), "What differs between cases and controls?"),
            ranked(difference="cannot", batch_effect="cannot", describe="can"), [ranked(difference="can|partly")]),
    problem("frame_good_trial", "Five animals with drug, five with vehicle.", "Enough replicates and a control.", LAZIC,
            shown("sample,animal,treatment", apart({"vehicle": 5, "drug": 5}), "Which genes change?"),
            ranked(difference="can", cause="partly", prediction="cannot", within_donor="cannot"), [ranked(prediction="can")]),
    problem("frame_two_replicates", "Two cultures of each condition.", "Two replicates give hints, no more.",
            "Schurch et al. 2016, doi:10.1261/rna.053959.115",
            shown(PLAIN, apart({"control": 2, "treated": 2}), "What is the effect?"), ranked(difference="partly"), [ranked(difference="can")]),
    problem("frame_paired", "Seven donors before and after.", "Each donor is its own control.", LAZIC,
            shown(PLAIN, cross(7, ("untreated", "treated")), "What changes within a donor?"),
            ranked(within_donor="can", difference="can", prediction="cannot"), [ranked(within_donor="cannot")]),
    problem("frame_no_control", "Two drugs, no vehicle.", "Both may do the same as no drug at all.", LAZIC,
            shown("sample,animal,treatment", apart({"drugA": 4, "drugB": 4}), "Does drug A cause the effect?"),
            ranked(difference="can", cause="cannot"), [ranked(cause="can|partly")]),
    problem("frame_time_course", "Four animals at each of four times.", "A series of times with replicates.", LAZIC,
            shown("sample,animal,treatment,time", TIMES, "How does it go on over time?"),
            ranked(time_course="can", difference="cannot"), [ranked(difference="can")]),
    problem("frame_dose_response", "Six doses in triplicate with vehicle.", "A curve needs five or more doses and a zero.",
            "Sebaugh 2011, doi:10.1002/pst.426", shown("sample,culture,treatment,dose", DOSES, "What is the EC50?"),
            ranked(dose_response="can"), [ranked(dose_response="cannot")]),
    problem("frame_shallow", "Four against four, one sample with 200,000 reads.", "Genes of low expression are missed there.",
            "Liu et al. 2014, doi:10.1093/bioinformatics/btt688",
            shown("sample,donor,condition,reads", [f"{row},{200000 if number == 0 else 30000000}" for number, row in
                                                  enumerate(apart({'control': 4, 'treated': 4}))], "Which genes differ?"),
            ranked(difference="partly"), [ranked(difference="can")]),
    problem("frame_biomarker", "Eight responders and eight non-responders.", "Too few to predict for a new patient.",
            "Dobbin and Simon 2007, doi:10.1093/biostatistics/kxj036",
            shown("sample,patient,group", apart({"responder": 8, "other": 8}), "Can we predict who responds?"),
            ranked(prediction="cannot", difference="can"), [ranked(prediction="can|partly")]),
    problem("frame_no_groups", "Samples with ages only.", "Nothing sets conditions apart.", LAZIC,
            shown("sample,donor,age", [f"s{number},D{number},{20 + number}" for number in range(8)], "What is different?"),
            ranked(difference="cannot", cause="cannot", describe="can", batch_effect="cannot"), [ranked(difference="can|partly")]),
]  # fmt: skip
MADE = [*COMPARISONS, *PROBLEMS]
