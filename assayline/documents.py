"""Read ASM documents from files, with a declared error for whatever else a file may hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allotrope.errors import NotAsm, TooLarge, Unreadable

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 30
"""Bytes of the largest document that is read."""


def _not_a_number(word: str) -> float:
    """Let NaN and infinity through, so that validation can name their place."""
    return float(word)


def read_bytes(path: Path) -> bytes:
    """The content of a file; raises Unreadable or TooLarge."""
    try:
        if not path.is_file() and path.exists():
            raise Unreadable(file=path, found="a folder" if path.is_dir() else "not a regular file")
        size = path.stat().st_size
        if size > LARGEST:
            raise TooLarge(file=path, where="the file", found=f"{size} bytes", expected=f"{LARGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(file=path, found=error.strerror or error) from error


def read_asm(path: Path) -> dict[str, Any]:
    """The document of a file; raises Unreadable, TooLarge or NotAsm."""
    return parse_asm(read_bytes(path), path)


def parse_asm(data: bytes, path: Path) -> dict[str, Any]:
    """The document in the bytes of `path`; raises NotAsm."""
    expected = "a JSON object with $asm.manifest"
    try:
        asm = json.loads(data.decode("utf-8-sig"), parse_constant=_not_a_number)
    except UnicodeDecodeError as error:
        raise NotAsm(file=path, where=f"byte {error.start}", found="bytes that are not UTF-8", expected=expected) from error
    except json.JSONDecodeError as error:
        raise NotAsm(file=path, where=f"line {error.lineno}", found=f"no JSON ({error.msg})", expected=expected) from error
    except RecursionError as error:
        raise NotAsm(file=path, where="the file", found="JSON nested too deeply", expected=expected) from error
    if not isinstance(asm, dict) or "$asm.manifest" not in asm:
        found = "JSON without $asm.manifest" if isinstance(asm, dict) else f"JSON {type(asm).__name__}"
        raise NotAsm(file=path, where="the top", found=found, expected=expected)
    return asm
