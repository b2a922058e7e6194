"""The report on a run as a file of the run folder, and as evidence that the advisor and the notebook read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.evidence import Evidence, facts_of, publish, slug
from assayline.json_files import write_json

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

NAME = "pipeline.json"
ROWS: tuple[tuple[str, str, str | None, str], ...] = (
    ("deploy.pipeline", "the pipeline that ran", None, "/pipeline/name"),
    ("deploy.version", "its version", None, "/pipeline/version"),
    ("deploy.engine", "the version of Nextflow", None, "/engine/version"),
    ("deploy.verdict", "the verdict on the run", None, "/verdict"),
    ("deploy.tasks.finished", "tasks that finished", "tasks", "/tasks/finished"),
    ("deploy.tasks.failed", "tasks that did not finish", "tasks", "/tasks/failed"),
    ("deploy.tasks.repeated", "attempts that failed and were repeated with success", "attempts", "/tasks/repeated"),
    ("deploy.outputs.files", "files in the results", "files", "/outputs/files"),
    ("deploy.outputs.hollow", "outputs that hold nothing", None, "/outputs/hollow"),
    ("deploy.samples", "samples of the sheet", "samples", "/outputs/samples"),
    ("deploy.samples_missing", "samples that are in no output", "samples", "/outputs/samples_missing"),
)


def facts(body: dict[str, Any], source: str) -> list[Evidence]:
    """The evidence of a report: counts, the verdict, each number of MultiQC that has a limit, each inferred strand."""
    found = facts_of(body, source, ROWS)
    seen: dict[str, int] = {}
    for index, item in enumerate(body["numbers"]):
        name = f"deploy.number.{slug(item['what'])}"
        seen[name] = seen.get(name, 0) + 1
        row = (f"{name}.n{seen[name]}", item["what"], item["unit"] or None, f"/numbers/{index}/value")
        found += facts_of(body, source, [row], {"sample": item["sample"]})
    for index, item in enumerate(body["strandedness"]):
        row = (f"deploy.strand.n{index + 1}", "strandedness as the reads tell it", None, f"/strandedness/{index}/found")
        found += facts_of(body, source, [row], {"sample": item["sample"]})
    return found


def record(run: RunFolder, body: dict[str, Any]) -> None:
    """Write tables/pipeline.json and the evidence `deploy.*`."""
    run.create()
    write_json(run.tables / NAME, body)
    publish(run, "deploy.verify", facts(body, f"tables/{NAME}"))
