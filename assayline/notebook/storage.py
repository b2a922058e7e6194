"""Content-addressed files: each is stored once under its SHA-256, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.notebook.errors import NotebookDamaged, NotebookFull

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC}


class Storage:
    """The folder `files/` of a notebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file with this digest is, or would be."""
        return self.folder / sha256[:2] / sha256

    def add(self, source: Path, sha256: str) -> int:
        """Copy a file in unless it is there; returns its size. Raises NotebookDamaged if the bytes differ, NotebookFull."""
        target = self.path(sha256)
        if target.is_file() and target.stat().st_size == source.stat().st_size:
            return target.stat().st_size
        temporary = ""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            with os.fdopen(handle, "wb") as out, source.open("rb") as stream:
                shutil.copyfileobj(stream, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            found = digest(Path(temporary))
            if found != sha256:
                raise NotebookDamaged(
                    file=source.name, where="while copying", found=found, expected=f"{sha256}: the file changed meanwhile"
                )
            Path(temporary).chmod(0o444)
            Path(temporary).replace(target)
            sync_folder(target.parent)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise NotebookFull(file=self.folder, found=error.strerror) from error
            raise NotebookDamaged(
                file=self.folder, where=sha256[:12], found=error.strerror or error, expected="a writable folder"
            ) from error
        finally:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
        return target.stat().st_size

    def read(self, sha256: str) -> bytes:
        """A file's bytes, checked; raises NotebookDamaged when it is missing or changed."""
        try:
            body = self.path(sha256).read_bytes()
        except OSError as error:
            raise NotebookDamaged(
                file=f"files/{sha256[:2]}/{sha256}", where="start", found=error.strerror, expected="the stored file"
            ) from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise NotebookDamaged(
                file=f"files/{sha256[:2]}/{sha256}", where="content", found="other bytes", expected="bytes with this digest"
            )
        return body

    def all(self) -> Iterator[str]:
        """The digests of all files that are there, sorted."""
        return (path.name for path in sorted(self.folder.glob("??/*")) if not path.name.startswith("."))


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Have the folder's new name reach the disk, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
