"""What the machine offers: engines on PATH, memory and processors."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from allotrope.errors import DeclaredError
from assayline.check import Check
from assayline.share import workflows

if TYPE_CHECKING:
    from collections.abc import Iterator


GIGA = 1 << 30
ENGINES = {
    "nextflow": "install Nextflow 25.04 or newer",
    "java": "apt-get install default-jre-headless",
    "sbatch": "apt-get install slurm-wlm",
}


def first_line(program: str) -> str:
    """What a program says of its version; empty if it does not run."""
    flag = "-version" if program in ("java", "nextflow") else "--version"
    try:
        done = subprocess.run([program, flag], capture_output=True, text=True, timeout=20, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return next((line for line in lines if "version" in line.lower()), lines[0] if lines else "") if done.returncode == 0 else ""


def engines() -> Iterator[Check]:
    """Workflows and the programs that run them; all but Snakemake are optional."""
    try:
        yield Check("workflows", "ok", ", ".join(workflows()) or "none")
    except DeclaredError as error:
        yield Check("workflows", "fail", str(error), "make setup")
    for program, command in ENGINES.items():
        found = first_line(program) if shutil.which(program) else ""
        yield Check(program, "ok" if found else "warn", found or "not on PATH (optional)", "" if found else command)


def memory() -> int | None:
    """Bytes of memory that this process may use (the container's limit, if lower); None where the system does not say."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def machine() -> Iterator[Check]:
    """Processors, memory, disk of the working folder."""
    yield Check("processors", "ok", str(os.cpu_count()))
    total = memory()
    if total is not None:
        low = total < 6 * GIGA
        yield Check("memory", "warn" if low else "ok", f"{total / GIGA:.1f} GB", "scVI wants 6 GB or more" if low else "")
    free = shutil.disk_usage(Path.cwd()).free
    level = "fail" if free < GIGA / 2 else "warn" if free < 5 * GIGA else "ok"
    yield Check("free disk", level, f"{free / GIGA:.1f} GB here", "" if level == "ok" else "make room, or work on another disk")
