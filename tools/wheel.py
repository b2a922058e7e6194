"""Hatch hook: workflows, pipeline, skills with their documents, examples and situations go under `assayline/_share`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHARED = ("workflows", "nextflow", "envs", "skills", "examples", "docs", "tests/advisor/situations")
NEVER = {"__pycache__", ".snakemake", ".nextflow", "work", "runs", "results", ".pytest_cache", ".DS_Store"}


def shared_files(root: Path) -> list[Path]:
    """Every file to be shared, relative to the checkout; no caches and no results of runs."""
    found = (path.relative_to(root) for name in SHARED for path in sorted((root / name).rglob("*")) if path.is_file())
    return [path for path in found if not NEVER & set(path.parts) and not path.name.startswith(".nextflow")]


class CustomBuildHook(BuildHookInterface):
    """Adds the shared files to a standard wheel; an editable install finds them in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name each file with its place in the wheel."""
        if version == "standard":
            root = Path(self.root)
            files = {str(root / path): f"assayline/_share/{path.as_posix()}" for path in shared_files(root)}
            build_data["force_include"].update(files)
