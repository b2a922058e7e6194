"""The steps of a run with their times, from the records that the workflow engine keeps in the run folder."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDS = ".snakemake/metadata"


@dataclass(frozen=True, slots=True)
class Step:
    """One job: rule, a name that is its own, start and end in UTC, the files it read with digests where known, and wrote."""

    rule: str
    name: str
    started: str
    ended: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    digests: tuple[tuple[str, str], ...]


def steps(folder: Path) -> tuple[Step, ...]:
    """Every finished job, in the order of their starts; none when the engine left no records."""
    jobs: dict[tuple[str, ...], list[tuple[str, dict[str, Any]]]] = {}
    for output, record in _records(folder / RECORDS):
        jobs.setdefault((record["rule"], *record["log"], *record["input"]), []).append((output, record))
    return tuple(sorted((_step(job) for job in jobs.values()), key=lambda step: (step.started, step.name)))


def _step(job: list[tuple[str, dict[str, Any]]]) -> Step:
    job.sort(key=lambda item: item[0])
    first = job[0][1]
    log = first["log"][0].removeprefix("logs/").removesuffix(".log") if first["log"] else ""
    return Step(
        rule=first["rule"],
        name=log or job[0][0],
        started=_moment(min(record["starttime"] for _, record in job)),
        ended=_moment(max(record["endtime"] for _, record in job)),
        inputs=tuple(first["input"]),
        outputs=tuple(output for output, _ in job),
        digests=tuple(sorted((first.get("input_checksums") or {}).items())),
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _records(place: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Output and record of each; a name too long for one file name is spread over folders that begin with `@`.

    One that cannot be read is passed over, as the engine itself does: only the time of that step is then unknown.
    """
    for path in sorted(place.rglob("*")):
        if not path.is_file():
            continue
        try:
            word = "".join(part.removeprefix("@") for part in path.relative_to(place).parts)
            output, record = urlsafe_b64decode(word).decode(), json.loads(path.read_bytes())
        except (ValueError, OSError):
            continue
        if isinstance(record, dict) and not record.get("incomplete") and _sound(record):
            yield output, record


def _sound(record: dict[str, Any]) -> bool:
    """Whether a record has what is read of it."""
    lists = all(
        isinstance(record.get(key), list) and all(isinstance(item, str) for item in record[key]) for key in ("input", "log")
    )
    times = all(isinstance(record.get(key), int | float) for key in ("starttime", "endtime"))
    return lists and times and isinstance(record.get("rule"), str)
