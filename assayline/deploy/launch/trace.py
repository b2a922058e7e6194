"""Nextflow's trace: one task a line, as text for a person or raw."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

DONE = ("COMPLETED", "CACHED")
UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt of a task: process, tag, status, exit code (None unknown), attempt, and what it used and asked for.

    `memory_used` and `memory` in bytes, `seconds` and `limit` in seconds; 0 where the trace does not say.
    """

    process: str
    tag: str
    status: str
    exit: int | None
    attempt: int
    name: str
    workdir: str
    memory_used: float
    memory: float
    seconds: float
    limit: float
    cpus: int


def bytes_of(text: str) -> float:
    """`1.5 GB` or raw bytes; 0 for neither."""
    found = re.fullmatch(r"([\d.]+)\s*([KMGT]?B)?", text.strip(), re.IGNORECASE)
    return float(found[1]) * UNITS[(found[2] or "B").upper()] if found else 0.0


def seconds_of(text: str, *, raw: bool) -> float:
    """`1h 2m 3.5s`, or raw milliseconds; 0 for neither."""
    if raw and re.fullmatch(r"\d+", text.strip()):
        return int(text) / 1000
    parts = re.findall(r"([\d.]+)\s*(ms|s|m|h|d)", text)
    return sum(float(number) * TIMES[unit] for number, unit in parts)


def read_trace(path: Path) -> list[Task]:
    """The tasks of a trace, in the order of their ends; raises BadInput for a file that is none."""
    expected = "a trace of Nextflow with the columns name, status and exit"
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadInput(
            what=path, found=error.strerror or error, expected=expected, next="Launch with assayline, or -with-trace."
        ) from error
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    if text.strip() and not {"name", "status"} <= set(text.partition("\n")[0].split("\t")):
        raise BadInput(what=path, found=text.partition("\n")[0][:60], expected=expected, next="Give the file of -with-trace.")
    return [_task({name: value or "" for name, value in row.items() if name}) for row in rows if row.get("status")]


def _task(row: dict[str, str]) -> Task:
    name = row.get("name", "")
    said = re.fullmatch(r"(?P<process>\S+)(?: \((?P<tag>.*)\))?", name)
    raw = bool(re.fullmatch(r"\d{12,}", row.get("submit", "").strip()))
    code = row.get("exit", "").strip()
    return Task(
        process=row.get("process") or (said["process"] if said else name),
        tag=_said(row.get("tag", "")) or ((said["tag"] or "") if said else ""),
        status=row["status"].strip(),
        exit=int(code) if re.fullmatch(r"-?\d+", code) else None,
        attempt=int(row["attempt"]) if row.get("attempt", "").isdecimal() else 1,
        name=name,
        workdir=_said(row.get("workdir", "")),
        memory_used=bytes_of(row.get("peak_rss", "")),
        memory=bytes_of(row.get("memory", "")),
        seconds=seconds_of(row.get("realtime", ""), raw=raw),
        limit=seconds_of(row.get("time", ""), raw=raw),
        cpus=int(row["cpus"]) if row.get("cpus", "").isdecimal() else 1,
    )


def _said(text: str) -> str:
    return "" if text.strip() in ("-", "") else text.strip()


def last_attempts(tasks: list[Task]) -> dict[tuple[str, str], Task]:
    """The last attempt of each task by process and name."""
    found: dict[tuple[str, str], Task] = {}
    for task in tasks:
        known = found.get((task.process, task.name))
        if known is None or (task.attempt, task.status in DONE) >= (known.attempt, known.status in DONE):
            found[task.process, task.name] = task
    return found
