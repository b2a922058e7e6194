"""What a pipeline needs to run, from its own files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assayline.deploy.engines_config import read_config
from assayline.deploy.engines_versions import Demand
from assayline.errors import BadInput, BadUsage

FACTS = "pipelines.json"
"""Facts of several pipelines beside their folders: name → version, nextflowVersion, plugins."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Name, version, what is demanded of Nextflow, plugins, profiles (None: the files do not tell), and which file said so."""

    folder: Path
    name: str
    version: str
    nextflow: Demand | None
    plugins: tuple[str, ...]
    profiles: tuple[str, ...] | None
    source: str
    values: dict[str, str] = field(default_factory=dict)
    snakemake: bool = False


def pipeline_folder(text: str | Path) -> Path:
    """The folder of a pipeline: a path, or `own` for the one that comes with this package; raises BadUsage."""
    from assayline.share import share

    folder = share() / "nextflow" if str(text) == "own" else Path(text)
    if folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        raise BadUsage(
            what="PIPELINE",
            found=f"no folder '{text}'",
            expected="a pipeline's folder, or own",
            next="Clone or unpack the pipeline first, and name its folder.",
        )
    return folder


def needs(text: str | Path) -> Needs:
    """What a pipeline demands: `nextflow.config`, a Snakefile, or facts beside its folder; raises BadUsage and BadInput."""
    folder = pipeline_folder(text)
    if (folder / "nextflow.config").is_file():
        return _of_config(folder)
    if (folder / "workflow" / "Snakefile").is_file():
        profiles = tuple(sorted(path.name for path in (folder / "profiles").glob("*") if path.is_dir()))
        return Needs(folder, folder.resolve().name, "", None, (), profiles, "workflow/Snakefile", snakemake=True)
    facts = folder.resolve().parent / FACTS
    if facts.is_file():
        return _of_facts(folder, facts)
    raise BadUsage(
        what=folder,
        found="neither nextflow.config nor workflow/Snakefile",
        expected="the folder of a pipeline",
        next="Name the folder that holds main.nf and nextflow.config.",
    )


def _of_config(folder: Path) -> Needs:
    """From the pipeline's own configuration."""
    config = read_config(folder)
    demand = config.values.get("manifest.nextflowVersion")
    return Needs(
        folder,
        config.values.get("manifest.name", folder.resolve().name),
        config.values.get("manifest.version", ""),
        Demand(demand) if demand else None,
        tuple(config.plugins),
        tuple(config.profiles),
        "nextflow.config",
        config.values,
    )


def _of_facts(folder: Path, facts: Path) -> Needs:
    """From the facts beside the folder, under the folder's name."""
    expected = "name → version, nextflowVersion, plugins"
    try:
        table: dict[str, Any] = json.loads(facts.read_bytes())
        entry = table[folder.resolve().name]
        version, demand, plugins = str(entry["version"]), str(entry["nextflowVersion"]), [str(one) for one in entry["plugins"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            what=facts, found=f"{type(error).__name__} {error}", expected=expected, next="Give the pipeline's own folder."
        ) from error
    return Needs(folder, folder.resolve().name, version, Demand(demand), tuple(plugins), None, FACTS)
