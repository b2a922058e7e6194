"""What a table of samples or cells says of a design: conditions, replicates, pairs, batches, controls; evidence `design.*`."""

from __future__ import annotations

import re
from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING, Any

from assayline.evidence import Evidence, facts_of, publish
from assayline.facts.words import meaning, tokens
from assayline.json_files import write_json

if TYPE_CHECKING:
    from assayline.facts.table import Table
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/design/1"
ROLES: dict[str, tuple[str, ...]] = {
    "sample": ("sample", "sample id", "sampleid", "sample name", "library", "library id", "well", "barcode", "orig ident"),
    "donor": ("donor", "donor id", "patient", "patient id", "subject", "subject id", "individual", "animal", "mouse id"),
    "condition": (
        *("condition", "treatment", "group", "arm", "genotype", "disease state", "disease", "status", "stimulation"),
        *("stim", "drug", "compound", "tissue", "sample type", "cell line", "phenotype", "type"),
    ),
    "batch": ("batch", "batch id", "run", "sequencing run", "plate", "plate id", "chip", "lane", "flowcell", "day", "prep date"),
    "time": ("time", "timepoint", "time point", "hours", "hour", "days", "week", "visit"),
    "dose": ("dose", "concentration", "conc", "dose um", "dose nm", "amount"),
    "sex": ("sex", "gender"),
    "reads": ("reads", "total reads", "read pairs", "read count", "depth", "million reads"),
}
"""Role → what tables call its column, folded; the more telling first."""
LEVELS = 12
Row = tuple[str, str, str | None, str]


def roles(table: Table) -> dict[str, str]:
    """Role → column, by name; a condition or batch must vary over more than one and fewer than all rows where it can."""
    columns = table.columns
    folded = {re.sub(r"[\s_.-]+", " ", name.casefold()).strip(): name for name in columns}
    found: dict[str, str] = {}
    for role, names in ROLES.items():
        hits = [folded[name] for name in names if name in folded and folded[name] not in found.values()]
        varied = [name for name in hits if len(set(columns[name]) - {""}) > 1] or hits
        if varied:
            found[role] = varied[0]
    return found


def report(table: Table, asked: dict[str, str] | None = None) -> dict[str, Any]:
    """The design of a table; `asked` names the column of a role where its name does not tell."""
    by, columns, rows = roles(table) | (asked or {}), table.columns, len(table.rows)
    body: dict[str, Any] = {"schema": SCHEMA, "file": table.path.name, "rows": rows, "columns": table.header, "roles": by}
    units = list(zip(*(columns[by[role]] if role in by else [""] * rows for role in ("donor", "sample")), strict=True))
    named = [donor or sample or str(number) for number, (donor, sample) in enumerate(units)]
    body["unit"] = "donor" if "donor" in by else "sample" if "sample" in by else "row"
    body["units"] = len(set(named))
    if "condition" in by and any(columns[by["condition"]]):
        body |= _condition(columns, by, named)
    for role in ("batch", "time", "dose"):
        if role in by:
            body[f"{role}s"] = len(set(columns[by[role]]) - {""})
    told = columns[by["reads"]] if "reads" in by else []
    if numbers := [float(text) for text in told if re.fullmatch(r"\d+\.?\d*(e\d+)?", text)]:
        body["reads_least"] = min(numbers)
    return body


def _condition(columns: dict[str, list[str]], by: dict[str, str], named: list[str]) -> dict[str, Any]:
    """Levels with their replicates, pairs, repeats, controls, and how batch and condition go together."""
    values = columns[by["condition"]]
    pairs = {(unit, level) for unit, level in zip(named, values, strict=True) if level}
    replicates = Counter(level for _, level in pairs)
    crossing = Counter(unit for unit, _ in pairs)
    body: dict[str, Any] = {
        "conditions": len(replicates),
        "levels": [{"name": name, "replicates": count} for name, count in sorted(replicates.items())[:LEVELS]],
        "replicates_least": min(replicates.values()),
        "replicates_most": max(replicates.values()),
        "paired": len(replicates) > 1 and sum(count > 1 for count in crossing.values()) > len(crossing) / 2,
        "controlled": any(is_control(name) for name in replicates),
        "rows_a_unit": len(values) / len(pairs),
    }
    body["reference"] = next((name for name in sorted(replicates) if is_control(name)), "")
    if "batch" in by:
        batches = columns[by["batch"]]
        seen = [(batch, level) for batch, level in zip(batches, values, strict=True) if batch and level]
        body["batch_association"] = association(seen)
        body["confounded"] = len(set(batches) - {""}) > 1 and len(replicates) > 1 and not separable(seen)
    return body


