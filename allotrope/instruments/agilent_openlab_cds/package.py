"""OpenLab CDS: what stands where in a result set, and the account of what is not read."""

from __future__ import annotations

from pathlib import PurePosixPath

from allotrope.members import Members
from allotrope.readers.chemstation import Trace, trace
from allotrope.record import KEPT, MAPPED

UNREAD_MEMBERS = {
    ".amx": "an acquisition method",
    ".pmx": "a processing method",
    ".sqx": "the sequence's table, which the results repeat",
    ".mfx": "the list of the result set's files",
    ".scml": "the description of a sampler's tray",
    ".it": "a trace of the instrument that has no place in the document",
    ".uv": "spectra, which have no place in the document",
}


class Package(Members):
    """The members of a result set and of the archives in it."""

    def ending(self, suffix: str) -> list[str]:
        """The members with a suffix, in the order of their names."""
        return sorted(name for name in self.names if name.lower().endswith(suffix))

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


def why_unread(name: str) -> str:
    """The reason for which a member of a result set is not read."""
    return UNREAD_MEMBERS.get(PurePosixPath(name).suffix.lower(), "a part of the package without measured values")
