"""The health of an installation: each check says ok, warn or fail, what it found, and the command that helps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from allotrope.errors import DeclaredError
from assayline import __version__
from assayline.share import workflows

if TYPE_CHECKING:
    from collections.abc import Iterator

GIGA = 1 << 30
EXTRAS = ("cells", "workflows", "advisor", "notebook")
ENGINES = {
    "nextflow": "install Nextflow 25.04 or newer",
    "java": "apt-get install default-jre-headless",
    "sbatch": "apt-get install slurm-wlm",
}
KEYS = ("ANTHROPIC_API_KEY", "BENCHLING_API_KEY", "ELABFTW_API_KEY")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: level is ok, warn or fail; `help` is a command or an act."""

    name: str
    level: str
    found: str
    help: str = ""

    def to_json(self) -> dict[str, str]:
        """The check as plain JSON."""
        return {"name": self.name, "level": self.level, "found": self.found, "help": self.help}


def python() -> Iterator[Check]:
    """The interpreter and this package."""
    found = f"{sys.version.split()[0]} ({sys.executable})"
    fit = sys.version_info >= (3, 12)
    yield Check("python", "ok" if fit else "fail", found, "" if fit else "make setup")
    yield Check("assayline", "ok", __version__)


def missing(extra: str | None) -> tuple[list[str], int]:
    """Unmet requirements of the base (None) or of an extra, and how many requirements there are in all."""
    try:
        lines = requires("assayline") or []
    except PackageNotFoundError:
        return ["assayline itself is not installed"], 1
    wanted = []
    for line in lines:
        requirement = Requirement(line)
        base = _applies(requirement, "")
        chosen = base if extra is None else not base and _applies(requirement, extra)
        if chosen and requirement.name != "assayline":
            wanted.append(requirement)
    return [problem for requirement in wanted if (problem := unfit(requirement))], len(wanted)


def _applies(requirement: Requirement, extra: str) -> bool:
    """Whether a requirement holds on this machine for an extra ('' for the base)."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def unfit(requirement: Requirement) -> str:
    """What is wrong with the installed version of a requirement; empty if nothing is."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is missing"
    fit = requirement.specifier.contains(found, prereleases=True)
    return "" if fit else f"{requirement.name} is {found}, not {requirement.specifier}"


def packages() -> Iterator[Check]:
    """The base packages (fail) and each extra (warn)."""
    problems, count = missing(None)
    yield Check(
        "base packages", "fail" if problems else "ok", ", ".join(problems) or f"{count} fit", "make setup" if problems else ""
    )
    for extra in EXTRAS:
        problems, count = missing(extra)
        command = f"uv pip install 'assayline[{extra}]'"
        yield Check(
            f"extra [{extra}]", "warn" if problems else "ok", ", ".join(problems) or f"{count} fit", command if problems else ""
        )


def schemas() -> Iterator[Check]:
    """The package that carries the ASM schemas."""
    from allotrope.schema import manifests

    try:
        found = len(manifests())
    except DeclaredError as error:
        yield Check("ASM schemas", "fail", str(error), "uv pip install allotropy==0.1.134")
    else:
        yield Check("ASM schemas", "ok" if found else "fail", f"{found} schemas in allotropy {version('allotropy')}")


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


def keys() -> Iterator[Check]:
    """Which keys are set; never what they are."""
    for key in KEYS:
        found = bool(os.environ.get(key))
        yield Check(key, "ok" if found else "warn", "set" if found else "not set (optional)", "" if found else f"export {key}=…")


def examine() -> list[Check]:
    """Every check, in order."""
    return [check for group in (python, packages, schemas, engines, machine, keys) for check in group()]
