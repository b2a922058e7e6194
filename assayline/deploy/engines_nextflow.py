"""Which Nextflow runs here: the one on PATH, else the one in the cache."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from assayline.deploy import engines_maven
from assayline.deploy.engines_ask import ask
from assayline.errors import EnvironmentMissing

if TYPE_CHECKING:
    from assayline.deploy.engines_versions import Demand


@dataclass(frozen=True, slots=True)
class Nextflow:
    """A Nextflow that can be started: its command, its version, and whether it is the one of the cache."""

    command: Path
    version: str
    fetched: bool

    def offline(self) -> bool:
        """Whether it may not fetch plugins: NXF_OFFLINE, which the launcher of the cache sets by itself."""
        return os.environ.get("NXF_OFFLINE", "true" if self.fetched else "false").lower() == "true"

    def plugin_folders(self) -> list[Path]:
        """Where its plugins lie."""
        home = os.environ.get("NXF_HOME") or (self.command.parents[1] / "home" if self.fetched else Path.home() / ".nextflow")
        return [Path(folder) for folder in (os.environ.get("NXF_PLUGINS_DIR"), Path(home) / "plugins") if folder]

    def plugins(self) -> list[str]:
        """The plugins that are here, as `name@version`."""
        found = {path.name for folder in self.plugin_folders() if folder.is_dir() for path in folder.iterdir() if path.is_dir()}
        matches = (re.fullmatch(r"(.+)-(\d+\.\d+.*)", name) for name in sorted(found))
        return [f"{match[1]}@{match[2]}" for match in matches if match]


def on_path() -> Nextflow | None:
    """The Nextflow of PATH, if it starts and says its version."""
    command = which("nextflow")
    if command is None:
        return None
    if engines_maven.fetched() == Path(command).resolve():
        return Nextflow(Path(command).resolve(), engines_maven.VERSION, fetched=True)
    match = re.search(r"version:?\s+(\d+\.\d+\.\d+[\w.-]*)", ask(command, "-v", env={"NXF_ANSI_LOG": "false"}).text)
    return Nextflow(Path(command), match[1], fetched=False) if match else None


def in_cache() -> Nextflow | None:
    """The Nextflow that this project has fetched."""
    command = engines_maven.fetched()
    return Nextflow(command, engines_maven.VERSION, fetched=True) if command else None


def choices(demand: Demand | None = None) -> list[Nextflow]:
    """Every Nextflow that is here, the best first: PATH before cache, but one that a pipeline accepts before one it refuses."""
    present = [one for one in (on_path(), in_cache()) if one is not None]
    if demand is None:
        return present
    try:
        return sorted(present, key=lambda one: not demand.met(one.version))
    except ValueError:
        return present


def nextflow(demand: Demand | None = None) -> Nextflow:
    """The Nextflow to run a pipeline with; raises EnvironmentMissing when there is none."""
    present = choices(demand)
    if not present:
        raise EnvironmentMissing(
            what="Nextflow",
            found="none on PATH and none fetched",
            expected="a Nextflow that starts",
            next="Run `assayline deploy check --fix`, or install Nextflow and put it on PATH.",
        )
    return present[0]
