"""What a run's crate describes beside its steps: files, inputs, parameters, software, and who decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.advisor.tape import who
from assayline.provenance.graph import Graph, Reference, content_id, file_id, local_id
from assayline.provenance.layout import PARTS, media_type, part_of
from assayline.provenance.record import DIGEST

if TYPE_CHECKING:
    from assayline.notebook.run import Run, RunFile

PARAMETER_PROFILE = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
HOMES = {
    "Python": "https://www.python.org/",
    "snakemake": "https://snakemake.github.io/",
    "scanpy": "https://scanpy.readthedocs.io/",
    "scvi-tools": "https://scvi-tools.org/",
}
CLAUDE = "https://www.anthropic.com/claude"
Digest = str


def formal(graph: Graph, way: str, name: str, kind: str, **facts: Any) -> Reference:
    """A parameter of the workflow (`way` is input or output), which inputs, values and results are examples of."""
    profile = graph.add(PARAMETER_PROFILE, "CreativeWork", name="FormalParameter profile", version="1.0-RELEASE")
    return graph.add(
        local_id(way, name), "FormalParameter", additionalType=kind, name=name, conformsTo=profile, valueRequired=False, **facts
    )


def kind_of(value: Any) -> str:
    """The schema.org type of a parameter's value."""
    names = {bool: "Boolean", int: "Integer", float: "Float"}
    return names.get(type(value), "Text")


def inputs_of(record: dict[str, Any], run: Run) -> list[dict[str, Any]]:
    """The run's inputs: as the record names them, else as ledgers and the gate for count matrices saw them."""
    if "inputs" in record:
        return list(record["inputs"])
    rows = []
    for name, ledger in sorted(run.ledgers.items()):
        if DIGEST.fullmatch(str(ledger.get("source digest"))):
            original = Path(name).name.removesuffix(".ledger.json")
            rows.append({"parameter": "instruments", "name": original, "digest": ledger["source digest"]})
    source = run.cells.get("inspect", {}).get("source") or {}
    if isinstance(source, dict) and DIGEST.fullmatch(str(source.get("sha256"))):
        rows.append({"parameter": "counts", "name": str(source.get("file", "counts")), "digest": source["sha256"]})
    return rows


def add_inputs(graph: Graph, rows: list[dict[str, Any]]) -> dict[str, list[tuple[Digest, Reference]]]:
    """Describe the inputs, which stay where they are; returns references with digests by the last step of the name."""
    found: dict[str, list[tuple[Digest, Reference]]] = {}
    for row in rows:
        digest = str(row["digest"])
        parameter = formal(graph, "input", row["parameter"], "File", multipleValues=True)
        identifier = content_id(digest.removeprefix("sha256:"))
        size = str(row["size"]) if "size" in row else None
        reference = graph.add(
            identifier,
            "File",
            name=row["name"],
            encodingFormat=media_type(row["name"]),
            contentSize=size,
            sha256=digest.removeprefix("sha256:"),
            exampleOfWork=[],
        )
        if graph.entities[identifier]["name"] != row["name"]:
            graph.entities[identifier]["alternateName"] = row["name"]
        graph.extend(identifier, "exampleOfWork", parameter)
        found.setdefault(Path(row["name"]).name, []).append((digest, reference))
    return found


def add_parameters(graph: Graph, values: dict[str, Any], taken: set[str]) -> list[Reference]:
    """Describe the values of the parameters; those whose values are input files are described by these."""
    references = []
    for name, value in sorted(values.items()):
        if name not in taken:
            parameter = formal(graph, "input", name, kind_of(value))
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            reference = graph.add(local_id("parameter", name), "PropertyValue", name=name, value=text, exampleOfWork=parameter)
            references.append(reference)
    return references


def add_software(graph: Graph, versions: dict[str, str]) -> Reference:
    """Describe this project, whose requirements are the other packages of the run; returns its reference."""
    others = [
        graph.add(local_id("software", name), "SoftwareApplication", name=name, softwareVersion=version, url=HOMES.get(name))
        for name, version in versions.items()
        if name != "assayline"
    ]
    return graph.add(
        local_id("software", "assayline"),
        "SoftwareApplication",
        name="assayline",
        softwareVersion=versions.get("assayline"),
        softwareRequirements=others,
    )


def decider(graph: Graph, body: dict[str, Any], software: Reference) -> Reference:
    """Who decided or interpreted: a person, Claude in one of its versions, or the rules of this project."""
    by = body.get("decided_by") or {}
    kind = who(body) if "question" in body else str(by.get("kind", "human"))
    if kind == "human":
        name = str(by.get("name") or "a person")
        return graph.add(local_id("person", name), "Person", name=name)
    if kind == "claude":
        model = str(by.get("model") or "unknown")
        return graph.add(local_id("claude", model), "SoftwareApplication", name="Claude", softwareVersion=model, url=CLAUDE)
    return software


def add_file(graph: Graph, file: RunFile, run: Run, software: Reference) -> Reference:
    """Describe a file of the run: size, digest, type, and what its content says of its origin."""
    part = part_of(file.name)
    assert part is not None
    facts: dict[str, Any] = {"name": file.name, "description": PARTS[part], "encodingFormat": media_type(file.name)}
    facts |= {"contentSize": str(file.size), "sha256": file.sha256}
    if part not in ("workflow", "run"):
        facts["exampleOfWork"] = formal(graph, "output", part, "File", description=PARTS[part], multipleValues=True)
    if file.name in run.documents:
        facts |= _document(graph, run.documents[file.name])
    if part == "decisions":
        facts |= _decision(graph, next((body for body in run.decisions.values() if _of(body, file)), {}), software)
    if file.name == "interpretation.json":
        facts["author"] = decider(graph, run.interpretation, software)
    return graph.add(file_id(file.name), "File", **facts)


def _of(body: dict[str, Any], file: RunFile) -> bool:
    return str(body.get("question")) == Path(file.name).stem


def _document(graph: Graph, asm: dict[str, Any]) -> dict[str, Any]:
    """The schema of a document."""
    manifest = asm.get("$asm.manifest")
    if not isinstance(manifest, str) or "://" not in manifest:
        return {}
    name = "/".join(manifest.removesuffix(".manifest").split("/")[-5:])
    return {"conformsTo": graph.add(manifest, "CreativeWork", name=f"ASM schema {name}")}


def _decision(graph: Graph, body: dict[str, Any], software: Reference) -> dict[str, Any]:
    """Who decided, what, and how sure."""
    facts: dict[str, Any] = {"author": decider(graph, body, software)}
    request = (body.get("decided_by") or {}).get("request_id")
    question = str(body.get("question", "decision"))
    told = {"choice": json.dumps(body.get("choice"), ensure_ascii=False, sort_keys=True), "confidence": body.get("confidence")}
    told |= {"asked": body.get("asked"), "request": request}
    facts["additionalProperty"] = [
        graph.add(local_id(f"decision-{question}", name), "PropertyValue", name=name, value=str(value))
        for name, value in told.items()
        if value is not None
    ]
    return facts
