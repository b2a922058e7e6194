"""Where workflows, examples and skills lie: in the checkout, or under `assayline/_share` of an installed wheel."""

from __future__ import annotations

from pathlib import Path

from assayline.errors import BadUsage, EnvironmentMissing


def share() -> Path:
    """The folder that holds `workflows/`, `nextflow/`, `skills/` and `examples/`; raises EnvironmentMissing if there is none."""
    package = Path(__file__).parent
    for folder in (package / "_share", package.parent):
        if (folder / "workflows").is_dir():
            return folder
    raise EnvironmentMissing(
        what="workflows",
        found=f"none beside {package}",
        expected="those of the wheel or the checkout",
        next="Install assayline again.",
    )


def workflows() -> dict[str, Path]:
    """Name → folder of every workflow that can be run."""
    return {path.parent.parent.name: path.parent.parent for path in sorted((share() / "workflows").glob("*/workflow/Snakefile"))}


def workflow(name: str) -> Path:
    """The folder of a workflow, by its name or as a path of its own; raises BadUsage for neither."""
    if (Path(name) / "workflow" / "Snakefile").is_file():
        return Path(name).resolve()
    known = workflows()
    if name in known:
        return known[name]
    expected = f"one of {', '.join(known)}, or a folder with workflow/Snakefile"
    raise BadUsage(what="WORKFLOW", found=repr(name), expected=expected, next="List them with `assayline run`.")
