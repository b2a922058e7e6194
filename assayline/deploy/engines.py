"""The engines of pipelines on this machine: found, compared with what a pipeline demands, and fetched where that can be done."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from assayline.check import Check
from assayline.deploy import engines_maven
from assayline.deploy.engines_ask import ask
from assayline.deploy.engines_containers import engines as containers
from assayline.deploy.engines_fit import fits
from assayline.deploy.engines_nextflow import Nextflow, choices
from assayline.deploy.engines_slurm import slurm
from assayline.machine import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assayline.deploy.engines_pipeline import Needs

JAVA = 17
"""The oldest Java that Nextflow 25 starts with."""
FIX = "assayline deploy check --fix"


def java(*, required: bool) -> Check:
    """The Java that Nextflow would start with."""
    level = "fail" if required else "warn"
    answer = ask("java", "-version")
    match = re.search(r'version "(\d+)(?:\.(\d+))?', answer.text)
    help_ = "apt-get install default-jre-headless"
    if answer.status != 0 or match is None:
        return Check("Java", level, answer.first or "not on PATH", help_)
    major = int(match[2] or 0) if match[1] == "1" else int(match[1])
    return Check("Java", "ok" if major >= JAVA else level, answer.first, "" if major >= JAVA else f"install Java {JAVA} or newer")


def of_nextflow(found: Nextflow | None, *, required: bool) -> Check:
    """The Nextflow that would be taken."""
    if found is None:
        return Check("Nextflow", "fail" if required else "warn", "none on PATH and none fetched", FIX)
    place = "fetched from Maven; fetches no plugins" if found.fetched else "on PATH"
    return Check("Nextflow", "ok", f"{found.version} ({place}: {found.command})")


def snakemake(*, required: bool) -> Check:
    """The Snakemake of this installation, with its executor for Slurm."""
    try:
        found = version("snakemake")
    except PackageNotFoundError:
        return Check("Snakemake", "fail" if required else "warn", "not installed", "uv pip install 'assayline[workflows]'")
    try:
        return Check("Snakemake", "ok", f"{found}, executor for Slurm {version('snakemake-executor-plugin-slurm')}")
    except PackageNotFoundError:
        return Check("Snakemake", "warn", f"{found}, no executor for Slurm", "uv pip install snakemake-executor-plugin-slurm")


def examine(wanted: Needs | None = None, profiles: tuple[str, ...] = ()) -> Iterator[Check]:
    """Every check in order; what the pipeline or a chosen profile needs and is not here fails, what is optional warns."""
    present = choices(wanted.nextflow if wanted else None)
    found = present[0] if present else None
    for_snakemake = wanted is not None and wanted.snakemake
    yield java(required=not for_snakemake)
    yield of_nextflow(found, required=not for_snakemake)
    yield snakemake(required=for_snakemake)
    yield from containers(profiles)
    yield slurm(required="slurm" in profiles)
    yield from machine()
    if wanted is not None:
        yield from fits(wanted, found, profiles)


def fix(wanted: Needs | None, say: Callable[[str], None]) -> bool:
    """Fetch Nextflow where none is here, or where the one here is refused and the one to be had is not; whether it was done."""
    demand = wanted.nextflow if wanted else None
    present = choices(demand)
    try:
        fit = bool(present) and (demand is None or demand.met(present[0].version) or not demand.met(engines_maven.VERSION))
    except ValueError:
        fit = bool(present)
    if fit or (wanted is not None and wanted.snakemake):
        return False
    say(f"fetching Nextflow {engines_maven.VERSION} with Maven into {engines_maven.launcher().parents[1]}")
    engines_maven.fetch()
    return True
