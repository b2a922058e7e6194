"""Units become rows: the pipeline's columns are filled from names, tables and what the person said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.deploy.errors import Unclear
from assayline.deploy.sheet.kits import strandedness
from assayline.deploy.sheet.names import GENERIC
from assayline.deploy.sheet.status import status_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.deploy.sheet.columns import Columns
    from assayline.deploy.sheet.facts import Facts
    from assayline.deploy.sheet.found import Unit
    from assayline.deploy.sheet.order import Order

REPLICATE = re.compile(r"^(?P<sample>.+?)[_.\-]?(?:bio)?(?:rep(?:licate)?|REP|Rep|br)[_.\-]?(?P<number>\d+)$")
NUMBERED = re.compile(r"^(?P<sample>.*\D)[_.\-](?P<number>\d{1,2})$")
Row = dict[str, str]


def rows_of(units: Sequence[Unit], columns: Columns, order: Order, facts: Facts, findings: list[Finding]) -> list[Row]:
    """One row for each unit, every value but the lane; raises Unclear for what is not told and must not be guessed."""
    for unit in units:
        runs = (unit.sample, unit.first.folder.name)
        unit.sample = next((facts.sample_of_run[run] for run in runs if run in facts.sample_of_run), unit.sample)
    names = _samples(units, columns, order, facts, findings)
    rows = []
    for unit in units:
        sample, values = names[unit.sample, str(unit.first.folder)]
        row = {columns.sample: f"{order.prefix}{sample}"} | {
            name: value for name, value in values.items() if name != columns.sample
        }
        if columns.has("patient") and order.prefix:
            row["patient"] = f"{order.prefix}{row['patient']}"
        if "strandedness" in columns.properties:
            row.setdefault("strandedness", _stranded(order))
        row |= order.values
        row |= {columns.roles[role]: str(file.path) for role, file in unit.files.items() if role in columns.roles}
        rows.append(row)
    return rows


def _stranded(order: Order) -> str:
    """The strandedness that was given, that of the kit that was named, or auto."""
    return order.strandedness or (strandedness(order.kit) if order.kit else None) or "auto"


def _samples(
    units: Sequence[Unit], columns: Columns, order: Order, facts: Facts, findings: list[Finding]
) -> dict[tuple[str, str], tuple[str, Row]]:
    """Sample and values for each name in each folder: patient and status, or replicate, as the pipeline has columns."""
    keys = list(dict.fromkeys((unit.sample, str(unit.first.folder)) for unit in units))
    table = {sample: dict(facts.of(sample)) for sample, _ in keys}
    if facts.path is not None:
        silent = sorted(sample for sample in table if not table[sample])
        findings += [
            Finding("no-metadata", f"{facts.path.name} has no row for sample {sample}", str(facts.path), "warning")
            for sample in silent
        ]
    if columns.has("patient", "status"):
        return _patients(units, keys, table, order)
    made = {key: (key[0], table[key[0]]) for key in keys}
    if columns.has("replicate"):
        replicates = _replicates(list(dict.fromkeys(sample for sample, _ in keys)), table, findings)
        made = {key: (replicates[key[0]][0], table[key[0]] | {"replicate": replicates[key[0]][1]}) for key in keys}
    return made


def _replicates(samples: list[str], table: dict[str, Row], findings: list[Finding]) -> dict[str, tuple[str, str]]:
    """Sample and number of its replicate: from the table, from `rep2` in the name, from numbers that count from 1, else 1."""
    counted: dict[str, list[int]] = defaultdict(list)
    for sample in samples:
        if match := NUMBERED.match(sample):
            counted[match["sample"]].append(int(match["number"]))
    made = {}
    for sample in samples:
        said = table[sample].get("replicate")
        named, numbered = REPLICATE.match(sample), NUMBERED.match(sample)
        if said:
            made[sample] = (named["sample"] if named else sample, said)
        elif named:
            made[sample] = (named["sample"], str(int(named["number"])))
        elif (
            numbered and (numbers := sorted(counted[numbered["sample"]])) == list(range(1, len(numbers) + 1)) and len(numbers) > 1
        ):
            made[sample] = (numbered["sample"], numbered["number"].lstrip("0"))
            words = f"'{sample}' is taken for replicate {made[sample][1]} of '{made[sample][0]}', since these count from 1"
            findings.append(Finding("replicate-by-number", words, sample))
        else:
            made[sample] = (sample, "1")
    return made


def _patients(
    units: Sequence[Unit], keys: list[tuple[str, str]], table: dict[str, Row], order: Order
) -> dict[tuple[str, str], tuple[str, Row]]:
    """Patient and status of each sample; raises Unclear for samples of which nothing says whether they are tumour or normal."""
    made, open_names = {}, []
    folders = {(unit.sample, str(unit.first.folder)): unit.first.folder.name for unit in units}
    for key in keys:
        sample, row = key[0], table[key[0]]
        found = status_of(sample)
        value = (
            row.get("status") or order.values.get("status") or order.status or ("" if found.value is None else str(found.value))
        )
        patient = row.get("patient") or order.values.get("patient") or (found.patient if found.value is not None else sample)
        if value == "":
            open_names.append(sample)
            continue
        if not patient:
            patient = folders[key]
            if patient.lower() in GENERIC:
                raise Unclear(
                    what=f"sample {sample}",
                    found="no name of a patient",
                    expected="one",
                    next="Give --metadata with the columns sample and patient.",
                )
            sample = f"{patient}_{sample}"
        made[key] = (sample, row | {"patient": patient, "status": value})
    if open_names:
        shown = ", ".join(sorted(set(open_names))[:8])
        raise Unclear(
            what=f"{len(set(open_names))} samples",
            found=f"nothing that says tumour or normal for {shown}",
            expected="a word of the name (tumour, normal), a table, or an answer",
            next="Give --metadata TABLE with the columns sample, patient and status, or --status normal (or tumour) if all are.",
        )
    owners: dict[str, set[str]] = defaultdict(set)
    for sample, row in made.values():
        owners[sample].add(row["patient"])
    for sample, patients in owners.items():
        if len(patients) > 1:
            several = f"patients {', '.join(sorted(patients))}"
            raise Unclear(what=f"sample {sample}", found=several, expected="one patient", next="Give names that differ.")
    return made


def lanes(rows: list[Row], units: Sequence[Unit], columns: Columns, *, wanted: bool) -> None:
    """Fill the column `lane` so that rows of one sample differ, from the name, the folder, the part or a count, in this order."""
    if not wanted or not columns.has("lane"):
        return
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[row[columns.sample]].append(index)
    for members in groups.values():
        folders = [units[index].first.folder.name for index in members]
        forms = (
            [units[index].lane for index in members],
            [
                "_".join(filter(None, (folder, units[index].lane))) if len(set(folders)) > 1 else ""
                for folder, index in zip(folders, members, strict=True)
            ],
            ["_".join(filter(None, (units[index].lane, units[index].chunk))) for index in members],
            [f"lane_{number}" for number in range(1, len(members) + 1)],
        )
        chosen = next(form for form in forms if all(form) and len(set(form)) == len(form))
        for index, name in zip(members, chosen, strict=True):
            rows[index]["lane"] = re.sub(r"\s+", "_", name)


def to_merge(rows: Sequence[Row], columns: Columns) -> dict[tuple[str, ...], list[int]]:
    """Rows that the pipeline wants as one, since what must be unique is not: values → row numbers."""
    for names in columns.unique:
        keys = [tuple(row.get(name, "") for name in names) for row in rows]
        if any(count > 1 for count in Counter(keys).values()) and not set(names) & set(columns.roles.values()):
            groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
            for index, key in enumerate(keys):
                groups[key].append(index)
            return {key: members for key, members in groups.items() if len(members) > 1}
    return {}
