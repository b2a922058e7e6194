"""File names of reads: where in a name the number of the read may stand, and what the rest says of sample, lane and part.

A name alone often has several readings (`ctrl_1` is read 1 or replicate 1); all are returned, and contents choose among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

START, END = r"(?<![^_.\-\s])", r"(?![^_.\-\s])"
STRONG = re.compile(rf"{START}(?:(?:R|read|READ|Read|pair|mate)[_-]?([1-3])|([Ii](?:ndex)?)[_-]?([12])){END}")
WEAK = re.compile(rf"{START}(?:r([12])|([1-4])P?|([Ff](?:wd|orward)?|FWD)|([Rr](?:ev|everse)?|REV)){END}")
ATTACHED = re.compile(rf"(?<=[A-Za-z0-9])R([12]){END}")
UNPAIRED = re.compile(r"(?:[_.](?:[12]U|unpaired(?:_[12])?|[12]_unpaired|singletons?|orphans?|unmated))$", re.IGNORECASE)
TAIL = re.compile(
    r"[_.\-](?:val_[12]|(?:[a-z]*trim(?:med)?|clean(?:ed)?|paired|filtered|dedup(?:licated)?|sorted|fastp|cutadapt|raw))$",
    re.IGNORECASE,
)
PART = re.compile(r"[_.](\d{3})$")
LANE = re.compile(r"[_.\-](L\d{3}|[Ll]ane[_-]?\d{1,2})(?=$|[_.\-])")
SHORT_LANE = re.compile(r"[_.\-]L0?(\d)(?=$|[_.\-])")
SERVICE = re.compile(r"^(?P<sample>.+?)_[A-Z]{2,6}\d{6,}[\w-]*?_(?P<cell>[A-Z0-9]{8,10})_L(?P<lane>\d)$")
MACHINE = re.compile(r"^(?P<cell>[A-Z]\d{8,9})_L0(?P<lane>\d)_(?P<sample>.+)$")
NUMBER = re.compile(r"_S\d+$")
GENERIC = {"", "read", "reads", "sample", "fastq", "fq", "raw", "data", "trimmed", "seq", "sequence", "sequences"}
MARKS = "_.- "


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a name: the read (`1`, `2`, `3`, `4`, `I1`, `I2`, or none), the name without it, and how sure that is."""

    mark: str
    before: str
    after: str
    strong: bool

    @property
    def key(self) -> tuple[str, str]:
        """Equal for the reads of one pair."""
        return self.before, self.after


@dataclass(frozen=True, slots=True)
class Sample:
    """What is left of a name: sample, lane and part of a file; lane and part are empty where the name has none."""

    name: str
    lane: str
    part: str


def readings(stem: str) -> list[Reading]:
    """All readings of a stem, the last mark of the name first."""
    core = core_of(stem)
    found: list[tuple[int, Reading]] = []
    for match in STRONG.finditer(core):
        mark = match[1] or f"I{match[3]}"
        found.append((match.start(), Reading(mark, core[: match.start()], core[match.end() :], strong=True)))
    taken = [match.span() for match in STRONG.finditer(core)]
    for match in WEAK.finditer(core):
        if any(start <= match.start() and match.end() <= end for start, end in taken):
            continue
        mark = match[1] or match[2] or ("1" if match[3] else "2")
        found.append((match.start(), Reading(mark, core[: match.start()], core[match.end() :], strong=False)))
    found += [
        (match.start(), Reading(match[1], core[: match.start()], core[match.end() :], strong=False))
        for match in ATTACHED.finditer(core)
    ]
    return [reading for _, reading in sorted(found, key=lambda item: -item[0])]


def core_of(stem: str) -> str:
    """A stem without what trimming and cleaning programs append."""
    core = stem
    while (cut := TAIL.search(core)) and cut.start() > 0:
        core = core[: cut.start()]
    return core


def unpaired(stem: str) -> bool:
    """Whether a name says that these reads have lost their mates."""
    return bool(UNPAIRED.search(core_of(stem)) or UNPAIRED.search(stem))


def sample_of(before: str, after: str = "") -> Sample:
    """Sample, lane and part from what stands around the mark of the read."""
    part = PART.search(after) or (PART.search(before) if not after and LANE.search(before) else None)
    if part and part.string is after:
        after = after[: part.start()]
    elif part:
        before = before[: part.start()]
    text, lane = before.rstrip(MARKS) + ("_" + after.strip(MARKS) if after.strip(MARKS) else ""), ""
    if service := SERVICE.match(text):
        return Sample(service["sample"], f"{service['cell']}_L{service['lane']}", part[1] if part else "")
    if machine := MACHINE.match(text):
        return Sample(machine["sample"], f"{machine['cell']}_L0{machine['lane']}", part[1] if part else "")
    if found := LANE.search(text):
        lane, text = found[1], text[: found.start()] + text[found.end() :]
    return Sample(NUMBER.sub("", text).strip(MARKS), lane, part[1] if part else "")


def short_lane(name: str) -> tuple[str, str] | None:
    """A sample name without a lane written `L1`, and its number, if it has one; the reads must say that it is a lane."""
    found = SHORT_LANE.search(name)
    return (name[: found.start()] + name[found.end() :], found[1]) if found else None
