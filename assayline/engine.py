"""Run a Snakemake workflow in a run folder: one at a time, resumable after any end, its talk in a log and its steps on stderr."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.engine_log import follow
from assayline.errors import CannotWrite, EnvironmentMissing, ExtraMissing, Refused, WorkflowFailed
from assayline.share import share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG = "logs/snakemake.log"


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: the workflow's folder, the run folder, cores, `key=value` configuration, the profile, further words."""

    workflow: Path
    folder: Path
    cores: int
    config: tuple[str, ...] = ()
    profile: str = "default"
    dry_run: bool = False
    words: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """The words of the command; the workflow's own configuration first, so that `config` overrules it."""
        words = [sys.executable, "-m", "snakemake", "--snakefile", str(self.workflow / "workflow" / "Snakefile")]
        words += ["--directory", str(self.folder), "--cores", str(self.cores), "--rerun-incomplete", "--nolock"]
        profile = self.workflow / "profiles" / self.profile
        words += ["--workflow-profile", str(profile) if profile.is_dir() else "none"]
        configuration = self.workflow / "config" / "config.yaml"
        words += ["--configfile", str(configuration)] if configuration.is_file() else []
        words += ["--config", *self.config] if self.config else []
        return [*words, *(["--dry-run"] if self.dry_run else []), *self.words]


@contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Hold the run folder; the lock ends with the last process that has it, however that ends. Raises Refused if it is held."""
    import fcntl

    try:
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as error:
        raise CannotWrite(file=folder, found=error.strerror or error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused(
                what=folder,
                found="a run that is still going on",
                expected="nobody else",
                next="Wait for it, or choose another --run.",
            ) from error
        yield file.fileno()


def environment() -> dict[str, str]:
    """The environment of the steps: this installation first on PATH, ASSAYLINE_SHARE, and where we are in ASSAYLINE_FROM."""
    bin_folder = str(Path(sys.executable).parent)
    path = os.pathsep.join(dict.fromkeys([bin_folder, *os.environ.get("PATH", "").split(os.pathsep)]))
    shared = {"ASSAYLINE_FROM": str(Path.cwd())}
    with suppress(EnvironmentMissing):
        shared["ASSAYLINE_SHARE"] = str(share())
    return os.environ | {"PATH": path, "PYTHONUNBUFFERED": "1"} | shared


def run(order: Order, say: Callable[[str], None]) -> None:
    """Run to the end; raises ExtraMissing, Refused, or WorkflowFailed with the step and the log."""
    if find_spec("snakemake") is None:
        raise ExtraMissing(package="snakemake", extra="workflows")
    with alone(order.folder) as lock, (order.folder / LOG).open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            order.command(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(),
            pass_fds=(lock,),
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        with process:
            assert process.stdout is not None
            trouble = follow(process.stdout, log, say)
    if process.returncode:
        found = trouble.told(order.folder).rstrip(".:") or f"status {process.returncode}"
        raise WorkflowFailed(workflow=order.workflow.name, found=found, log=order.folder / LOG)
