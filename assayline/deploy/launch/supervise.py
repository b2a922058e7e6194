"""The process that runs Nextflow for a run folder and writes down how it ended: `python -m assayline.deploy.launch.supervise`.

It has a session of its own, so that it outlives the terminal, and holds the run folder's lock, which ends with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.deploy.launch.place import Place
from assayline.engine import alone
from assayline.errors import Refused
from assayline.json_files import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "assayline/launch-state/1"


def now() -> str:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _held(run: Path) -> Iterator[int]:
    """Hold the folder; somebody who only asks whether a run goes on holds it for a moment, so try again for a second."""
    with ExitStack() as stack:
        for last in (*[False] * 10, True):
            try:
                lock = stack.enter_context(alone(run))
                break
            except Refused:
                if last:
                    raise
                time.sleep(0.1)
        yield lock


def supervise(run: Path) -> int:
    """Run the command of the folder to its end; returns Nextflow's status. Raises Refused when somebody else holds the folder."""
    place = Place(run)
    order = read_json(place.command, "the command of a launch")
    words = [str(word) for word in order["words"]]
    if (place.folder / ".nextflow" / "history").is_file():
        words.append("-resume")
    with _held(place.run) as lock, place.log.open("ab") as log:
        process = subprocess.Popen(
            words,
            cwd=place.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {str(name): str(value) for name, value in order["environment"].items()},
            pass_fds=(lock,),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda sent, _frame: process.send_signal(sent))
        state = {"schema": SCHEMA, "pid": os.getpid(), "nextflow": process.pid, "started": now(), "resumed": "-resume" in words}
        write_json(place.state, state)
        status = process.wait()
        write_json(place.state, state | {"ended": now(), "status": status})
    return status


if __name__ == "__main__":
    try:
        raise SystemExit(supervise(Path(sys.argv[1])))
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.status) from error
