"""Samples of runs: names, conditions, and the table that goes with the files."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from allotrope.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assayline.deploy.fetch.runs import Run

FIRST = ("sample", "run", "accession", "title", "organism", "library_layout", "library_strategy", "library_source")
PLAIN = ("missing", "not applicable", "not collected", "n/a", "na", "none", "unknown")


def clean(text: str) -> str:
    """A name of letters, digits, dots, hyphens and underscores, at most 60."""
    return re.sub(r"_+", "_", re.sub(r"[^\w.-]+", "_", text)).strip("_.-")[:60]


def names_of(runs: Sequence[Run], titles: Mapping[str, str]) -> dict[str, str]:
    """Run → sample: the title where titles tell the samples apart, else the accession of the sample."""
    keys = {run.accession: run.geo or run.said.get("sample_accession") or run.accession for run in runs}
    said: dict[str, str] = {}
    for run in runs:
        key = keys[run.accession]
        said[key] = clean(titles.get(key) or run.said.get("sample_title", ""))
    owners: dict[str, set[str]] = defaultdict(set)
    for key, name in said.items():
        owners[name.lower()].add(key)
    numeric = re.compile(r"[\d.]*")
    good = {key: name for key, name in said.items() if name and len(owners[name.lower()]) == 1 and not numeric.fullmatch(name)}
    return {run.accession: good.get(keys[run.accession], keys[run.accession]) for run in runs}


def conditions(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The attributes that differ among samples and are not different for every one: what an experiment may compare."""
    samples = {row["sample"]: row for row in rows}
    found = []
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name, "") for row in samples.values()]
        if name not in FIRST and 1 < len(set(values)) < max(3, len(values)):
            found.append(name)
    return found


def table(
    runs: Sequence[Run],
    names: Mapping[str, str],
    attributes: Mapping[str, Mapping[str, str]],
    titles: Mapping[str, str],
    findings: list[Finding],
) -> list[dict[str, str]]:
    """One row a run: sample, what the archive says of it, and the attributes its authors gave."""
    rows = []
    for run in runs:
        key = run.geo or run.said.get("sample_accession", "")
        row = {"sample": names[run.accession], "run": run.accession, "accession": key}
        row |= {"title": titles.get(key) or run.said.get("sample_title", ""), "organism": run.said.get("scientific_name", "")}
        row |= {name: run.said.get(name, "") for name in FIRST[5:]}
        known = attributes.get(run.said.get("sample_accession", ""), {})
        row |= {name: value for name, value in known.items() if value.lower() not in PLAIN and name not in FIRST}
        rows.append(row)
    varying = conditions(rows)
    if varying:
        findings.append(Finding("conditions", f"samples differ in {', '.join(varying)}", "metadata.csv"))
    elif len(set(names.values())) > 1:
        findings.append(
            Finding("no-conditions", "no attribute tells the samples apart but their names", "metadata.csv", "warning")
        )
    return rows


def text_of(rows: Sequence[Mapping[str, str]]) -> str:
    """The table as CSV; a value that a spreadsheet program would run as a formula is kept apart from it by a space."""
    names = list(dict.fromkeys((*FIRST, *sorted({name for row in rows for name in row}))))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: f" {value}" if value[:1] in "=+-@" and value[:1] else value for name, value in row.items()})
    return stream.getvalue()
