"""Run a workflow into a run folder; the same command goes on where it stopped.

Without WORKFLOW the workflows are listed. Words after -- go to Snakemake as they are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk
from assayline.errors import BadUsage
from assayline.settings import folder_settings
from assayline.share import workflow, workflows

if TYPE_CHECKING:
    import argparse

SHOWN = {
    "report": "report.html",
    "entry": "notebook.json",
    "interpretation": "interpretation.json",
    "evidence": "evidence.jsonl",
    "crate": "ro-crate-metadata.json",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Workflow, run folder, configuration, engine."""
    parser.add_argument("workflow", nargs="?", metavar="WORKFLOW", help="a name of the list, or a folder of that layout")
    parser.add_argument("words", nargs="*", metavar="-- WORDS", help="further words for Snakemake")
    parser.add_argument("--run", dest="folder", type=Path, metavar="DIR", help="the run folder (default: runs/WORKFLOW)")
    parser.add_argument("--cores", type=int, metavar="N", help="processors to use (default: all)")
    parser.add_argument(
        "--config", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="configuration of the workflow"
    )
    parser.add_argument("--profile", default="default", metavar="NAME", help="a profile of the workflow, as slurm")
    parser.add_argument("--dry-run", action="store_true", help="say which steps would run")


def examples_read(place: Path, config: tuple[str, ...]) -> list[str]:
    """The inputs of a workflow of this project that are not configured, and for which its examples stand in."""
    if place not in workflows().values():
        return []
    given = {key for key, _, value in (pair.partition("=") for pair in config) if value}
    configuration = place / "config" / "config.yaml"
    known = configuration.read_text(encoding="utf-8").splitlines() if configuration.is_file() else []
    asked = [key for key in ("instruments", "counts") if any(line.startswith(f"{key}:") for line in known)]
    return [key for key in asked if key not in given]


def run(options: argparse.Namespace) -> Outcome:
    """Run the workflow and say what the run folder holds."""
    if options.workflow is None:
        found = workflows()
        return Outcome([{"workflow": name, "folder": str(path)} for name, path in found.items()], text="\n".join(found))
    wrong = [pair for pair in options.config if "=" not in pair]
    if wrong:
        raise BadUsage(what="--config", found=repr(wrong[0]), expected="KEY=VALUE", next="Write it as --config key=value.")
    from assayline.engine import LOG, Order
    from assayline.engine import run as run_workflow

    defaults = folder_settings().run
    place = workflow(options.workflow)
    folder = (options.folder or Path(defaults.get("folder", f"runs/{place.name}"))).resolve()
    config = tuple(f"{key}={value}" for key, value in defaults.get("config", {}).items()) + tuple(options.config)
    cores = options.cores or defaults.get("cores") or os.cpu_count() or 1
    talk(f"{place.name} → {folder} (log: {folder / LOG})")
    if unset := examples_read(place, config):
        given = " ".join(f"{key}=PATH" for key in unset)
        talk(
            f"note: {' and '.join(unset)} not set: the examples of assayline are read; give your own: --config {given}",
            level="note",
        )
    run_workflow(Order(place, folder, cores, config, options.profile, options.dry_run, tuple(options.words)), talk)
    made = {name: str(folder / file) for name, file in SHOWN.items() if (folder / file).is_file()}
    text = "\n".join(f"{name}: {path}" for name, path in made.items())
    return Outcome([{"workflow": place.name, "run": str(folder), **made}], text=text or f"run folder: {folder}")
