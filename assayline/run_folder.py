"""The run folder: where everything of a run lies, digests of it, and writing that leaves nothing half done."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.errors import BadInput, CannotWrite
from assayline.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("asm", "ledger", "tables", "cells", "figures", "evidence", "decisions")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths of one run; `RunFolder(path).create()` makes its folders, everything else only names places."""

    root: Path

    def create(self) -> RunFolder:
        """Make the folders that are missing; raises `CannotWrite` if the place does not take them."""
        try:
            for part in PARTS:
                (self.root / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(file=self.root, found=error.strerror or error) from error
        return self

    def existing(self) -> RunFolder:
        """This folder, or `BadInput` if there is none."""
        if not self.root.is_dir():
            raise BadInput(
                what=self.root,
                found="no such folder",
                expected="a run folder",
                next="Name the folder that `assayline run` printed.",
            )
        return self

    @property
    def cells(self) -> Path:
        """Folder of the single-cell stations' files."""
        return self.root / "cells"

    @property
    def tables(self) -> Path:
        """Folder of Parquet tables."""
        return self.root / "tables"

    @property
    def figures(self) -> Path:
        """Folder of figures and their sidecars."""
        return self.root / "figures"

    @property
    def evidence(self) -> Path:
        """The assembled evidence, one JSON object a line."""
        return self.root / "evidence.jsonl"

    @property
    def evidence_parts(self) -> Path:
        """Folder with one `<station>.jsonl` a station, from which `evidence` is assembled."""
        return self.root / "evidence"

    def decision(self, question: str) -> Path:
        """The file that holds the decision on one question."""
        return self.root / "decisions" / f"{question}.json"

    @property
    def interpretation(self) -> Path:
        """The checked statements of the run."""
        return self.root / "interpretation.json"

    def inside(self, path: Path) -> str:
        """`path` relative to the run folder with forward slashes, as evidence names its sources."""
        return path.resolve().relative_to(self.root.resolve()).as_posix()


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
