"""Where a watcher's outputs go, and what a killed one left there: what is whole is adopted, parts are removed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from assayline import __version__
from assayline.batch.outputs import endings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assayline.batch.work import Done

ERROR_SCHEMA = "assayline/watch-error/1"


def target_for(plain: Path, digest: str) -> Path:
    """The path that a content's outputs share: the input's name, with part of the digest where another content has that."""
    there = plain.parent.is_dir() and any(
        plain.with_name(plain.name + ending).exists() for ending in endings(("json", "parquet", "rdf", "xlsx")).values()
    )
    if not there or _digest_of(plain) == digest:
        return plain
    return plain.with_name(f"{plain.name}.{digest[:12]}")


def _digest_of(target: Path) -> str:
    """The digest of the source that the ledger of a target names; empty where there is none."""
    try:
        ledger = json.loads(target.with_name(f"{target.name}.ledger.json").read_bytes())
    except (OSError, ValueError):
        return ""
    return str(ledger.get("source digest", "")).removeprefix("sha256:") if isinstance(ledger, dict) else ""


def adopt(target: Path, digest: str, formats: Iterable[str]) -> dict[str, str] | None:
    """The outputs by name, if all stand there whole, made by this version from this content: then only the record was missing."""
    places = {name: target.with_name(target.name + ending) for name, ending in endings(formats).items()}
    if not all(place.is_file() for place in places.values()) or _digest_of(target) != digest:
        return None
    ledger = json.loads(places["ledger"].read_bytes())
    return {name: str(place) for name, place in places.items()} if ledger.get("converter version") == __version__ else None


def clear_parts(target: Path) -> None:
    """Remove what a killed watcher had begun to write for a target; the claim on its content is held."""
    if target.parent.is_dir():
        for path in target.parent.iterdir():
            if path.name.startswith(f".{target.name}.") and path.name.endswith(".part"):
                with suppress(OSError):
                    path.unlink()


def error_json(name: str, digest: str, done: Done) -> bytes:
    """The error of a file that could not be converted, for people and machines."""
    body: dict[str, Any] = {
        "schema": ERROR_SCHEMA,
        "source": name,
        "source digest": f"sha256:{digest}",
        "converter version": __version__,
        "error": done.result["error"],
        "status": done.status,
        "findings": [finding.to_json() for finding in done.findings],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
