"""Write a Slurm profile for Nextflow or Snakemake, from what an earlier run has used.

Memory is the largest that was seen and half as much again, time three times the longest; both grow when a job is repeated. --seen
is a trace of Nextflow, a run folder of deploy launch, or a folder of Snakemake's benchmark files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The engine, the cluster, and what was seen."""
    parser.add_argument("engine", choices=("nextflow", "snakemake"), metavar="ENGINE", help="nextflow or snakemake")
    parser.add_argument("--partition", default="", metavar="NAME", help="partition (default: the cluster's)")
    parser.add_argument("--account", default="", metavar="NAME", help="account to charge (default: the user's)")
    parser.add_argument("--time", default="04:00:00", metavar="TIME", help="longest time of a job (default: 04:00:00)")
    parser.add_argument(
        "--memory", type=int, default=4096, metavar="MB", help="memory of jobs that were not seen (default: 4096)"
    )
    parser.add_argument("--jobs", type=int, default=50, metavar="N", help="jobs at a time (default: 50)")
    parser.add_argument("--seen", type=Path, metavar="PATH", help="trace, run folder, or folder of benchmarks")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the profile (default: printed)")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(options: argparse.Namespace) -> Outcome:
    """Make the profile, print or write it."""
    from assayline.deploy.hpc.profile import Cluster, minutes_of, nextflow, snakemake, word
    from assayline.deploy.hpc.usage import usage
    from assayline.deploy.launch.place import Place
    from assayline.files import write_whole

    place = options.seen
    if place is not None and Place(place).trace.is_file():
        place = Place(place).trace
    seen = usage(place) if place is not None else []
    partition, account = word("--partition", options.partition), word("--account", options.account)
    cluster = Cluster(partition, account, minutes_of(options.time), options.memory, options.jobs)
    text = (nextflow if options.engine == "nextflow" else snakemake)(cluster, seen)
    if options.output:
        write_whole({options.output: text.encode()}, force=options.force)
        talk(f"{options.output}: {len(seen)} processes with memory and time of their own")
    rows = [{"name": use.name, "tasks": use.tasks, "memory_mb": use.ask_memory, "minutes": use.ask_minutes} for use in seen]
    return Outcome(
        [{"engine": options.engine, "profile": str(options.output or ""), "processes": rows}], text="" if options.output else text
    )
