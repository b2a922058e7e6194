"""Starting the supervisor, watching a run, and telling whether one goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from assayline.deploy.launch.trace import Task, read_trace
from assayline.errors import Refused
from assayline.json_files import read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.deploy.launch.place import Place

LOOK = 0.3
WAIT = 60.0
MOST = 500
"""Characters of an error that are shown; the log has all."""


def state_of(place: Place) -> dict[str, Any]:
    """Process, beginning and end of the latest attempt; empty when there was none."""
    return read_json(place.state, "the state of a launch") if place.state.is_file() else {}


def running(place: Place) -> bool:
    """Whether a run goes on in the folder: somebody holds its lock."""
    import fcntl

    path = place.run / ".lock"
    if not path.is_file():
        return False
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def start(place: Place) -> int:
    """Start the supervisor in a session of its own, and wait until it has begun; returns its process."""
    if running(place):
        raise Refused(
            what=place.run,
            found="a run that is still going on",
            expected="nobody else",
            next="Watch it: assayline deploy launch --watch --run DIR.",
        )
    place.folder.mkdir(parents=True, exist_ok=True)
    place.state.unlink(missing_ok=True)
    place.trace.unlink(missing_ok=True)
    with (place.folder / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "assayline.deploy.launch.supervise", str(place.run.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    until = time.monotonic() + WAIT
    while not place.state.is_file() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    if not place.state.is_file():
        told = (place.folder / "supervisor.log").read_text("utf-8", "replace").strip().splitlines()[-1:]
        raise Refused(
            what=place.run, found=" ".join(told) or "no start", expected="Nextflow to start", next="See pipeline/supervisor.log."
        )
    return process.pid


def watch(place: Place, say: Callable[[str], None]) -> int | None:
    """Tell of every task that ends until the run ends; returns Nextflow's status, or None when it was killed without a word."""
    told = 0
    while True:
        alive = running(place)
        tasks = read_trace(place.trace) if place.trace.is_file() else []
        for task in tasks[told:]:
            say(line(task, tasks[: tasks.index(task) + 1]))
        told = len(tasks)
        if not alive:
            status = state_of(place).get("status")
            return int(status) if status is not None else None
        time.sleep(LOOK)


def line(task: Task, before: list[Task]) -> str:
    """One task that ended, with how many have ended so far."""
    counts = Counter(one.status for one in before)
    done = counts["COMPLETED"] + counts["CACHED"]
    rest = "".join(f", {counts[status]} {status.lower()}" for status in ("CACHED", "FAILED", "ABORTED") if counts[status])
    what = "" if task.status == "COMPLETED" else f" {task.status.lower()}"
    code = f" (exit {task.exit}, attempt {task.attempt})" if task.status == "FAILED" else ""
    return f"{done} done{rest}: {task.name}{what}{code}"


def trouble(place: Place) -> str:
    """The words of Nextflow that say what went wrong in the latest attempt; empty when it said nothing of the kind."""
    if not place.log.is_file():
        return ""
    lines = place.log.read_text("utf-8", "replace").splitlines()
    begins = [at for at, text in enumerate(lines) if text.lstrip().startswith("N E X T F L O W")]
    lines = lines[begins[-1] :] if begins else lines
    start = next((at for at, text in enumerate(lines) if text.startswith("ERROR")), None)
    if start is None:
        return ""
    end = next(
        (at for at, text in enumerate(lines) if at > start and text.startswith(("Command executed", "Tip:", " -- Check"))),
        start + 6,
    )
    return " ".join(part.strip() for part in lines[start:end] if part.strip())[:MOST]
