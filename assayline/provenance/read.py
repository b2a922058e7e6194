"""A crate's metadata document as read: which files and inputs it names; its words are never paths to open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from assayline.errors import BadInput
from assayline.provenance.graph import DESCRIPTOR

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 28
"""Bytes of the largest metadata document that is read."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a crate names: its name, SHA-256 in hex and size in bytes, each empty where the crate does not say."""

    name: str
    sha256: str
    size: str


@dataclass(frozen=True, slots=True)
class Crate:
    """What a crate names: files in the folder, and inputs that lie elsewhere."""

    files: tuple[Named, ...]
    inputs: tuple[Named, ...]


def read_crate(folder: Path) -> Crate:
    """The crate of a run folder; raises BadInput when there is none or it cannot be read as one."""
    path = folder / DESCRIPTOR
    files, inputs = [], []
    for entity in _entities(path):
        kinds = entity.get("@type")
        if "File" not in (kinds if isinstance(kinds, list) else [kinds]):
            continue
        identifier, name = str(entity["@id"]), entity.get("name")
        sha256, size = (entity[key] if isinstance(entity.get(key), str) else "" for key in ("sha256", "contentSize"))
        if "://" in identifier or identifier.startswith("ni:"):
            inputs.append(Named(name if isinstance(name, str) else identifier, sha256, size))
        else:
            files.append(Named(unquote(identifier).removeprefix("./"), sha256, size))
    if not files:
        raise _unreadable(path, "no file named in it")
    return Crate(tuple(sorted(files, key=lambda file: file.name)), tuple(sorted(inputs, key=lambda file: file.name)))


def _entities(path: Path) -> list[dict[str, Any]]:
    """The entities of the graph, each with an identifier."""
    if not path.parent.is_dir():
        raise BadInput(
            what=path.parent,
            found="no such folder",
            expected="a run folder",
            next="Name the folder that `assayline run` printed.",
        )
    try:
        if path.stat().st_size > LARGEST:
            raise _unreadable(path, f"{path.stat().st_size} bytes")
        body = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        advice = f"Write it with `assayline verify {path.parent} --record`: from then on changes show."
        raise BadInput(what=path, found="no such file", expected="the run's RO-Crate", next=advice) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or "an error") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"no JSON ({error})") from error
    graph = body.get("@graph") if isinstance(body, dict) else None
    if not isinstance(graph, list):
        raise _unreadable(path, "no @graph")
    for index, entity in enumerate(graph):
        if not isinstance(entity, dict) or not isinstance(entity.get("@id"), str):
            raise _unreadable(path, f"@graph/{index} is no object with an @id")
    return graph


def _unreadable(path: Path, found: str) -> BadInput:
    advice = f"Look at the folder, then write it anew with `assayline verify {path.parent} --record`."
    return BadInput(what=path, found=found, expected="an RO-Crate metadata document", next=advice)
