"""Benchling Connect: the document of a run as the output of an instrument, handed to the tenant's own processor, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.notebook.benchling_ask import pages
from assayline.notebook.benchling_rows import content_id, finish
from assayline.notebook.errors import ServiceAmbiguous, ServiceUnsure, TaskFailed
from assayline.notebook.outbox import Done, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.notebook.entry import Rows
    from assayline.notebook.http import Service

PATH, NAME = "/automation-output-processors", "automationOutputProcessors"


def connect_steps(service: Service, config: str, key: str, part: Rows, wait: Callable[[float], None]) -> list[Step]:
    """Attach the document's blob to the run under the tenant's file configuration, and have it processed."""
    run, output = content_id(key, part.source, "run"), f"output {part.source}"

    def find(_done: Done) -> dict[str, Any] | None:
        there = [item["id"] for item in pages(service, PATH, NAME, sized=False, assayRunId=run, automationFileConfigName=config)]
        if len(there) > 1:
            raise ServiceAmbiguous(service=service.name, found=f"output processors {', '.join(there)}", key=key)
        return {"id": there[0]} if there else None

    def send(done: Done) -> dict[str, Any]:
        body = {"assayRunId": run, "automationFileConfigName": config, "fileId": done[f"blob {part.source}"]["id"]}
        answer = service.tell("POST", PATH, body).json()
        if not isinstance(answer, dict) or not answer.get("id"):
            raise ServiceUnsure(service=service.name, request=f"POST {PATH}", found="an answer without an id")
        return {"id": answer["id"]}

    def processed(done: Done) -> dict[str, Any] | None:
        state = (service.ask(f"{PATH}/{done[output]['id']}").json() or {}).get("status")
        if state == "FAILED":
            hint = "Look at its error file in the tenant; correct the document or the configuration."
            raise TaskFailed(service=service.name, task=done[output]["id"], found="the processor says FAILED", next=hint)
        if state == "RUNNING":
            raise ServiceUnsure(service=service.name, request="processing", found="it is still running")
        return {} if state == "SUCCEEDED" else None

    def process(done: Done) -> dict[str, Any]:
        answer = service.tell("POST", f"{PATH}/{done[output]['id']}:process-output").json() or {}
        finish(service, str(answer.get("taskId", "")), wait)
        return {}

    asked = {"assayRunId": run, "automationFileConfigName": config}
    return [
        Step(output, find, send, {"request": f"POST {PATH}", "body": asked}),
        Step(f"process {part.source}", processed, process, {"request": f"POST {PATH}/{{id}}:process-output"}),
    ]
