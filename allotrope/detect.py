"""Detection: every signature is asked, none tries to parse; two matches without precedence are an error that shows both bases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allotrope.errors import AlreadyAsm, Ambiguous, BrokenPackage, NotRecognised, Unreadable
from allotrope.registry import built_in, third_party

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from allotrope.instrument import Instrument
    from allotrope.probe import Probe

_MANIFEST = re.compile(r'^\s*\{\s*"\$asm\.manifest"\s*:\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Detection:
    """Which instrument wrote a file, on what basis, and which other signature matched but was overruled."""

    instrument: str
    basis: str
    runner_up: str | None = None


def detect_probe(probe: Probe) -> Detection:
    """The instrument whose signature matches; raises NotRecognised, AlreadyAsm or Ambiguous."""
    bases = _matches(probe, built_in()) or _matches(probe, third_party())
    if not bases:
        manifest = _MANIFEST.match(probe.head) if probe.kind == "json" else None
        if manifest:
            raise AlreadyAsm(file=probe.name, found=manifest[1])
        raise NotRecognised(file=probe.name, found=_shown(probe), expected=len(built_in()))
    beaten = {name for instrument in bases for name in instrument.signature.beats}
    left = [instrument for instrument in bases if instrument.name not in beaten]
    if len(left) != 1:
        found = " and ".join(f"{instrument.name} ({bases[instrument]})" for instrument in left or bases)
        raise Ambiguous(file=probe.name, candidates=tuple(instrument.name for instrument in left or bases), found=found)
    overruled = next((instrument.name for instrument in bases if instrument is not left[0]), None)
    return Detection(left[0].name, bases[left[0]], overruled)


def is_export(folder: Path) -> bool:
    """Whether a folder as a whole is one export (an unpacked run or result set), by the files that lie in it directly."""
    from allotrope.probe import Probe

    try:
        names = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
        probe = Probe(folder)
    except (OSError, Unreadable):
        return False
    probe.members = names
    try:
        added = third_party()
    except BrokenPackage:
        added = ()  # told with a file that only this package may know
    known = (one for one in (*built_in(), *added) if "folder" in one.signature.kinds)
    return bool(names) and any(one.signature.basis(probe) is not None for one in known)


def _matches(probe: Probe, instruments: Iterable[Instrument]) -> dict[Instrument, str]:
    found = ((instrument, instrument.signature.basis(probe)) for instrument in instruments)
    return {instrument: basis for instrument, basis in found if basis is not None}


def _shown(probe: Probe) -> str:
    """What the file shows, for a person: its kind and first line, sheets or members."""
    if probe.kind == "workbook":
        return f"a workbook with the sheets {', '.join(probe.sheets[:5])}"
    if probe.kind in ("zip", "ole", "folder"):
        return f"a {probe.kind} with {', '.join(probe.members[:5])}"
    if probe.kind in ("text", "json", "xml"):
        first = next((line.strip() for line in probe.lines if line.strip()), "nothing but white space")
        return f"{probe.kind} that starts {first[:60]!r}"
    return f"{probe.kind} data that starts {probe.data[:8].hex(' ')}"
