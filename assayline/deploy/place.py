"""Where a pipeline lies: a folder, an archive that is unpacked, or a revision that Nextflow has pulled."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from assayline.deploy.engines_pipeline import pipeline_folder
from assayline.deploy.engines_place import cache_home
from assayline.errors import BadInput, BadUsage

PULLED = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
MARKS = ("nextflow.config", "nextflow_schema.json", "main.nf")
MOST = 2 << 30
"""Bytes that an unpacked pipeline may have; more is no pipeline."""


def located(text: str | Path, revision: str = "") -> Path:
    """The folder of a pipeline named by path, archive or `organisation/name`; raises BadUsage and BadInput."""
    path = Path(text)
    if path.is_file() and (zipfile.is_zipfile(path) or tarfile.is_tarfile(path)):
        return unpacked(path)
    if not path.exists() and PULLED.fullmatch(str(text)):
        return pulled(str(text), revision)
    folder = pipeline_folder(text)
    return at_revision(folder, revision) if revision else folder


def assets() -> Path:
    """Where Nextflow keeps what it pulled: NXF_ASSETS, else `assets` of NXF_HOME, else of ~/.nextflow."""
    if os.environ.get("NXF_ASSETS"):
        return Path(os.environ["NXF_ASSETS"])
    return Path(os.environ.get("NXF_HOME") or Path.home() / ".nextflow") / "assets"


def pulled(name: str, revision: str) -> Path:
    """A pulled pipeline, at a revision if one is named."""
    folder = assets() / name
    if not folder.is_dir():
        raise BadUsage(
            what=f"pipeline {name}",
            found=f"nothing pulled in {assets()}",
            expected="a folder, an archive, or a pipeline that was pulled",
            next=f"Run `nextflow pull {name}` where there is a network, or give a clone or an archive.",
        )
    return at_revision(folder, revision) if revision else folder


def git(folder: Path, *words: str) -> bytes:
    """What git says about a clone; raises BadUsage when it does not answer."""
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        found = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise BadUsage(
            what=f"{folder} at revision", found=found, expected="a revision of this clone", next="List them with `git tag`."
        )
    return done.stdout


def at_revision(folder: Path, revision: str) -> Path:
    """The files of one revision of a clone, kept in the cache under the commit's name; the clone itself is not touched."""
    if revision.startswith("-"):
        raise BadUsage(
            what="--revision", found=repr(revision), expected="a tag, branch or commit", next="List them with `git tag`."
        )
    commit = git(folder, "rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    target = cache_home() / "pipelines" / f"{folder.name}-{commit[:12]}"
    if not target.is_dir():
        archive = target.with_name(f".{target.name}.{os.getpid()}.tar")
        archive.parent.mkdir(parents=True, exist_ok=True)
        archive.write_bytes(git(folder, "archive", "--format=tar", commit))
        try:
            extract(archive, target)
        finally:
            archive.unlink()
    return target


def unpacked(archive: Path) -> Path:
    """The pipeline in an archive, unpacked into the cache under the archive's digest."""
    with archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    target = cache_home() / "pipelines" / f"{archive.name.partition('.')[0]}-{digest}"
    if not target.is_dir():
        extract(archive, target)
    found = [target, *sorted(path for path in target.iterdir() if path.is_dir())]
    for folder in found:
        if any((folder / mark).is_file() for mark in MARKS):
            return folder
    raise BadInput(
        what=archive, found="no pipeline in it", expected=f"a folder with {' or '.join(MARKS)}", next="Give a pipeline's archive."
    )


def extract(archive: Path, target: Path) -> None:
    """Unpack into a folder that appears whole or not at all; raises BadInput for what leads out of it or is far too large."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                bad = [
                    item.filename
                    for item in packed.infolist()
                    if not (part / item.filename).resolve().is_relative_to(part.resolve())
                ]
                if bad or sum(item.file_size for item in packed.infolist()) > MOST:
                    raise tarfile.OutsideDestinationError(tarfile.TarInfo(bad[0] if bad else "too large"), str(part))
                packed.extractall(part)  # noqa: S202 - every name was checked above
        else:
            with tarfile.open(archive) as packed_tar:
                packed_tar.extractall(part, filter="data")
        part.replace(target)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise BadInput(what=archive, found=error, expected="a sound archive", next="Get the archive again.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
