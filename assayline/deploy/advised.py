"""Advice on pipeline and parameters: what the data are goes to the advisor as evidence; what it says is checked as any value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.deploy.sheet.columns import Columns
from assayline.deploy.sheet.peek import look
from assayline.errors import BadUsage
from assayline.facts.table import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allotrope.errors import Finding
    from assayline.deploy.nfcore import Pipeline
    from assayline.run_folder import RunFolder

QUESTION = "pipeline_choice"
TRUE = {"true": True, "yes": True, "false": False, "no": False}


def data_of(pipeline: Pipeline, sheet: Path) -> dict[str, Any]:
    """What a sheet of the pipeline and the files in it say of the data, under the keys of `assayline.facts.pipeline.DATA`."""
    columns, table = Columns(pipeline.sheet_schema), read_table(sheet, f"a sample sheet of {pipeline.name}")
    first, second = columns.roles.get("1", ""), columns.roles.get("2", "")
    names = {row.get(columns.sample, "") for row in table.rows}
    single = {row.get(columns.sample, "") for row in table.rows if row.get(first) and not row.get(second)}
    found: dict[str, Any] = {
        "samples": len(names),
        "files": sum(1 for row in table.rows for column in columns.roles.values() if row.get(column)),
        "paired": not single and any(row.get(second) for row in table.rows),
        "single_end_samples": len(single),
    }
    for key, column in (("read_length_1", first), ("read_length_2", second)):
        path = next((Path(row[column]) for row in table.rows if row.get(column)), None) if column else None
        if path is not None and path.is_file():
            found[key] = look(path, "fastq", "quick").length
    said = {row.get("strandedness", "auto") for row in table.rows}
    found |= {"strandedness": said.pop()} if len(said) == 1 and said != {"auto"} else {}
    if columns.has("status", "patient"):
        tumours = {row.get("patient", "") for row in table.rows if row.get("status") == "1"}
        normals = {row.get("patient", "") for row in table.rows if row.get("status") == "0"}
        found["tumour_samples"] = len({row[columns.sample] for row in table.rows if row.get("status") == "1"})
        found["normal_samples"] = len({row[columns.sample] for row in table.rows if row.get("status") == "0"})
        found["paired_patients"] = len(tumours & normals)
    return found


def stated(pairs: Sequence[str]) -> dict[str, Any]:
    """What a person says of the data, `key=value`; raises BadUsage for a key that is not known."""
    from assayline.facts.pipeline import DATA

    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or key not in DATA:
            raise BadUsage(
                what="--data", found=repr(pair), expected=f"KEY=VALUE with one of {', '.join(DATA)}", next="Correct it."
            )
        found[key] = TRUE.get(value.lower(), int(value) if value.isdecimal() else value)
    return found


def choose(
    run: RunFolder, pipelines: Sequence[Pipeline], data: Mapping[str, Any], by: str
) -> tuple[Pipeline | None, dict[str, str], list[dict[str, Any]], list[Finding]]:
    """The pipeline (None where a person must say), parameters that leave their defaults, the reasons, and findings."""
    from assayline.advisor.decide import decide
    from assayline.facts import pipeline as station

    station.station(run.create(), {one.name: (one.schema, list(one.genomes)) for one in pipelines}, data)
    decided = decide(run, QUESTION, by)
    choice = decided.choice
    chosen = next((one for one in pipelines if one.name == choice["pipeline"]), None)
    values = {item["name"]: item["value"] for item in choice["parameters"]}
    return chosen, values, list(decided.body.get("because") or []), list(decided.findings)
