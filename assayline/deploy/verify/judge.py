"""The verdict on a run: facts gathered into one report, whose sentences are counted and not invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline.deploy.launch.start import running, state_of, trouble
from assayline.deploy.launch.trace import DONE, Task, last_attempts, read_trace
from assayline.deploy.verify.numbers import LIMITS, Limit, general_stats, numbers
from assayline.deploy.verify.outputs import hollow, missing, outputs, unseen
from assayline.deploy.verify.strand import inferred
from assayline.errors import BadInput, Refused
from assayline.facts.table import read_table
from assayline.json_files import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.deploy.launch.place import Place

SCHEMA = "assayline/pipeline-run/1"
VERDICTS = {"ok": "sound", "warn": "usable with reservations", "fail": "not usable"}
IDS = ("sample", "id", "library", "sample_id", "name")
MANY = 20
WORST = ("fail", "warn", "ok")


@dataclass(slots=True)
class Judge:
    """Collects sentences with their level."""

    lines: list[dict[str, str]] = field(default_factory=list)

    def say(self, level: str, about: str, text: str) -> None:
        """One sentence of the verdict."""
        self.lines.append({"level": level, "about": about, "text": text})

    @property
    def level(self) -> str:
        """The worst level of all."""
        return next(level for level in WORST if level == "ok" or any(line["level"] == level for line in self.lines))


def judge(place: Place, expected: Sequence[str] = (), limits: Sequence[Limit] = ()) -> dict[str, Any]:
    """The report on a launched run; raises BadInput when nothing was launched and Refused while it goes on."""
    if not place.command.is_file():
        raise BadInput(
            what=place.run, found="no launch", expected="a run folder of deploy launch", next="Launch a pipeline there."
        )
    if running(place):
        raise Refused(
            what=place.run,
            found="a run that still goes on",
            expected="one that has ended",
            next="Wait: assayline deploy launch --watch --run DIR.",
        )
    order, told = read_json(place.command, "the command of a launch"), Judge()
    state = state_of(place)
    status = state.get("status")
    _end(place, status, told)
    tasks = _tasks(place, told)
    made = _outputs(place, expected, told)
    samples = _samples(order)
    quality = _numbers(place, [*limits, *LIMITS], told)
    strands = _strands(place, samples, told)
    left = unseen(place.results, outputs(place.results), samples) if place.results.is_dir() else list(samples)
    if left:
        told.say("fail", "samples", f"{len(left)} of {len(samples)} samples are in no output: {', '.join(left[:MANY])}")
    elif samples:
        told.say("ok", "samples", f"all {len(samples)} samples of the sheet are in the outputs")
    return {
        "schema": SCHEMA,
        "pipeline": order["pipeline"],
        "engine": order["engine"],
        "profiles": order["profiles"],
        "verdict": VERDICTS[told.level],
        "level": told.level,
        "sentences": told.lines,
        "exit_status": status if status is not None else "unknown",
        "tasks": tasks,
        "outputs": made | {"samples": len(samples), "samples_missing": len(left)},
        "numbers": quality,
        "strandedness": strands,
    }


def _end(place: Place, status: Any, told: Judge) -> None:
    """How the engine ended."""
    if status is None:
        told.say("fail", "end", "the engine did not say how it ended (killed?): launch again to go on")
    elif status != 0:
        told.say("fail", "end", f"the engine ended with status {status}: {trouble(place) or 'no reason in its log'}")
    else:
        told.say("ok", "end", "the engine ended with status 0")


def _tasks(place: Place, told: Judge) -> dict[str, Any]:
    """Tasks by what became of them."""
    tasks = read_trace(place.trace) if place.trace.is_file() else []
    final = last_attempts(tasks)
    bad = [task for task in final.values() if task.status not in DONE]
    odd = [task for task in final.values() if task.status in DONE and task.exit not in (0, None)]
    again = [task for task in tasks if task.status == "FAILED" and final[task.process, task.name].status in DONE]
    if not tasks:
        told.say("fail", "tasks", "no task ran")
    elif bad:
        told.say("fail", "tasks", f"{len(bad)} of {len(final)} tasks did not finish: {'; '.join(map(_named, bad[:MANY]))}")
    else:
        told.say("ok", "tasks", f"all {len(final)} tasks finished")
    if odd:
        told.say(
            "warn", "tasks", f"{len(odd)} tasks finished with another exit code than 0: {'; '.join(map(_named, odd[:MANY]))}"
        )
    if again:
        told.say(
            "ok", "tasks", f"{len(again)} attempts failed and were repeated with success: {'; '.join(map(_named, again[:MANY]))}"
        )
    return {
        "finished": sum(task.status in DONE for task in final.values()),
        "cached": sum(task.status == "CACHED" for task in final.values()),
        "failed": len(bad),
        "repeated": len(again),
        "peak_memory": max((int(task.memory_used) for task in tasks), default=0),
        "failures": [{"task": task.name, "exit": task.exit, "attempt": task.attempt, "workdir": task.workdir} for task in bad],
    }


def _named(task: Task) -> str:
    return f"{task.name} (exit {task.exit if task.exit is not None else 'unknown'})"


def _outputs(place: Place, expected: Sequence[str], told: Judge) -> dict[str, Any]:
    """Outputs: how many, which are hollow, which are missing."""
    files = outputs(place.results) if place.results.is_dir() else []
    empty = hollow(place.results, files)
    grave = [item for item in empty if item.grave]
    gone = missing(place.results, files, expected)
    if not files:
        told.say("fail", "outputs", "there is no output")
    elif grave:
        told.say(
            "fail",
            "outputs",
            f"{len(grave)} outputs are hollow: {'; '.join(f'{item.name} ({item.found})' for item in grave[:MANY])}",
        )
    else:
        told.say("ok", "outputs", f"{len(files)} outputs, none of them hollow where a result must be")
    light = [item for item in empty if not item.grave and "header" in item.found]
    if light:
        told.say("warn", "outputs", f"{len(light)} tables hold a header only: {'; '.join(item.name for item in light[:MANY])}")
    if gone:
        told.say("fail", "outputs", f"nothing fits {', '.join(gone)}")
    size = sum(path.stat().st_size for path in files)
    return {"files": len(files), "bytes": size, "hollow": [item.name for item in grave], "expected_missing": gone}


def _samples(order: dict[str, Any]) -> dict[str, str]:
    """Sample → strandedness of the sheet, as far as the launch had one that still is there."""
    from pathlib import Path

    sheets = [
        value for value in (order.get("parameters") or {}).values() if isinstance(value, str) and value.endswith((".csv", ".tsv"))
    ]
    name = (order.get("sheet") or {}).get("file")
    place = next((Path(value) for value in sheets if Path(value).name == name), None)
    if place is None or not place.is_file():
        return {}
    table = read_table(place, "a sample sheet")
    column = next((name for name in IDS if name in table.header), table.header[0])
    return {row[column]: row.get("strandedness", "") for row in table.rows if column in row}


def _numbers(place: Place, limits: Sequence[Limit], told: Judge) -> list[dict[str, Any]]:
    """MultiQC's numbers that have a limit."""
    path = general_stats(place.results) if place.results.is_dir() else None
    if path is None:
        told.say("ok", "numbers", "there is no table of MultiQC, so no number was compared")
        return []
    found = numbers(path, limits)
    for level, words in (("fail", "unusable"), ("warn", "poor")):
        wrong = [item for item in found if item.level == level]
        if wrong:
            shown = "; ".join(f"{item.sample}: {item.limit.what} {item.value:g}{item.limit.unit}" for item in wrong[:MANY])
            told.say(level, "numbers", f"{len(wrong)} numbers are {words}: {shown}")
    good = sum(item.level == "ok" for item in found)
    told.say("ok", "numbers", f"{good} of {len(found)} numbers of MultiQC are within their limits")
    return [
        {
            "sample": item.sample,
            "what": item.limit.what,
            "column": item.column,
            "value": item.value,
            "unit": item.limit.unit,
            "level": item.level,
        }
        for item in found
    ]


def _strands(place: Place, samples: dict[str, str], told: Judge) -> list[dict[str, str]]:
    """Strandedness as it was said and as the reads tell it."""
    found = inferred(place.results, samples) if place.results.is_dir() else []
    wrong = [item for item in found if item.level == "fail"]
    open_ones = [item for item in found if item.level == "warn"]
    if wrong:
        shown = "; ".join(f"{item.sample}: the sheet says {item.said}, the reads say {item.found}" for item in wrong[:MANY])
        told.say("fail", "strandedness", shown)
    if open_ones:
        told.say("warn", "strandedness", f"undetermined for {', '.join(item.sample for item in open_ones[:MANY])}")
    if found and not wrong:
        told.say(
            "ok", "strandedness", f"the reads of {len(found) - len(open_ones)} samples tell what the sheet says or left open"
        )
    return [
        {"sample": item.sample, "said": item.said, "found": item.found, "level": item.level, "source": item.source}
        for item in found
    ]
