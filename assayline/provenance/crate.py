"""A run folder as Workflow Run RO-Crate: what went in, what was decided, what ran, and what came out, with digests.

The description follows from the folder alone: the same folder gives the same bytes. With a workflow's record and the engine's
records it conforms to the profiles Workflow RO-Crate 1.0 and Process, Workflow and Provenance Run Crate 0.5; a folder that was
filled station by station conforms to Process Run Crate.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assayline.json_files import write_atomic
from assayline.notebook.run import Run
from assayline.provenance.actions import Known, add_run, add_steps
from assayline.provenance.entities import add_file, add_inputs, add_parameters, add_software, inputs_of
from assayline.provenance.graph import CRATE, DESCRIPTOR, PROFILES, WORKFLOW_CRATE, Graph, Reference
from assayline.provenance.layout import members
from assayline.provenance.record import read_record
from assayline.provenance.steps import steps
from assayline.provenance.workflow import add_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.notebook.run import RunFile
    from assayline.provenance.steps import Step

RIGHTS = "All rights of the owners of the data are reserved unless a file says otherwise."


def write_crate(folder: Path) -> Path:
    """Write `ro-crate-metadata.json` of a run folder anew; raises BadInput, NotARun, RunDamaged or CannotWrite."""
    path = folder / DESCRIPTOR
    write_atomic(path, describe(folder))
    return path


def describe(folder: Path) -> bytes:
    """The crate's metadata document; raises BadInput or RunDamaged when the folder is no run or cannot be read."""
    files, _ = members(folder)
    run, record = Run(folder, tuple(files)), read_record(folder)
    names = {file.name for file in files}
    done = [step for step in steps(folder) if any(_under(output, names) for output in step.outputs)]
    graph = Graph()
    software = add_software(graph, record.get("software") or {"assayline": _converter(run)})
    rows = inputs_of(record, run)
    inputs = add_inputs(graph, rows)
    values = add_parameters(graph, record.get("parameters") or {}, {row["parameter"] for row in rows})
    parts = [add_file(graph, file, run, software) for file in files]
    known = Known(graph, software, inputs, tuple(names))
    taken = [reference for found in inputs.values() for _, reference in found]
    workflow = add_workflow(known, record)
    action = add_run(known, workflow, [*_once(taken), *values], _span(done, files) if done else {})
    if workflow:
        add_steps(known, workflow, action, done, record)
    _root(graph, [*parts, *_once(taken)], workflow, action, done, files)
    return graph.dumps()


def _once(references: list[Reference]) -> list[Reference]:
    return list({item["@id"]: item for item in references}.values())


def _under(output: str, names: set[str]) -> bool:
    return output in names or any(name.startswith(f"{output}/") for name in names)


def _converter(run: Run) -> str:
    """The version that wrote the ledgers, where no record names it."""
    found = {str(ledger["converter version"]) for ledger in run.ledgers.values() if ledger.get("converter version")}
    return ", ".join(sorted(found))


def _span(done: list[Step], files: list[RunFile]) -> dict[str, str]:
    """When the run began and ended: as the engine recorded, else when its last file was written, which is all that is known."""
    if done:
        return {"startTime": min(step.started for step in done), "endTime": max(step.ended for step in done)}
    latest = max(file.path.stat().st_mtime for file in files)
    return {"endTime": datetime.fromtimestamp(latest, UTC).isoformat(timespec="seconds")}


def _root(
    graph: Graph, parts: list[Reference], workflow: Reference | None, action: Reference, done: list[Step], files: list[RunFile]
) -> None:
    """The crate and its descriptor."""
    known = list(PROFILES) if done else [item for item in PROFILES if "provenance" not in item]
    profiles = [graph.profile(item) for item in (known if workflow else known[:1])]
    name = graph.entities[workflow["@id"]]["name"] if workflow else "stations"
    when = _span(done, files)["endTime"]
    jobs = [{"@id": name} for name in graph.entities if name.startswith("#job-")]
    rights = graph.add("#rights", "CreativeWork", name="Rights", description=RIGHTS)
    facts: dict[str, Any] = {
        "name": f"Run of {name}",
        "description": f"A run of assayline: {len(files)} files with inputs, decisions, software and results.",
        "datePublished": when,
        "license": rights,
        "conformsTo": profiles,
        "hasPart": parts,
        "mentions": [action, *sorted(jobs, key=lambda item: item["@id"])],
        "mainEntity": workflow,
    }
    graph.add("./", "Dataset", **facts)
    crates = [{"@id": CRATE}, *([{"@id": WORKFLOW_CRATE}] if workflow else [])]
    graph.add(DESCRIPTOR, "CreativeWork", about={"@id": "./"}, conformsTo=crates if workflow else crates[0])
