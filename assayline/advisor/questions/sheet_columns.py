"""Which column of a table of samples fills which column of a pipeline's sample sheet, and what do its values mean there?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assayline.advisor.question import Answer, Bound, Facts, Question, Reason, number, plain, text, true, words

ASK, NONE = "?", ""
SAYS = re.compile(r"(\w+) \((\w+)\)")
SAME: dict[str, tuple[str, ...]] = {
    "sample": ("sample", "sample id", "sample name", "sample identifier", "sampleid", "library", "library name", "name", "id"),
    "patient": ("patient", "subject", "donor", "individual", "case", "case id", "patient id", "subject id", "donor id", "animal"),
    "status": ("status", "type", "tissue type", "tumor normal", "tumour normal", "sample type", "tissue", "condition", "group"),
    "sex": ("sex", "gender", "geschlecht", "sexe"),
    "lane": ("lane", "flowcell lane", "run lane"),
    "fastq_1": ("fastq 1", "fastq1", "r1", "read1", "read 1", "forward reads", "file 1", "fastq r1", "file r1", "reads 1"),
    "fastq_2": ("fastq 2", "fastq2", "r2", "read2", "read 2", "reverse reads", "file 2", "fastq r2", "file r2", "reads 2"),
    "strandedness": ("strandedness", "strand", "stranded", "library type", "kit", "protocol"),
    "replicate": ("replicate", "rep", "biological replicate", "bio rep"),
    "control": ("control", "input", "igg", "control sample"),
    "expected_cells": ("expected cells", "cells", "cells loaded", "target cells", "recovered cells"),
    "condition": ("condition", "group", "treatment", "arm", "genotype"),
    "bam": ("bam", "bam file", "alignment"),
    "cram": ("cram", "cram file"),
}
"""Columns of sample sheets → what tables call them, folded."""
UNIQUE = frozenset({"fastq_1", "fastq_2", "bam", "cram"})


@dataclass(frozen=True, slots=True)
class Source:
    """A column of the sample sheet and the column that fills it: empty for none, `?` where a person must say."""

    role: str
    column: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value (or a word inside values) becomes in a column of the sample sheet; `?` where a person must say."""

    role: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """The source of every column of the sample sheet, and the meaning of values where only some are allowed."""

    columns: tuple[Source, ...]
    values: tuple[Meaning, ...]


def _roles(facts: Facts) -> dict[str, str]:
    """Prefix of ids → name, of every column that the sample sheet wants."""
    found = [name.removesuffix(".name") for name in facts if name.startswith("sheet.role.") and name.endswith(".name")]
    return {prefix: text(facts, f"{prefix}.name") for prefix in found}


def _columns(facts: Facts) -> dict[str, str]:
    """Prefix of ids → name, of every column of the table."""
    found = [name.removesuffix(".name") for name in facts if name.startswith("sheet.column.") and name.endswith(".name")]
    return {prefix: text(facts, f"{prefix}.name") for prefix in found}


def _values(facts: Facts, prefix: str) -> dict[str, str]:
    """Value → what it is known to stand for, of a column."""
    found = [fact for name, fact in facts.items() if name.startswith(f"{prefix}.value.")]
    return {fact.about["value"]: str(fact.value) for fact in found if "value" in fact.about}


def bounds(facts: Facts) -> dict[str, Bound]:
    """Columns of this table only, for columns that this sample sheet wants; meanings that it allows."""
    allowed = {one for prefix in _roles(facts) for one in words(facts, f"{prefix}.allowed")}
    names = tuple(_roles(facts).values())
    return {
        "columns.role": Bound(one_of=names),
        "columns.column": Bound(one_of=(*_columns(facts).values(), NONE, ASK)),
        "values.role": Bound(one_of=names),
        "values.meaning": Bound(one_of=(*sorted(allowed), ASK)),
    }


def check(facts: Facts, choice: dict[str, list[dict[str, str]]]) -> list[str]:
    """Every wanted column once; a value's meaning allowed in its own column, and a value that its source holds."""
    sources = {item["role"]: item["column"] for item in choice["columns"]}
    wrong = []
    if sorted(item["role"] for item in choice["columns"]) != sorted(_roles(facts).values()):
        wrong.append("columns: expected each column of the sample sheet once")
    by_name = {name: prefix for prefix, name in _columns(facts).items()}
    allowed = {name: words(facts, f"{prefix}.allowed") for prefix, name in _roles(facts).items()}
    for item in choice["values"]:
        known = _values(facts, by_name.get(sources.get(item["role"], ""), ""))
        if item["value"] not in known:
            wrong.append(f"values: found {item['value']!r}, expected a value of the column that fills '{item['role']}'")
        elif item["meaning"] not in (*allowed[item["role"]], ASK):
            wrong.append(f"values: found {item['meaning']!r}, which '{item['role']}' does not allow")
    return wrong


