"""JSON and bytes as files: written whole or not at all, read with errors that say what was expected, digested in one form."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from assayline.errors import BadInput
from assayline.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path


def canonical(body: Any) -> bytes:
    """The one byte form of a JSON value that is digested: sorted keys, no spaces, UTF-8, no NaN."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(body: bytes) -> str:
    """`sha256:…` of bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def file_digest(path: Path) -> str:
    """`sha256:…` of a file, read in pieces; raises `BadInput` when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
    except OSError as error:
        raise BadInput(
            what=path, found=error.strerror or error, expected="a readable file", next="Check the path and its permissions."
        ) from error


def write_atomic(path: Path, body: bytes) -> None:
    """Write a file whole or not at all, replacing what is there; raises `CannotWrite`."""
    write_whole({path: body}, force=True)


def write_json(path: Path, body: Any) -> None:
    """Write a JSON value for people and machines: indented, keys in the given order, no NaN, a final newline."""
    write_atomic(path, json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def read_json(path: Path, expected: str) -> dict[str, Any]:
    """Read a JSON object that a station wrote; `expected` names it in the `BadInput` raised when it is absent or broken."""
    try:
        body = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(what=path, found="no such file", expected=expected, next="Run the step that writes it first.") from error
    except (OSError, ValueError) as error:
        raise BadInput(
            what=path, found=error, expected=expected, next="Delete it and run the step that writes it again."
        ) from error
    if not isinstance(body, dict):
        raise BadInput(what=path, found=type(body).__name__, expected=expected, next="Delete it and run the step again.")
    return body
