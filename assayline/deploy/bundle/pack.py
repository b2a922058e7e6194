"""Packing: what is copied from where, what is missing, and the list of digests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.errors import Finding
from assayline import __version__
from assayline.deploy.bundle.images import images
from assayline.deploy.engines_nextflow import choices
from assayline.errors import BadInput, CannotWrite, EnvironmentMissing, WouldOverwrite
from assayline.json_files import file_digest, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assayline.deploy.nfcore import Pipeline

SCHEMA = "assayline/bundle/1"
LIST = "bundle.json"
NEVER = {".git", ".nextflow", "work", "results", "__pycache__", ".nf-test"}


@dataclass(frozen=True, slots=True)
class Content:
    """What goes in beside the pipeline: folders of plugins and images, references, a wheel (None: built from the checkout)."""

    plugins: Path | None = None
    images: Path | None = None
    references: tuple[Path, ...] = ()
    wheels: tuple[Path, ...] = ()
    without: frozenset[str] = field(default_factory=frozenset)


def pack(pipeline: Pipeline, content: Content, target: Path, say: Callable[[str], None]) -> tuple[dict[str, Any], list[Finding]]:
    """Write the bundle, whole or not at all; raises EnvironmentMissing for what cannot be found, WouldOverwrite, CannotWrite."""
    if target.exists():
        raise WouldOverwrite(file=target)
    part = target.absolute().with_name(f".{target.name}.{os.getpid()}.part")
    findings: list[Finding] = []
    sources = {"pipeline": [(pipeline.folder, Path())], "plugins": _plugins(pipeline, content)}
    sources |= {"images": _images(pipeline, content, findings), "references": _references(content)}
    try:
        files: dict[str, dict[str, Any]] = {}
        for name, places in sources.items():
            for source, below in places:
                say(f"{name}: {source}")
                _copy(source, part / name / below, skip=NEVER if name == "pipeline" else set())
        if "package" not in content.without:
            _package(content, part / "package", say)
        for path in sorted(part.rglob("*")):
            if path.is_file():
                files[path.relative_to(part).as_posix()] = {
                    "sha256": file_digest(path).removeprefix("sha256:"),
                    "size": path.stat().st_size,
                }
        body = {
            "schema": SCHEMA,
            "assayline": __version__,
            "pipeline": {"name": pipeline.name, "version": pipeline.needs.version, "nextflow": _demand(pipeline)},
            "parts": sorted(path.name for path in part.iterdir() if path.is_dir()),
            "files": files,
        }
        write_json(part / LIST, body)
        part.replace(target)
    except OSError as error:
        raise CannotWrite(file=error.filename or target, found=error.strerror or error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return body, findings


def _demand(pipeline: Pipeline) -> str:
    return pipeline.needs.nextflow.text if pipeline.needs.nextflow else ""


def _copy(source: Path, target: Path, skip: set[str]) -> None:
    """Copy a file or a folder; links become what they lead to, and one that leads to nothing is an error."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        return
    for path in _walk(source, skip):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            raise BadInput(what=path, found="a link to nothing", expected="a file", next="Mend the link, or leave it out.")
        shutil.copy2(path, place)


def _walk(folder: Path, skip: set[str]) -> Iterator[Path]:
    for here, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name not in skip)
        yield from (Path(here) / name for name in sorted(names) if not name.startswith(".nextflow"))


def _plugins(pipeline: Pipeline, content: Content) -> list[tuple[Path, Path]]:
    """The folder of each plugin that the pipeline declares."""
    present = choices(pipeline.needs.nextflow)
    places = [content.plugins] if content.plugins else present[0].plugin_folders() if present else []
    found, missing = [], []
    for plugin in pipeline.needs.plugins:
        name, _, version = plugin.partition("@")
        fits = [
            path for place in places if place.is_dir() for path in sorted(place.glob(f"{name}-{version or '*'}")) if path.is_dir()
        ]
        if fits:
            found.append((fits[-1], Path(fits[-1].name)))
        else:
            missing.append(plugin)
    if missing and "plugins" not in content.without:
        raise EnvironmentMissing(
            what=f"plugins of {pipeline.name}",
            found=f"no {', '.join(missing)} in {', '.join(map(str, places)) or 'any folder'}",
            expected="every plugin that the pipeline declares",
            next=f"Run `nextflow plugin install {missing[0]}` where there is a network, or give --plugins DIR.",
        )
    return found


def _images(pipeline: Pipeline, content: Content, findings: list[Finding]) -> list[tuple[Path, Path]]:
    """The image of each process, under the name that Nextflow looks for."""
    wanted = images(pipeline.folder)
    if "images" in content.without or not wanted:
        return []
    folder = content.images or Path(
        os.environ.get("NXF_APPTAINER_CACHEDIR") or os.environ.get("NXF_SINGULARITY_CACHEDIR") or "/nonexistent"
    )
    missing = [image for image in wanted if not (folder / image.file).is_file()]
    if missing:
        raise EnvironmentMissing(
            what=f"images of {pipeline.name}",
            found=f"{len(missing)} of {len(wanted)} are not in {folder}: {', '.join(image.file for image in missing[:5])}",
            expected="an image for every process",
            next=f"Where there is a network, run `{missing[0].pull}` (and so on) in that folder; or give --without images.",
        )
    findings.append(Finding("images-packed", f"{len(wanted)} images", str(folder)))
    return [(folder / image.file, Path(image.file)) for image in wanted]


def _references(content: Content) -> list[tuple[Path, Path]]:
    """Files and folders of references under their own names."""
    names = [path.name for path in content.references]
    twice = [name for name in names if names.count(name) > 1]
    absent = [path for path in content.references if not path.exists()]
    if absent or twice:
        found = f"no {absent[0]}" if absent else f"two called {twice[0]}"
        raise BadInput(what="--reference", found=found, expected="files or folders with names of their own", next="Correct it.")
    return [(path, Path(path.name)) for path in content.references]


def _package(content: Content, target: Path, say: Callable[[str], None]) -> None:
    """This package as a wheel: those given, else built from the checkout; with the lock of what it needs."""
    target.mkdir(parents=True)
    root = Path(__file__).resolve().parents[3]
    for wheel in content.wheels:
        _copy(wheel, target / wheel.name if wheel.is_file() else target, set())
    if not content.wheels:
        if not (root / "pyproject.toml").is_file():
            raise EnvironmentMissing(
                what="wheel of assayline",
                found="an installed package, not a checkout",
                expected="a wheel",
                next="Give it with --wheel FILE, or --without package.",
            )
        say("package: building the wheel")
        words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
        done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise EnvironmentMissing(
                what="wheel of assayline",
                found=done.stderr.strip()[-200:] or "no build",
                expected="a wheel",
                next="Give it with --wheel FILE.",
            )
    if (root / "requirements.lock").is_file():
        shutil.copy2(root / "requirements.lock", target / "requirements.lock")
