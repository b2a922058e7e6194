"""What a launch will do: parameters, configuration and command, checked and written into the run folder."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assayline import __version__
from assayline.deploy.engines_fit import fits
from assayline.deploy.engines_nextflow import Nextflow, nextflow
from assayline.deploy.parameters import check
from assayline.errors import BadInput, EnvironmentMissing, Refused
from assayline.json_files import file_digest, read_json, write_atomic, write_json
from assayline.machine import memory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allotrope.errors import Finding
    from assayline.deploy.launch.place import Place
    from assayline.deploy.nfcore import Pipeline

SCHEMA = "assayline/launch/1"
FIELDS = (
    "task_id,hash,native_id,process,tag,name,status,exit,attempt,submit,start,complete,duration,realtime,"
    "%cpu,peak_rss,cpus,memory,time,queue,workdir"
)
LIMITS = """
// No profile names an executor, so that tasks run here: none may ask for more than this machine has.
process.resourceLimits = [cpus: {cpus}, memory: {memory}.MB]
"""
CONFIG = """// Written by assayline: the trace that progress and verification read.
trace {{
    enabled   = true
    overwrite = true
    raw       = true
    file      = {trace}
    fields    = '{fields}'
}}
"""


@dataclass(frozen=True, slots=True)
class Launch:
    """What is asked: the pipeline, the run folder, profiles, parameters, further configuration, words for Nextflow, a bundle."""

    pipeline: Pipeline
    place: Place
    profiles: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    sheet: Path | None = None
    configs: tuple[Path, ...] = ()
    words: tuple[str, ...] = ()
    bundle: Path | None = None


@dataclass(slots=True)
class Plan:
    """The command with its surroundings, and findings."""

    words: list[str]
    environment: dict[str, str]
    parameters: dict[str, Any]
    engine: Nextflow
    findings: list[Finding]


def plan(launch: Launch) -> Plan:
    """Check engine, profiles and parameters; raises EnvironmentMissing, ParametersRefused or BadInput."""
    pipeline, place = launch.pipeline, launch.place
    environment = surroundings(launch.bundle)
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        engine = nextflow(pipeline.needs.nextflow)
        failed = [one for one in fits(pipeline.needs, engine, launch.profiles) if one.level == "fail"]
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    if failed:
        raise EnvironmentMissing(
            what=f"{pipeline.name} {pipeline.needs.version}".strip(),
            found="; ".join(f"{one.name}: {one.found}" for one in failed),
            expected="what the pipeline's own files demand",
            next=failed[0].help[:1].upper() + failed[0].help[1:] + ".",
        )
    given = dict(launch.given)
    if launch.sheet is not None:
        if not launch.sheet.is_file():
            raise BadInput(
                what=launch.sheet, found="no such file", expected="a sample sheet", next="Make it: assayline deploy sheet."
            )
        given[pipeline.sheet_parameter or "input"] = str(launch.sheet.absolute())
    outdir = {pipeline.outdir_parameter: str(place.results.absolute())} if pipeline.outdir_parameter else {}
    # A test profile fills required parameters in configuration that is not evaluated here.
    filled = pipeline.required if launch.profiles else ()
    checked = check(pipeline, given | outdir, filled=filled)
    words = [str(engine.command), "-log", str(place.folder.absolute() / "nextflow.log"), "run", str(pipeline.folder.resolve())]
    words += ["-ansi-log", "false", "-params-file", str(place.parameters.absolute()), "-work-dir", str(place.work.absolute())]
    for config in (*launch.configs, place.config):
        words += ["-c", str(config.absolute())]
    words += ["-profile", ",".join(launch.profiles)] if launch.profiles else []
    return Plan([*words, *launch.words], environment, checked.values, engine, checked.findings)


def surroundings(bundle: Path | None) -> dict[str, str]:
    """Variables of the run: no look for newer versions, and with a bundle its plugins and images and no network at all."""
    found = {"NXF_ANSI_LOG": "false", "NXF_DISABLE_CHECK_LATEST": "true"}
    if bundle is None:
        return found
    body = read_json(bundle / "bundle.json", "an unpacked bundle")
    parts = {"NXF_PLUGINS_DIR": "plugins", "NXF_APPTAINER_CACHEDIR": "images", "NXF_SINGULARITY_CACHEDIR": "images"}
    present = {name: str((bundle / part).absolute()) for name, part in parts.items() if part in body.get("parts", [])}
    return found | present | {"NXF_OFFLINE": "true"}


def write(launch: Launch, made: Plan, *, force: bool) -> bool:
    """Write parameters, configuration and command; whether this goes on with an earlier launch, else Refused for another."""
    place = launch.place
    body = {
        "schema": SCHEMA,
        "pipeline": {
            "name": launch.pipeline.name,
            "version": launch.pipeline.needs.version,
            "digest": digest(launch.pipeline.folder),
        },
        "engine": {"name": "Nextflow", "version": made.engine.version},
        "assayline": __version__,
        "profiles": list(launch.profiles),
        "parameters": file_like(made.parameters),
        "sheet": {"file": launch.sheet.name, "digest": file_digest(launch.sheet)} if launch.sheet else None,
        "words": made.words,
        "environment": made.environment,
    }
    earlier = place.command.is_file()
    if earlier and not force:
        same = ("pipeline", "profiles", "parameters", "sheet")
        before = read_json(place.command, "the command of an earlier launch")
        differs = [name for name in same if before.get(name) != body[name]]
        if differs:
            raise Refused(
                what=place.run,
                found=f"an earlier launch with another {' and '.join(differs)}",
                expected="the same launch, to go on with it",
                next="Give --force to run this one here (what is the same is not run again), or another --run.",
            )
    place.folder.mkdir(parents=True, exist_ok=True)
    write_json(place.parameters, made.parameters)
    trace = json.dumps(str(place.trace.absolute())).replace("$", "\\$")
    limits = LIMITS.format(cpus=os.cpu_count() or 1, memory=(memory() or 8 << 30) >> 20) if here(launch) else ""
    write_atomic(place.config, (CONFIG.format(trace=trace, fields=FIELDS) + limits).encode())
    write_json(place.command, body)
    return earlier


def here(launch: Launch) -> bool:
    """Whether tasks run on this machine: neither the pipeline, nor a chosen profile, nor a configuration names an executor."""
    places = ("", *(f"profiles.{name}." for name in launch.profiles))
    names = [f"{place}{key}" for place in places for key in ("process.executor", "executor.name")]
    said = [launch.pipeline.config.values[name] for name in names if name in launch.pipeline.config.values]
    given = any("executor" in path.read_text("utf-8", "replace") for path in launch.configs if path.is_file())
    return not given and all(name == "local" for name in said)


def file_like(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they come back from JSON, to compare them."""
    body: dict[str, Any] = json.loads(json.dumps(values))
    return body


def digest(folder: Path) -> str:
    """One digest of all files of a pipeline but its working material, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        parts = path.relative_to(folder).parts
        if not {".git", ".nextflow", "work", "results"} & set(parts[:-1]) and not parts[-1].startswith(".nextflow"):
            whole.update(f"{file_digest(path)} {'/'.join(parts)}\n".encode())
    return f"sha256:{whole.hexdigest()}"
