"""Files that are whole or absent: written beside their place under another name, then moved there in one step."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from assayline.errors import CannotWrite, WouldOverwrite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def refuse_overwrite(path: Path, *, force: bool) -> None:
    """Raise WouldOverwrite if something stands at the path and force is not given."""
    try:
        there = path.exists() or path.is_symlink()
    except OSError as error:
        raise CannotWrite(file=path, found=error.strerror or str(error)) from error
    if there and not force:
        raise WouldOverwrite(file=path)


def write_whole(contents: Mapping[Path, bytes], *, force: bool) -> None:
    """Write all files or none: each under a temporary name first, then all moved in the order given.

    Raises WouldOverwrite before anything is written, and CannotWrite, with every temporary file removed, where that fails.
    """
    for path in contents:
        refuse_overwrite(path, force=force)
    waiting: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting[path] = path.with_name(f".{path.name}.{os.getpid()}.part")
            waiting[path].write_bytes(content)
        for path, part in waiting.items():
            part.replace(path)
    except OSError as error:
        raise CannotWrite(file=error.filename or next(iter(contents)), found=error.strerror or error) from error
    finally:
        for part in waiting.values():
            with suppress(OSError):
                part.unlink()
