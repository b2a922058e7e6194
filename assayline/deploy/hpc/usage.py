"""What processes or rules have used: from a trace of Nextflow or benchmark files of Snakemake."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.deploy.launch.trace import DONE, read_trace
from assayline.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

MEMORY, TIME = 1.5, 3.0
"""Room above the largest use that was seen: memory is cut at the limit, times vary with the machine."""

SAFE = re.compile(r"[A-Za-z0-9_.-]+")
"""Names that may stand in a configuration; a trace is text from somewhere."""

STEP = 256 << 20
LEAST_MEMORY, LEAST_SECONDS = 512 << 20, 600


@dataclass(frozen=True, slots=True)
class Usage:
    """The largest use of one process: bytes of memory, seconds, processors; 0 bytes where it was not measured."""

    name: str
    memory: float
    seconds: float
    cpus: int
    tasks: int

    @property
    def ask_memory(self) -> int:
        """Megabytes to ask for: half as much again, in steps of 256 MB; 0 if memory was not measured."""
        if not self.memory:
            return 0
        return int(max(LEAST_MEMORY, -(-self.memory * MEMORY // STEP) * STEP)) >> 20

    @property
    def ask_minutes(self) -> int:
        """Minutes to ask for: three times as much, at least 10."""
        return int(max(LEAST_SECONDS, self.seconds * TIME) // 60)


def usage(path: Path) -> list[Usage]:
    """Use by process, from a trace; by rule, from a folder of benchmarks (`RULE.tsv` or `RULE/….tsv`). Raises BadInput."""
    found = _benchmarks(path) if path.is_dir() else _trace(path)
    if not found:
        raise BadInput(
            what=path,
            found="no task that finished",
            expected="a trace of Nextflow, or a folder of Snakemake's benchmarks",
            next="Give another one.",
        )
    return found


def _merged(rows: list[Usage]) -> list[Usage]:
    """The largest of each name, in order of names."""
    names = sorted({row.name for row in rows if SAFE.fullmatch(row.name)})
    return [
        Usage(
            name,
            max(row.memory for row in rows if row.name == name),
            max(row.seconds for row in rows if row.name == name),
            max(row.cpus for row in rows if row.name == name),
            sum(row.tasks for row in rows if row.name == name),
        )
        for name in names
    ]


def _trace(path: Path) -> list[Usage]:
    tasks = [task for task in read_trace(path) if task.status in DONE]
    return _merged([Usage(task.process.rpartition(":")[2], task.memory_used, task.seconds, task.cpus, 1) for task in tasks])


def _benchmarks(folder: Path) -> list[Usage]:
    rows = []
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            table = list(csv.DictReader(stream, delimiter="\t"))
        name = path.stem if path.parent == folder else path.relative_to(folder).parts[0]
        rows += [Usage(name, _number(row.get("max_rss")) * (1 << 20), _number(row["s"]), 1, 1) for row in table if "s" in row]
    return _merged(rows)


def _number(text: str | None) -> float:
    return float(text) if text and re.fullmatch(r"\d+(?:\.\d+)?", text) else 0.0
