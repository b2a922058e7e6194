"""`run.json`: what was run, written by the workflow's first step: its source, the inputs with digests, parameters, software.

Files and folders are named without the way to them; versions are those of the run, whoever reads the folder later.
"""

from __future__ import annotations

import platform
import re
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline import __version__
from assayline.errors import BadInput, CannotWrite
from assayline.json_files import file_digest, read_json, write_json
from assayline.notebook.shapes import misfit
from assayline.provenance.layout import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SCHEMA = "assayline/run/1"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SHAPE = {
    "workflow": {"name": str, "source": str},
    "parameters": dict,
    "inputs": [{"parameter": str, "name": str, "size": int, "digest": str}],
    "software": dict,
}
PACKAGES = (
    *("snakemake", "allotropy", "jsonschema-rs", "pyarrow", "numpy", "pandas", "matplotlib", "scikit-learn", "anthropic"),
    *("anndata", "scanpy", "scvi-tools", "torch", "leidenalg", "igraph", "harmonypy", "celltypist"),
)
"""Packages on whose version a result may depend, by their names in the index."""


def software() -> dict[str, str]:
    """Name → version of this project, the interpreter, and each package of `PACKAGES` that is installed."""
    found = {"assayline": __version__, "Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def named(value: Any) -> Any:
    """A parameter that is a place, or a list of places, without the way to it."""
    if isinstance(value, list):
        return [named(item) for item in value]
    return Path(value).name if isinstance(value, str) else value


def inputs(given: Mapping[str, Sequence[Path]]) -> list[dict[str, Any]]:
    """Each input file with the parameter that named it, name, size in bytes and digest; a folder counts as its files."""
    rows = []
    for parameter, places in given.items():
        for place in places:
            inside = sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))
            for path in inside if place.is_dir() else [place]:
                name = path.relative_to(place.parent).as_posix()
                rows.append({"parameter": parameter, "name": name, "size": path.stat().st_size, "digest": file_digest(path)})
    return rows


def sources(workflow: Path) -> list[Path]:
    """The files that make up a workflow: its own and its configuration, no profile, test or working material."""
    kept = [workflow / "README.md", *(workflow / "workflow").rglob("*"), *(workflow / "config").rglob("*")]
    return sorted(path for path in kept if path.is_file() and not {"__pycache__", ".snakemake"} & set(path.parts))


def copy_workflow(folder: Path, workflow: Path) -> None:
    """Put the workflow's source into the run folder, so that the run says what ran; raises CannotWrite."""
    target = folder / "workflow" / workflow.name
    try:
        shutil.rmtree(target, ignore_errors=True)
        for path in sources(workflow):
            place = target / path.relative_to(workflow)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    except OSError as error:
        raise CannotWrite(file=error.filename or target, found=error.strerror or error) from error


def record(
    folder: Path,
    workflows: Sequence[Path],
    parameters: Mapping[str, Any],
    given: Mapping[str, Sequence[Path]],
    places: Iterable[str] = (),
) -> dict[str, Any]:
    """Write `run.json` and the source into the run folder; `places` are the parameters that hold paths.

    The first of `workflows` is the one that is run, the others those whose rules it includes.
    """
    workflow = workflows[0]
    hidden = set(places)
    shown = {key: named(value) if key in hidden else value for key, value in parameters.items() if value not in ("", None)}
    for source in workflows:
        copy_workflow(folder, source)
    body = {
        "schema": SCHEMA,
        "workflow": {"name": workflow.name, "source": f"workflow/{workflow.name}/workflow/Snakefile", "engine": "snakemake"},
        "parameters": shown,
        "inputs": inputs(given),
        "software": software(),
    }
    write_json(folder / RECORD, body)
    return body


def read_record(folder: Path) -> dict[str, Any]:
    """What `run.json` says, or nothing when the run was made station by station; raises BadInput when it cannot be read."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    body = read_json(path, f"an object of {SCHEMA}")
    wrong = misfit(body, SHAPE) or next(filter(None, map(_incomplete, body.get("inputs") or [])), None)
    if wrong or body.get("schema") != SCHEMA:
        place, expected = wrong or ("/schema", SCHEMA)
        advice = "Delete it and run the workflow again: its first step writes it."
        raise BadInput(what=f"{path}: {place}", found="another kind of value", expected=expected, next=advice)
    return {key: value for key, value in body.items() if value is not None}


def _incomplete(row: dict[str, Any]) -> tuple[str, str] | None:
    """What an input lacks, if anything."""
    if not DIGEST.fullmatch(str(row.get("digest"))):
        return "/inputs digest", "sha256: and 64 digits in hex"
    return None if row.get("name") and row.get("parameter") else ("/inputs", "name and parameter of each")
