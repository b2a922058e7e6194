"""Arriving: every file of a bundle is compared with its digest before anything is used."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from assayline.deploy.bundle.pack import LIST, SCHEMA
from assayline.deploy.errors import BundleDamaged
from assayline.errors import BadInput, CannotWrite, WouldOverwrite
from assayline.json_files import file_digest, read_json

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 8
SCRIPT = "env.sh"


def read_list(bundle: Path) -> dict[str, Any]:
    """The list of a bundle; raises BadInput when it is none, or names files outside of it."""
    body = read_json(bundle / LIST, "a bundle of deploy bundle")
    files = body.get("files")
    if body.get("schema") != SCHEMA or not isinstance(files, dict):
        raise BadInput(
            what=bundle / LIST, found=body.get("schema"), expected=SCHEMA, next="Pack it with this version of assayline."
        )
    for name in files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BadInput(what=bundle / LIST, found=f"the file '{name}'", expected="files of the bundle", next="Do not use it.")
    return body


def damage(bundle: Path, body: dict[str, Any]) -> list[str]:
    """What is not as packed: missing, changed, or never packed."""
    found = []
    for name, said in body["files"].items():
        path = bundle / name
        if path.is_symlink() or not path.is_file():
            found.append(f"{name} is missing" if not path.is_symlink() else f"{name} is a link")
        elif path.stat().st_size != said["size"]:
            found.append(f"{name} has {path.stat().st_size} bytes, not {said['size']}")
        elif file_digest(path) != f"sha256:{said['sha256']}":
            found.append(f"{name} has other content")
    for here, _, names in os.walk(bundle):
        for name in names:
            inside = (Path(here) / name).relative_to(bundle).as_posix()
            if inside not in body["files"] and inside not in (LIST, SCRIPT):
                found.append(f"{inside} was not packed")
    return found


def unpack(bundle: Path, target: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Verify, and copy to another place if one is named; raises BundleDamaged, BadInput, WouldOverwrite or CannotWrite."""
    body = read_list(bundle)
    wrong = damage(bundle, body)
    if wrong:
        told = "; ".join(wrong[:MANY]) + (f"; and {len(wrong) - MANY} more" if len(wrong) > MANY else "")
        raise BundleDamaged(folder=bundle, count=len(wrong), found=told)
    say(f"{bundle}: {len(body['files'])} files are as packed")
    place = bundle if target is None else target
    if target is not None:
        _copy(bundle, target, body)
    if target is not None or os.access(place, os.W_OK):
        _script(place, body)
    return body


def _copy(bundle: Path, target: Path, body: dict[str, Any]) -> None:
    """Copy every file, comparing what was written with the digest; the folder appears whole or not at all."""
    if target.exists():
        raise WouldOverwrite(file=target)
    part = target.absolute().with_name(f".{target.name}.{os.getpid()}.part")
    try:
        for name, said in body["files"].items():
            place = part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(bundle / name, place)
            with place.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != said["sha256"]:
                    raise BundleDamaged(folder=target, count=1, found=f"{name} changed while it was copied")
        shutil.copy2(bundle / LIST, part / LIST)
        part.replace(target)
    except OSError as error:
        raise CannotWrite(file=error.filename or target, found=error.strerror or error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _script(place: Path, body: dict[str, Any]) -> None:
    """`env.sh`, to be sourced by whoever starts Nextflow by hand; it finds its own folder."""
    lines = ['here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)', "export NXF_OFFLINE=true NXF_DISABLE_CHECK_LATEST=true"]
    lines += ['export NXF_PLUGINS_DIR="$here/plugins"'] if "plugins" in body["parts"] else []
    lines += (
        ['export NXF_APPTAINER_CACHEDIR="$here/images" NXF_SINGULARITY_CACHEDIR="$here/images"']
        if "images" in body["parts"]
        else []
    )
    try:
        (place / SCRIPT).write_text("\n".join(lines) + "\n")
    except OSError as error:
        raise CannotWrite(file=place / SCRIPT, found=error.strerror or error) from error
