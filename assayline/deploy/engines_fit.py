"""What a pipeline demands against what is here: the version of Nextflow, plugins, profiles."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from assayline.check import Check
from assayline.deploy.engines_maven import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assayline.deploy.engines_nextflow import Nextflow
    from assayline.deploy.engines_pipeline import Needs

ASSUMED = ("standard", "default")
BUNDLE = "`assayline deploy bundle` on a machine with internet, and NXF_PLUGINS_DIR here"


def fits(wanted: Needs, found: Nextflow | None, profiles: tuple[str, ...]) -> Iterator[Check]:
    """Every demand of the pipeline, with what helps where it is not met."""
    yield Check("pipeline", "ok", f"{wanted.name} {wanted.version}".strip() + f" ({wanted.source})")
    if not wanted.snakemake:
        yield version(wanted, found)
        for plugin in wanted.plugins:
            yield of_plugin(plugin, found)
    for name in profiles:
        yield profile(name, wanted)


def version(wanted: Needs, found: Nextflow | None) -> Check:
    """Whether the pipeline runs with the Nextflow that was found."""
    name, demand = "pipeline: Nextflow", wanted.nextflow
    have = f"Nextflow {found.version}" if found else "no Nextflow"
    if demand is None:
        return Check(name, "ok" if found else "fail", f"{have}; the pipeline demands no version")
    try:
        met = found is not None and demand.met(found.version)
        by_fix = demand.met(VERSION)
    except ValueError as error:
        text = f"'{demand.text}' in {wanted.source} is no demand of a version ('{error}')"
        return Check(name, "warn", text, "ask the pipeline's authors")
    if met:
        return Check(name, "ok", f"{have} meets {demand.text}")
    if by_fix:
        help_ = "assayline deploy check --fix"
    else:
        help_ = f"put a Nextflow {demand.text.lstrip('!')} on PATH (Maven has {VERSION}, too old), or take an older release"
    refused = demand.strict or found is None
    return Check(name, "fail" if refused else "warn", f"{have}, but {wanted.name} demands {demand.text}", help_)


def of_plugin(plugin: str, found: Nextflow | None) -> Check:
    """Whether a plugin is here, or can be fetched when the pipeline starts."""
    name, text = f"pipeline: plugin {plugin}", plugin.partition("@")
    present = found.plugins() if found else []
    if any(one == plugin or (not text[1] and one.partition("@")[0] == plugin) for one in present):
        return Check(name, "ok", "is here")
    others = [one for one in present if one.partition("@")[0] == text[0]]
    have = f"is not here{f' ({others[-1]} is)' if others else ''}"
    if found is not None and not found.offline():
        return Check(name, "warn", f"{have}; Nextflow fetches it when the pipeline starts", f"nextflow plugin install {plugin}")
    where = ", ".join(str(folder) for folder in found.plugin_folders()) if found else "no Nextflow"
    return Check(name, "fail", f"{have} ({where}), and this Nextflow may not fetch it (NXF_OFFLINE)" if found else have, BUNDLE)


def profile(name: str, wanted: Needs) -> Check:
    """Whether the pipeline has a profile of this name."""
    if wanted.profiles is None:
        return Check(
            f"profile {name}", "warn", f"{wanted.source} does not tell the pipeline's profiles", "give the pipeline's own folder"
        )
    if name in wanted.profiles or name in ASSUMED:
        return Check(f"profile {name}", "ok", "is one of the pipeline's")
    near = get_close_matches(name, wanted.profiles, n=1)
    known = f"one of {', '.join(wanted.profiles) or 'none'}"
    return Check(
        f"profile {name}", "fail", f"the pipeline has no such profile; {known}", f"-profile {near[0]}" if near else known
    )
