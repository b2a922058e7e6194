"""Software engines of pipelines: containers and conda, each as `ok` only when it answers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from assayline.check import Check
from assayline.deploy.engines_ask import ask
from assayline.notebook.place import author

if TYPE_CHECKING:
    from collections.abc import Iterator

# Profile of nf-core pipelines → programs, any of which serves, how each is asked whether it works, and what helps.
ENGINES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "docker": (("docker",), ("info", "--format", "{{.ServerVersion}}"), "start the Docker daemon, or choose another profile"),
    "podman": (("podman",), ("info", "--format", "{{.Version.Version}}"), "apt-get install podman"),
    "apptainer": (("apptainer",), ("--version",), "install Apptainer, or choose another profile"),
    "singularity": (("singularity", "apptainer"), ("--version",), "install Apptainer, or choose another profile"),
    "charliecloud": (("ch-run",), ("--version",), "apt-get install charliecloud"),
    "conda": (("conda", "mamba", "micromamba"), ("--version",), "install Miniforge and put conda on PATH"),
    "mamba": (("mamba",), ("--version",), "install Miniforge and put mamba on PATH"),
}


def engine(name: str, *, required: bool) -> Check:
    """Whether one engine works; a failure only where the chosen profile needs it."""
    programs, words, help_ = ENGINES[name]
    level = "fail" if required else "warn"
    present = [program for program in programs if shutil.which(program)]
    if not present:
        return Check(name, level, "not on PATH" + ("" if required else " (optional)"), help_)
    answer = ask(present[0], *words, patience=15, env={"USER": author()})  # ch-run wants USER, which a bare environment lacks
    if answer.status != 0:
        lines = [line.strip() for line in answer.text.splitlines() if line.strip()]
        return Check(name, level, f"{present[0]} is there but does not work: {lines[-1] if lines else 'no answer'}", help_)
    return Check(name, "ok", f"{present[0]} {answer.first}")


def engines(profiles: tuple[str, ...]) -> Iterator[Check]:
    """Every engine; those that a chosen profile names are required."""
    for name in ENGINES:
        if name in profiles or name not in ("mamba", "singularity"):
            yield engine(name, required=name in profiles)
