"""OpenLab CDS: what stands where in a result set, and the account of what is not read."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from allotrope.readers.chemstation import Trace, trace
from allotrope.record import KEPT, MAPPED

if TYPE_CHECKING:
    from allotrope.source import Source

UNREAD_MEMBERS = {
    ".amx": "an acquisition method",
    ".pmx": "a processing method",
    ".sqx": "the sequence's table, which the results repeat",
    ".mfx": "the list of the result set's files",
    ".scml": "the description of a sampler's tray",
    ".it": "a trace of the instrument that has no place in the document",
    ".uv": "spectra, which have no place in the document",
}


class Package:
    """The members of a result set and of the archives in it; every one that is read is taken off the list."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names = [name for name in source.probe.members if not PurePosixPath(name).name.startswith(".") and "__MACOSX" not in name]
        self.read: set[str] = set()
        self.opened: set[str] = set()
        self.listed: list[str] = list(source.probe.members)

    def ending(self, suffix: str) -> list[str]:
        """The members with a suffix, in the order of their names."""
        return sorted(name for name in self.names if name.lower().endswith(suffix))

    def inside(self, archive: str) -> list[str]:
        """The full names of the members of an archive in the result set."""
        found = [f"{archive}!/{name}" for name in self.source.probe.inner(archive).members]
        if archive not in self.opened:
            self.opened.add(archive)
            self.read.add(archive)
            self.listed += found
        return found

    def trace(self, name: str) -> Trace:
        """A trace, with a cell for every value and header text."""
        self.read.add(name)
        found = trace(self.source.probe.member(name), f"{self.source.name}/{name}")
        leaves = self.source.leaves(name, kind="agilent trace")
        for label, text in found.header.items():
            leaves.fates[leaves.add(label, text)] = MAPPED if label in ("signal", "unit") else KEPT
        first = len(leaves.values)
        for at, value in enumerate(found.values):
            leaves.add(f"value[{at}]", value)
        leaves.fates[first:] = bytes([MAPPED]) * len(found.values)
        return found

    def account(self) -> None:
        """One cell for every member that is not read, with the reason."""
        leaves = self.source.leaves("", kind="members", opened=sorted(self.opened), read=len(self.read))
        for name in self.listed:
            if name in self.read:
                continue
            because = UNREAD_MEMBERS.get(PurePosixPath(name).suffix.lower(), "a part of the package without measured values")
            leaves.cell(leaves.add(name, "member")).ignore(because)
