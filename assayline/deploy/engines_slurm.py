"""Slurm as a client sees it: the commands, the controller, partitions and their state."""

from __future__ import annotations

import shutil

from assayline.check import Check
from assayline.deploy.engines_ask import ask

HELP = "apt-get install slurm-client, and the cluster's slurm.conf"


def slurm(*, required: bool) -> Check:
    """Whether jobs can be submitted here; a failure only where the chosen profile needs it."""
    level = "fail" if required else "warn"
    if shutil.which("sbatch") is None:
        return Check("Slurm", level, "no sbatch on PATH" + ("" if required else " (optional)"), HELP)
    answer = ask("sinfo", "--noheader", "--format", "%P %a %D", patience=20)
    if answer.status != 0:
        return Check("Slurm", level, f"sbatch is there, but no controller answers: {answer.first or 'no answer'}", HELP)
    up: list[str] = []
    down: list[str] = []
    for line in answer.text.splitlines():
        words = line.split()
        if len(words) == 3:
            (up if words[1] == "up" else down).append(f"{words[0]} ({words[2]} nodes)")
    if not up:
        return Check("Slurm", level, f"no partition is up: {', '.join(down) or 'none at all'}", "sinfo --all")
    version = ask("sbatch", "--version", patience=10).first
    return Check("Slurm", "ok", f"{version}; partitions {', '.join(up)}")
