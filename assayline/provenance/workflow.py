"""The workflow of a run as ComputationalWorkflow, with the language it is written in and the engine that ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.provenance.graph import file_id, local_id

if TYPE_CHECKING:
    from assayline.provenance.actions import Known
    from assayline.provenance.graph import Reference

PROFILE = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
HOME = "https://snakemake.readthedocs.io"
LICENCE = "https://spdx.org/licenses/Apache-2.0"


def add_workflow(known: Known, record: dict[str, Any]) -> Reference | None:
    """Describe the workflow that a run's record names and whose source lies in the run folder; None when there is none."""
    told = record.get("workflow") or {}
    source = str(told.get("source", ""))
    if source not in known.names or not told.get("name"):
        return None
    graph = known.graph
    language = graph.add(
        SNAKEMAKE,
        "ComputerLanguage",
        name="Snakemake",
        alternateName="Snakemake workflow language",
        identifier={"@id": HOME},
        url={"@id": HOME},
        version=(record.get("software") or {}).get("snakemake"),
    )
    profile = graph.add(PROFILE, "CreativeWork", name="ComputationalWorkflow profile", version="1.0-RELEASE")
    maker = graph.add("#makers", "Organization", name="The assayline project")
    licence = graph.add(LICENCE, "CreativeWork", name="Apache License 2.0")
    entity = graph.entities[file_id(source)]
    entity["@type"] = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    entity |= {"name": told["name"], "programmingLanguage": language, "conformsTo": profile, "license": licence}
    entity |= {"creator": maker, "version": (record.get("software") or {}).get("assayline", "")}
    entity["input"] = _formal(known, "#input-")
    entity["output"] = _formal(known, "#output-")
    return {"@id": file_id(source)}


def _formal(known: Known, start: str) -> list[Reference]:
    return [{"@id": item} for item in sorted(known.graph.entities) if item.startswith(start)]


def engine(known: Known, record: dict[str, Any]) -> Reference:
    """The engine that carried out the steps."""
    version = (record.get("software") or {}).get("snakemake")
    identifier = local_id("software", "snakemake")
    return known.graph.add(identifier, "SoftwareApplication", name="snakemake", softwareVersion=version, url=HOME)