def _fold(name: str) -> str:
    return re.sub(r"[\s_.-]+", " ", name.casefold()).strip()


def _score(facts: Facts, role: str, column: str, name: str) -> float:
    """How much speaks for a column: its name, and whether its values are what the sample sheet allows."""
    key = role.rpartition(".")[2]
    same, folded = SAME.get(key, ()), _fold(name)
    points = 3.0 if folded == _fold(text(facts, f"{role}.name")) else 0.0
    if not points and folded in same:
        points = 2.0 - same.index(folded) / 100
    if words(facts, f"{role}.allowed"):
        meanings = [_means(facts, role, value, known) for value, known in _values(facts, column).items()]
        fits = bool(meanings) and ASK not in meanings
        if fits and (points or len(meanings) > 1):
            return points + 1.0 if text(facts, f"{column}.by") == "value" else points + 0.9
        return points / 2 if points else 0.0
    if key in UNIQUE and points and number(facts, f"{column}.distinct") < number(facts, f"{column}.filled"):
        return points / 2
    return points if text(facts, f"{column}.kind") != "empty" else 0.0


def _means(facts: Facts, role: str, value: str, known: str) -> str:
    """What a value becomes among those allowed: itself, what it stands for, or by what the pipeline says of them."""
    allowed = words(facts, f"{role}.allowed")
    for word in (value, known):
        if found := next((one for one in allowed if one.casefold() == word.casefold()), None):
            return found
    said = {word.casefold().replace("tumour", "tumor"): code for code, word in SAYS.findall(text(facts, f"{role}.about"))}
    code = said.get(known.replace("tumour", "tumor"), "")
    sexes = {"female": "XX", "male": "XY"}
    code = code or sexes.get(known, "")
    return code if code in allowed else ASK


def rule(facts: Facts) -> Answer:
    """Take the column whose name and values fit best; where two fit alike, or a needed one has none, a person is asked."""
    sources, meanings, reasons, open_ones = [], [], [], 0
    for role, name in _roles(facts).items():
        ranked = sorted(
            ((_score(facts, role, column, label), column, label) for column, label in _columns(facts).items()),
            key=lambda entry: -entry[0],
        )
        points, column, label = ranked[0] if ranked else (0.0, "", "")
        tied = len(ranked) > 1 and ranked[1][0] == points
        if points >= 1.0 and not tied:
            sources.append(Source(name, label))
            reasons.append(
                Reason(f"'{{{role}.name:s}}' is filled from '{{{column}.name:s}}'.", (f"{role}.name", f"{column}.name"))
            )
            if words(facts, f"{role}.allowed"):
                own = [Meaning(name, value, _means(facts, role, value, known)) for value, known in _values(facts, column).items()]
                meanings += own
                open_ones += sum(item.meaning == ASK for item in own)
        elif points > 0 or true(facts, f"{role}.required"):
            sources.append(Source(name, ASK))
            open_ones += 1
            words_ = "nothing in the table settles it, so a person is to be asked."
            reasons.append(Reason(f"'{{{role}.name:s}}': {words_}", (f"{role}.name", f"{role}.required")))
        else:
            sources.append(Source(name, NONE))
    if not reasons:
        reasons.append(Reason("Of the table's columns none is wanted by name or content.", ("sheet.rows",)))
    confidence = "low" if open_ones else "high"
    change = "A table whose columns are called as in the sample sheet, or a word from whoever prepared the samples."
    return Answer(plain(SheetColumns(tuple(sources), tuple(meanings))), tuple(reasons[:12]), confidence, change)


def default(facts: Facts) -> dict[str, object]:
    """Columns in the order in which they stand, values as they are: what copying and pasting does."""
    names = list(_columns(facts).values())
    roles = list(_roles(facts).values())
    sources = [Source(role, names[place] if place < len(names) else NONE) for place, role in enumerate(roles)]
    return plain(SheetColumns(tuple(sources), ()))


QUESTION = Question(
    "sheet_columns",
    "Which column of this table fills which column of the sample sheet, and what do its values mean there?",
    SheetColumns,
    ("sheet.rows", "sheet.role.*", "sheet.column.*"),
    (),
    bounds,
    rule,
    (
        "the pipeline's own schema of its sample sheet (nf-schema, https://nextflow-io.github.io/nf-schema); tumour and normal "
        "are never defaulted: sarek usage documentation; kits and strandedness: doi:10.1186/s12859-022-04876-1"
    ),
    check,
    default,
    lambda facts: plain(SheetColumns(tuple(Source(role, ASK) for role in _roles(facts).values()), ())),
    (
        "\nGive each wanted column exactly once under `columns`; `column` is empty where the table has nothing for it and `?` "
        "where a person must say. Under `values` say what each listed value of a column with allowed values becomes. Never guess "
        "which sample is a tumour.\n"
    ),
)
