"""Run a pipeline in a run folder, and go on with it after any end.

Parameters, command and configuration are written into RUN/pipeline first. The run has a session of its own: closing the terminal
or pressing Ctrl-C ends the watching, not the run. The same command goes on where the run stopped; RUN/results holds the outputs.
All words after --nextflow go to Nextflow as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    from assayline.deploy.launch.place import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    """The pipeline, the run folder, and what is set."""
    parser.add_argument("pipeline", nargs="?", metavar="PIPELINE", help="folder, archive, organisation/name, or own")
    parser.add_argument("--run", dest="folder", type=Path, required=True, metavar="DIR", help="the run folder")
    parser.add_argument("--revision", default="", metavar="REV", help="revision of a clone or of a pulled pipeline")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="the sample sheet")
    parser.add_argument("--profile", default="", metavar="NAMES", help="profiles of the pipeline, with commas")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    parser.add_argument("--params-file", type=Path, metavar="FILE", help="parameters in JSON or YAML")
    parser.add_argument(
        "-c", "--config", action="append", default=[], type=Path, metavar="FILE", help="configuration laid over it"
    )
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="an unpacked bundle: plugins and images come from it, no network"
    )
    parser.add_argument("--detach", action="store_true", help="start it and do not watch")
    parser.add_argument("--watch", action="store_true", help="watch the run that goes on in the folder, and start nothing")
    parser.add_argument("--force", action="store_true", help="run another launch in a folder that had one")
    parser.add_argument("--dry-run", action="store_true", help="check, and print the command")
    parser.add_argument(
        "--nextflow",
        dest="words",
        nargs=argparse.REMAINDER,
        default=[],
        metavar="WORDS",
        help="all that follows goes to Nextflow",
    )


def run(options: argparse.Namespace) -> Outcome:
    """Check, write, start, watch; status 8 when the pipeline failed."""
    import shlex

    from assayline.deploy.launch.place import Place
    from assayline.deploy.launch.plan import Launch, plan, write
    from assayline.deploy.launch.start import start
    from assayline.deploy.nfcore import open_pipeline
    from assayline.deploy.parameters import parse
    from assayline.errors import BadUsage
    from assayline.run_folder import RunFolder

    place = Place(options.folder)
    if options.watch:
        return watched(place)
    if not options.pipeline:
        raise BadUsage(what="PIPELINE", found="nothing", expected="a pipeline, or --watch", next="Name it.")
    launch = Launch(
        open_pipeline(options.pipeline, options.revision),
        place,
        tuple(name.strip() for name in options.profile.split(",") if name.strip()),
        parse(options.param, options.params_file),
        options.sheet,
        tuple(options.config),
        tuple(options.words),
        options.bundle,
    )
    made = plan(launch)
    if options.dry_run:
        body = {"words": made.words, "parameters": made.parameters, "environment": made.environment}
        return Outcome([body], made.findings, text=shlex.join(made.words))
    RunFolder(place.run).create()
    again = write(launch, made, force=options.force)
    pid = start(place)
    talk(f"{launch.pipeline.name} {'goes on' if again else 'runs'} in {place.run} as process {pid} (log: {place.log})")
    if options.detach:
        return Outcome(
            [{"run": str(place.run), "pid": pid}],
            made.findings,
            text=f"watch it: assayline deploy launch --watch --run {place.run}",
        )
    outcome = watched(place)
    outcome.findings = [*made.findings, *outcome.findings]
    return outcome


def watched(place: Place) -> Outcome:
    """Watch until the end; raises WorkflowFailed with Nextflow's own words."""
    from assayline.deploy.launch.start import state_of, trouble, watch
    from assayline.errors import BadInput, WorkflowFailed

    if not place.command.is_file():
        raise BadInput(
            what=place.run, found="no launch", expected="a run folder of deploy launch", next="Launch a pipeline there."
        )
    try:
        status = watch(place, talk)
    except KeyboardInterrupt:
        talk(f"no longer watching; the run goes on as process {state_of(place).get('pid')}", level="warning")
        raise
    if status != 0:
        found = trouble(place) or (f"status {status}" if status is not None else "an end without a word (killed?)")
        raise WorkflowFailed(workflow=place.run.name, found=found.rstrip("."), log=place.log)
    return Outcome([{"run": str(place.run), "status": status, "results": str(place.results)}], text=f"results: {place.results}")