def is_control(name: str) -> bool:
    """Whether a condition is what others are compared with, by its name."""
    known = {"control", "normal"}
    return meaning(name) in known or any(what in known for _, what in tokens(name))


def association(pairs: list[tuple[str, str]]) -> float:
    """Cramér's V of two labels: 0 for independent, 1 where one tells the other."""
    both, first, second = Counter(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    least = min(len(first), len(second)) - 1
    if least < 1:
        return 0.0
    total = len(pairs)
    chi = sum((both[a, b] - first[a] * second[b] / total) ** 2 / (first[a] * second[b] / total) for a in first for b in second)
    return round(sqrt(chi / total / least), 6)


def separable(pairs: list[tuple[str, str]]) -> bool:
    """Whether an additive model can tell the second labels apart beside the first: all are linked through shared firsts."""
    groups = {level: level for _, level in pairs}

    def root(level: str) -> str:
        while groups[level] != level:
            level = groups[level]
        return level

    met: dict[str, str] = {}
    for first, level in pairs:
        if first in met:
            groups[root(level)] = root(met[first])
        met[first] = level
    return len({root(level) for level in groups}) == 1


WORDS: dict[str, tuple[str, str | None]] = {
    "rows": ("rows of the table", "rows"),
    "unit": ("what counts as a replicate", None),
    "units": ("replicates in all", "replicates"),
    "conditions": ("conditions", "conditions"),
    "replicates_least": ("replicates of the condition with the fewest", "replicates"),
    "replicates_most": ("replicates of the condition with the greatest number", "replicates"),
    "paired": ("whether the same replicates are in several conditions", None),
    "controlled": ("whether one of the conditions is a control", None),
    "reference": ("the condition that others are compared with", None),
    "rows_a_unit": ("rows a replicate and condition", "rows"),
    "batchs": ("batches", "batches"),
    "batch_association": ("how far batch and condition go together (Cramér's V)", None),
    "confounded": ("whether batch and condition cannot be told apart", None),
    "times": ("points in time", "points"),
    "doses": ("doses", "doses"),
    "reads_least": ("reads of the sample with the fewest", "reads"),
}


def facts(found: dict[str, Any], source: str) -> list[Evidence]:
    """The evidence of a report, with the question in plain words if there is one; conditions are what facts are about."""
    ids = {"batchs": "batches"}
    rows: list[Row] = [
        (f"design.{ids.get(key, key)}", what, unit, f"/{key}")
        for key, (what, unit) in WORDS.items()
        if key in found and key != "reference"
    ]
    rows += [(f"design.column.{role}", f"column of the {role}", None, f"/roles/{role}") for role in found["roles"]]
    rows.append(("design.columns", "columns of the table", None, "/columns"))
    facts = facts_of(found, source, rows)
    if found.get("reference"):
        about = {"condition": found["reference"]}
        facts += facts_of(found, source, [("design.reference", WORDS["reference"][0], None, "/reference")], about)
    for index, level in enumerate(found.get("levels", [])):
        row: Row = (
            f"design.level.k{index + 1}.replicates",
            "replicates of the condition",
            "replicates",
            f"/levels/{index}/replicates",
        )
        facts += facts_of(found, source, [row], {"condition": level["name"]})
    if found.get("question"):
        facts += facts_of(found, source, [("problem.question", "what is asked, in plain words", None, "/question")])
    return facts


def station(run: RunFolder, table: Table, asked: dict[str, str] | None = None, question: str = "") -> dict[str, Any]:
    """Write tables/design.json and the evidence `design.*` (and `problem.*`) of a run."""
    found = report(table, asked) | ({"question": question} if question else {})
    write_json(run.tables / "design.json", found)
    publish(run, "experiment.design", facts(found, "tables/design.json"))
    return found
