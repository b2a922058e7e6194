"""The published ASM schemas on disk: found in the reference package without importing it, mapped from manifests by path."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from allotrope.errors import NotAsm, SchemaMissing

PACKAGE = "allotropy"
SCHEMAS = "http://purl.allotrope.org/json-schemas/"
MANIFESTS = "http://purl.allotrope.org/manifests/"
_LEVELS = ("REC", "WD", "BENCHLING")


@cache
def root() -> Path:
    """The folder of the published schemas; `SchemaMissing` if the package or its folder is absent.

    `find_spec` of a top-level name reads only the import path: it neither imports the package nor costs the 50 ms of
    `importlib.metadata`.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SchemaMissing(found="no such package")
    folder = Path(next(iter(spec.submodule_search_locations))) / "allotrope" / "schemas"
    if not (folder / "adm").is_dir():
        raise SchemaMissing(found="the package without its schemas")
    return folder


def read(url: str) -> dict[str, Any] | None:
    """The schema published under `url`, or None if the package does not carry it."""
    return _read(root() / (url.removeprefix(SCHEMAS) + ".json")) if url.startswith(SCHEMAS) else None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        body = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return body if isinstance(body, dict) else None


def is_technique(schema: dict[str, Any]) -> bool:
    """Whether a schema describes whole documents, and not only definitions for others to refer to."""
    return "allOf" in schema or "properties" in schema


def technique(manifest: str) -> dict[str, Any]:
    """The root schema of a manifest; `NotAsm` if the package has none under that path."""
    stem = manifest.removeprefix(MANIFESTS).removesuffix(".manifest")
    plain = stem and all(part not in ("", ".", "..") and "\\" not in part for part in stem.split("/"))
    if plain and manifest == f"{MANIFESTS}{stem}.manifest":
        for suffix in (".schema.json", ".tabular.schema.json"):
            schema = _read(root() / "adm" / (stem + suffix))
            if schema is not None and is_technique(schema):
                return schema
    raise NotAsm(file="document", where="$asm.manifest", found=manifest, expected=f"one of {len(manifests())} known manifests")


@cache
def manifests() -> tuple[str, ...]:
    """Every manifest that the package carries a root schema for, sorted."""
    folder = root() / "adm"
    found = []
    for path in folder.rglob("*.schema.json"):
        stem = path.relative_to(folder).as_posix().removesuffix(".schema.json").removesuffix(".tabular")
        schema = None if stem.startswith("core/") else _read(path)
        if schema is not None and is_technique(schema):
            found.append(f"{MANIFESTS}{stem}.manifest")
    return tuple(sorted(found))


def standing(manifest: str) -> str:
    """How binding a manifest is: `REC` (recommendation), `WD` (working draft) or `BENCHLING` (the vendor's extension)."""
    parts = manifest.split("/")
    for level in _LEVELS:
        if level in parts:
            return level
    raise NotAsm(file="document", where="$asm.manifest", found=manifest, expected="a path that holds REC, WD or BENCHLING")


def manifest_of(asm: Any) -> str:
    """The manifest a document names, as IRI or as the `@id` of a manifest object; `NotAsm` if there is none."""
    if not isinstance(asm, dict):
        raise NotAsm(file="document", where="top level", found=type(asm).__name__, expected="a JSON object with $asm.manifest")
    stated = asm.get("$asm.manifest")
    if isinstance(stated, dict):
        stated = stated.get("@id")
    if isinstance(stated, str):
        return stated
    raise NotAsm(file="document", where="$asm.manifest", found="no manifest", expected="the IRI of a published ASM manifest")
