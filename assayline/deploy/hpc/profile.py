"""Slurm profiles for Nextflow and Snakemake as text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.deploy.hpc.usage import Usage

WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.,@-]*")
CLOCK = re.compile(r"(?:(?P<days>\d+)-)?(?P<hours>\d{1,3}):(?P<minutes>\d{2})(?::\d{2})?|(?P<plain>\d+)")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A partition, an account (empty: the user's own), minutes a job may take, megabytes for jobs not seen, jobs at a time."""

    partition: str = ""
    account: str = ""
    minutes: int = 240
    memory: int = 4096
    jobs: int = 50


def minutes_of(text: str) -> int:
    """`2-12:00:00`, `04:00:00` or minutes; raises BadUsage."""
    match = CLOCK.fullmatch(text.strip())
    if match is None:
        raise BadUsage(what="--time", found=repr(text), expected="D-HH:MM:SS, HH:MM:SS or minutes", next="As 04:00:00.")
    if match["plain"]:
        return int(match["plain"])
    return int(match["days"] or 0) * 1440 + int(match["hours"]) * 60 + int(match["minutes"])


def word(option: str, text: str) -> str:
    """A name of a partition or account that is safe in a command; raises BadUsage."""
    if text and not WORD.fullmatch(text):
        raise BadUsage(
            what=option,
            found=repr(text),
            expected="letters, digits and _ . , @ -",
            next="Give the name that sinfo or sacctmgr shows.",
        )
    return text


def nextflow(cluster: Cluster, seen: Sequence[Usage]) -> str:
    """A configuration for `-c` or a profile: memory and time grow with each attempt, within the limit of the partition."""
    lines = ["// Slurm profile written by assayline deploy profile; use it with -c.", "process {", "    executor = 'slurm'"]
    lines += [f"    queue = '{cluster.partition}'"] if cluster.partition else []
    lines += [f"    clusterOptions = '--account={cluster.account}'"] if cluster.account else []
    limit = f"{cluster.minutes}.min"
    lines += [
        f"    memory = {{ {cluster.memory}.MB * task.attempt }}",
        f"    time = {limit}",
        f"    resourceLimits = [time: {limit}]",
        "    maxRetries = 2",
        "    errorStrategy = { task.exitStatus in ((130..145) + 104) ? 'retry' : 'finish' }",
    ]
    for use in seen:
        lines += [
            "",
            f"    // {use.tasks} tasks seen: at most {use.memory / (1 << 20):.0f} MB and {use.seconds:.0f} s",
            f"    withName: '{use.name}' {{",
        ]
        lines += [f"        cpus = {use.cpus}"]
        lines += [f"        memory = {{ {use.ask_memory}.MB * task.attempt }}"] if use.ask_memory else []
        lines += [f"        time = {{ {min(use.ask_minutes, cluster.minutes)}.min * task.attempt }}", "    }"]
    lines += [
        "}",
        "",
        "executor {",
        f"    queueSize = {cluster.jobs}",
        "    submitRateLimit = '10/1sec'",
        "    pollInterval = '10 sec'",
        "}",
    ]
    return "\n".join(lines) + "\n"


def snakemake(cluster: Cluster, seen: Sequence[Usage]) -> str:
    """`config.yaml` of a workflow profile."""
    lines = ["# Slurm profile written by assayline deploy profile; use it with --workflow-profile FOLDER.", "executor: slurm"]
    lines += [f"jobs: {cluster.jobs}", "retries: 2", "latency-wait: 30", "rerun-incomplete: true", "default-resources:"]
    lines += [f"  slurm_partition: {json.dumps(cluster.partition)}"] if cluster.partition else []
    lines += [f"  slurm_account: {json.dumps(cluster.account)}"] if cluster.account else []
    lines += [f"  mem_mb: {cluster.memory} * attempt", f"  runtime: {cluster.minutes}"]
    lines += ["set-resources:"] if seen else []
    for use in seen:
        lines += [f"  {json.dumps(use.name)}:"]
        lines += [f"    mem_mb: {use.ask_memory} * attempt"] if use.ask_memory else []
        lines += [f"    runtime: {min(use.ask_minutes, cluster.minutes)}"]
    return "\n".join(lines) + "\n"
