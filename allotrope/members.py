"""Members of an archive and of the archives in it: what was read, and the account of what was not."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.source import Source


class Members:
    """The members of a source; what is read is taken off the list, and `account` says of the others why they are not."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.listed: list[str] = list(source.probe.members)
        self.names = [name for name in self.listed if not PurePosixPath(name).name.startswith(".") and "__MACOSX" not in name]
        self.read: set[str] = set()
        self.opened: set[str] = set()

    def inside(self, archive: str) -> list[str]:
        """The full names of the members of an archive in the source."""
        found = [f"{archive}!/{name}" for name in self.source.probe.inner(archive).members]
        if archive not in self.opened:
            self.opened.add(archive)
            self.read.add(archive)
            self.listed += found
        return found

    def account(self, because: Callable[[str], str]) -> None:
        """One cell for every member that is not read, with the reason."""
        leaves = self.source.leaves("", kind="members", opened=sorted(self.opened), read=len(self.read))
        for name in self.listed:
            if name not in self.read:
                leaves.cell(leaves.add(name, "member")).ignore(because(name))
