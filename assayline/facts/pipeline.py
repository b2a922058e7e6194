"""What pipelines do and which parameters they take, from their own schemas, and what the reads are: `pipeline.*`, `data.*`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assayline.evidence import Evidence, facts_of, publish, slug
from assayline.json_files import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assayline.run_folder import RunFolder

SCHEMA = "assayline/pipelines/1"
TEXT = 200
KINDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "truth value"}
PATHS = ("file-path", "directory-path", "path", "file-path-pattern")
DATA: dict[str, tuple[str, str | None]] = {
    "assay": ("what was sequenced, as stated", None),
    "organism": ("the organism, as stated", None),
    "genome": ("the genome asked for", None),
    "library": ("the library kit, as stated", None),
    "chemistry": ("the droplet chemistry, as stated", None),
    "strandedness": ("the strandedness, as stated or inferred", None),
    "paired": ("whether every sample has both reads", None),
    "single_end_samples": ("samples with one read only", "samples"),
    "samples": ("samples", "samples"),
    "files": ("files of reads", "files"),
    "read_length_1": ("length of the first read", "bases"),
    "read_length_2": ("length of the second read", "bases"),
    "topped_up": ("samples sequenced in more than one run", "samples"),
    "tumour_samples": ("samples said to be of a tumour", "samples"),
    "normal_samples": ("samples said to be normal", "samples"),
    "paired_patients": ("patients with tumour and normal", "patients"),
    "targeted": ("whether only a panel or exome was captured", None),
    "umi": ("whether reads carry molecular identifiers", None),
}
"""What may be said of the data: key → what it is, unit; others are refused."""
Row = tuple[str, str, str | None, str]


def parameters(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters of a `nextflow_schema.json` that advice may set: not hidden, no paths, with type, bounds and default."""
    groups = (schema.get("$defs") or schema.get("definitions") or {}).values()
    found = []
    for name, body in ((name, body) for group in groups for name, body in group.get("properties", {}).items()):
        kind = KINDS.get(str(body.get("type", "string")), "text")
        if body.get("hidden") or body.get("format") in PATHS or name in ("email", "multiqc_title"):
            continue
        about = re.split(r"(?<=[.!?])\s", str(body.get("description") or ""))[0][:TEXT]
        one = {"name": name, "kind": kind, "about": about, "allowed": [str(item) for item in body.get("enum", [])]}
        one |= {key: body[word] for key, word in (("least", "minimum"), ("most", "maximum")) if word in body}
        one |= {"pattern": body["pattern"]} if isinstance(body.get("pattern"), str) else {}
        one |= {"default": str(body["default"]).lower()} if isinstance(body.get("default"), bool) else {}
        if "default" in body and "default" not in one and body["default"] is not None:
            one["default"] = str(body["default"])
        found.append(one)
    return found


def report(pipelines: Mapping[str, tuple[Mapping[str, Any], list[str]]], data: Mapping[str, Any]) -> dict[str, Any]:
    """Pipelines (name → schema, genomes it has) as they describe themselves, and the data; `data` has the keys of `DATA`."""
    unknown = [key for key in data if key not in DATA]
    assert not unknown, f"data: {unknown} not among {list(DATA)}"
    listed = [
        {
            "name": name,
            "about": str(schema.get("description") or schema.get("title") or name)[:TEXT],
            "genomes": genomes,
            "parameters": parameters(schema),
        }
        for name, (schema, genomes) in pipelines.items()
    ]
    return {"schema": SCHEMA, "pipelines": listed, "data": {key: data[key] for key in DATA if data.get(key) is not None}}


def facts(found: dict[str, Any], source: str) -> list[Evidence]:
    """The evidence of a report."""
    rows: list[Row] = [(f"data.{key}", DATA[key][0], DATA[key][1], f"/data/{key}") for key in found["data"]]
    for index, pipeline in enumerate(found["pipelines"]):
        name, place = f"pipeline.p{index + 1}", f"/pipelines/{index}"
        rows += [(f"{name}.name", "a pipeline", None, f"{place}/name")]
        rows += [(f"{name}.about", "what the pipeline says of itself", None, f"{place}/about")]
        rows += [(f"{name}.genomes", "genomes that the pipeline has", None, f"{place}/genomes")] if pipeline["genomes"] else []
        for number, one in enumerate(pipeline["parameters"]):
            rows += _parameter(f"{name}.parameter.{slug(one['name'])}", f"{place}/parameters/{number}", one)
    return facts_of(found, source, rows)


def _parameter(name: str, place: str, one: dict[str, Any]) -> list[Row]:
    rows: list[Row] = [(f"{name}.name", one["about"] or "a parameter", None, f"{place}/name")]
    rows.append((f"{name}.kind", "what the parameter takes", None, f"{place}/kind"))
    words = {"allowed": "values that the parameter allows", "default": "the parameter's default"}
    words |= {"least": "the parameter's minimum", "most": "the parameter's maximum", "pattern": "how the parameter is written"}
    return rows + [
        (f"{name}.{key}", text, None, f"{place}/{key}") for key, text in words.items() if one.get(key) not in (None, [])
    ]


def station(
    run: RunFolder, pipelines: Mapping[str, tuple[Mapping[str, Any], list[str]]], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Write tables/pipelines.json and the evidence `pipeline.*` and `data.*` of a run."""
    found = report(pipelines, data)
    write_json(run.tables / "pipelines.json", found)
    publish(run, "deploy.pipelines", facts(found, "tables/pipelines.json"))
    return found
