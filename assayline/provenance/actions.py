"""What was done in a run: the run as a whole, and each step with its tool, its times, what it read and what it made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.provenance.graph import Graph, Reference, file_id, local_id
from assayline.provenance.layout import part_of

if TYPE_CHECKING:
    from assayline.provenance.steps import Step

COMPLETED = "http://schema.org/CompletedActionStatus"
RULES = ("interpret", "decide")


@dataclass(frozen=True, slots=True)
class Known:
    """What steps refer to: the graph, this project's entity, inputs by name, and the names of the run's files."""

    graph: Graph
    software: Reference
    inputs: dict[str, list[tuple[str, Reference]]]
    names: tuple[str, ...]

    def files(self, path: str, digest: str = "") -> list[Reference]:
        """The entities that a path of a step's record stands for: a file, those of a folder, or inputs outside the run."""
        inside = [name for name in self.names if name == path or name.startswith(f"{path}/")]
        if inside:
            return [{"@id": file_id(name)} for name in sorted(inside)]
        if not Path(path).is_absolute():
            return []
        found = self.inputs.get(Path(path).name, [])
        return [reference for told, reference in found if told == digest] or [reference for _, reference in found]


def add_run(known: Known, workflow: Reference | None, objects: list[Reference], span: dict[str, str]) -> Reference:
    """The run as one action: what went in, and every result that came out."""
    results = [{"@id": file_id(name)} for name in known.names if part_of(name) not in ("workflow", "run")]
    return known.graph.add(
        "#run",
        "CreateAction",
        name="The run",
        description="Everything that this run did, from its inputs to its results.",
        instrument=workflow or known.software,
        object=objects,
        result=sorted(results, key=lambda item: item["@id"]),
        actionStatus=COMPLETED,
        **span,
    )


def add_steps(known: Known, workflow: Reference, run: Reference, done: list[Step], record: dict[str, Any]) -> None:
    """Each rule as step and tool of the workflow, each job as an action, and the engine's action that held them together."""
    from assayline.provenance.workflow import engine

    if not done:
        return
    controls: dict[str, Reference] = {}
    for position, rule in enumerate(dict.fromkeys(step.rule for step in done)):
        controls[rule] = _rule(known, workflow, rule, position)
    for step in done:
        known.graph.extend(controls[step.rule]["@id"], "object", _job(known, step))
    known.graph.add(
        "#engine",
        "OrganizeAction",
        name="Steps carried out by the engine",
        instrument=engine(known, record),
        object=[controls[rule] for rule in sorted(controls)],
        result=run,
        startTime=min(step.started for step in done),
        endTime=max(step.ended for step in done),
    )


def _rule(known: Known, workflow: Reference, rule: str, position: int) -> Reference:
    """A rule as step of the workflow, the tool it calls, and the action that controls its jobs."""
    graph, version = known.graph, known.graph.entities[known.software["@id"]].get("softwareVersion")
    tool = graph.add(local_id("tool", rule), "SoftwareApplication", name=f"assayline: {rule}", softwareVersion=version)
    step = graph.add(local_id("step", rule), "HowToStep", name=rule, position=str(position), workExample=tool)
    graph.extend(workflow["@id"], "step", step)
    graph.extend(workflow["@id"], "hasPart", tool)
    return graph.add(local_id("control", rule), "ControlAction", name=f"Control of {rule}", instrument=step)


def _job(known: Known, step: Step) -> Reference:
    """A job of a step; the person who decided is its agent."""
    digests = dict(step.digests)
    objects = [item for path in step.inputs for item in known.files(path, digests.get(path, ""))]
    results = [item for path in step.outputs for item in known.files(path)]
    return known.graph.add(
        local_id("job", step.name),
        "CreateAction",
        name=step.rule if step.name == step.rule else f"{step.rule} {step.name.removeprefix(f'{step.rule}/')}",
        description=f"A job of the step {step.rule}, as the engine recorded it.",
        instrument={"@id": local_id("tool", step.rule)},
        object=objects,
        result=results,
        startTime=step.started,
        endTime=step.ended,
        actionStatus=COMPLETED,
        agent=_person(known, results) if step.rule in RULES else None,
    )


def _person(known: Known, results: list[Reference]) -> Reference | None:
    """The person whose choice stands in a step's result, if a person decided."""
    authors = [known.graph.entities[item["@id"]].get("author") for item in results]
    people = [item for item in authors if item and known.graph.entities[item["@id"]]["@type"] == "Person"]
    return people[0] if people else None
