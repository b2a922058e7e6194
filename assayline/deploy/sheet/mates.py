"""Which files are reads of the same fragments: names propose, the names of the reads inside decide."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assayline.deploy.errors import ReadsDamaged, Unclear
from assayline.deploy.sheet.found import Found, Left
from assayline.deploy.sheet.names import STRONG, Reading, core_of, readings, unpaired

if TYPE_CHECKING:
    from collections.abc import Sequence

INDEX_BASES = 12
"""Reads of at most so many bases beside two longer ones are sample indices."""

RUN = re.compile(r"[SED]RR\d{5,}$")
PLAIN = re.compile(r"\D{0,6}\d{1,6}$")
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Mates:
    """The files of one sequencing (one file, or read 1 and read 2), and what stands in the name before and after the mark."""

    files: tuple[Found, ...]
    before: str
    after: str
    lone: bool = False

    @property
    def first(self) -> Found:
        """Read 1, or the only file."""
        return self.files[0]


def mates(found: Sequence[Found], layout: str, left: list[Left]) -> list[Mates]:
    """Pair up all files; raises Unclear where names and contents leave more than one answer, ReadsDamaged for unequal mates."""
    files = _without_index(found, left)
    if layout == "single":
        return [Mates((file,), core_of(file.stem), "") for file in files]
    reads = Counter(file.peek.read for file in files)
    groups = _groups(files)
    pairs: dict[Key, Mates] = {}
    taken: set[Found] = set()
    for trust in (_agree, _plausible):
        for file in files:
            for key, reading in _keys(file):
                group = {mark: other for mark, other in groups[key].items() if other not in taken}
                if file in taken or not trust(group, file, reads):
                    continue
                if trust is _plausible and not reading.strong and not _as_many(group, layout):
                    continue
                pairs[key] = _pair(group, reading, left, reads)
                taken.update(pairs[key].files)
                taken.update(other for other in group.values() if _same(other, file, reads))
    singles = [_single(file, groups, layout) for file in files if file not in taken and not _lost(file, pairs, left)]
    _refuse_mixture(list(pairs.values()), singles, layout)
    order = {file: index for index, file in enumerate(files)}
    return sorted([*pairs.values(), *singles], key=lambda pair: order[pair.first])


def _without_index(found: Sequence[Found], left: list[Left]) -> list[Found]:
    """The files but those that a name calls index reads."""
    kept = []
    for file in found:
        marks = [reading.mark for reading in readings(file.stem) if reading.strong]
        if marks and marks[0].startswith("I"):
            left.append(Left(file.path, "index reads, which demultiplexing has used already"))
        else:
            kept.append(file)
    return kept


def _keys(file: Found) -> list[tuple[Key, Reading]]:
    """What the mates of a file have in common, one for each reading of its name and for a folder called R1 or 2."""
    keys = [((str(file.folder), *reading.key), reading) for reading in readings(file.stem)]
    mark = STRONG.fullmatch(file.folder.name) or re.fullmatch(r"([12])", file.folder.name)
    if mark and mark[1]:
        core = core_of(file.stem)
        keys.append(((f"{file.folder.parent}/*", core, ""), Reading(mark[1], core, "", strong=True)))
    return keys


def _groups(files: Sequence[Found]) -> dict[Key, dict[str, Found]]:
    """Files by key and mark; raises Unclear for two files of one key and mark."""
    groups: dict[Key, dict[str, Found]] = defaultdict(dict)
    for file in files:
        for key, reading in _keys(file):
            other = groups[key].setdefault(reading.mark, file)
            if other is not file and reading == readings(file.stem)[0]:
                raise _twice(other, file)
    return groups


def _twice(one: Found, other: Found) -> Unclear:
    return Unclear(
        what=f"{one.path} and {other.path.name}",
        found="two files for the same reads",
        expected="one of them",
        next="Leave one out with --exclude.",
    )


def _telling(file: Found, reads: Counter[str]) -> bool:
    """Whether the name of its first read can tell fragments apart: numbered from one in every file, it cannot."""
    return bool(file.peek.read) and reads[file.peek.read] <= 4 and not PLAIN.fullmatch(file.peek.read)


def _same(one: Found, other: Found, reads: Counter[str]) -> bool:
    return one.peek.read == other.peek.read or not (_telling(one, reads) and _telling(other, reads))


def _agree(group: dict[str, Found], file: Found, reads: Counter[str]) -> bool:
    """At least two reads of the group begin with the same fragment, and this file is one of them."""
    return _telling(file, reads) and sum(other.peek.read == file.peek.read for other in group.values()) >= 2


def _plausible(group: dict[str, Found], file: Found, reads: Counter[str]) -> bool:
    """Names make a pair and the contents do not say otherwise."""
    return {"1", "2"} <= set(group) and file in group.values() and all(_same(other, file, reads) for other in group.values())


def _as_many(group: dict[str, Found], layout: str) -> bool:
    """Whether weak marks make a pair though read names tell nothing: both files hold as many reads. Unclear if not counted."""
    counts = {group[mark].peek.reads for mark in ("1", "2")}
    if layout == "paired" or (None not in counts and len(counts) == 1):
        return True
    if None in counts:
        raise Unclear(
            what=f"{group['1'].path} and {group['2'].path.name}",
            found="reads whose names tell no fragments, and names that may be a pair or two samples",
            expected="to know which",
            next="Give --layout paired or --layout single, or --check full to compare their numbers.",
        )
    return False


def _pair(group: dict[str, Found], reading: Reading, left: list[Left], reads: Counter[str]) -> Mates:
    """Read 1 and read 2 of a group; short index reads beside them are left out."""
    first = next(iter(group.values()))
    several = {mark: file for mark, file in sorted(group.items()) if _same(file, first, reads) or len(group) == 2}
    if len(several) < 2:
        several = dict(sorted(group.items()))
    if len(several) > 2:
        for mark, file in list(several.items()):
            if 0 < file.peek.length <= INDEX_BASES:
                left.append(Left(file.path, f"index reads: {file.peek.length} bases beside longer reads"))
                del several[mark]
    files = tuple(several.values())
    if len(files) > 2:
        lengths = ", ".join(f"{file.path.name} ({file.peek.length} bases)" for file in files)
        raise Unclear(
            what=first.folder,
            found=f"three reads of one fragment: {lengths}",
            expected="two",
            next="Leave one out with --exclude.",
        )
    if len(files) == 2:
        _check_pair(*files)
    return Mates(files, reading.before, reading.after)


def _check_pair(one: Found, two: Found) -> None:
    """Refuse mates that the reads themselves call the other way round, or of different number."""
    if (one.peek.number, two.peek.number) == (2, 1) or (one.peek.number == two.peek.number != 0):
        found = f"reads numbered {one.peek.number} and {two.peek.number}"
        raise Unclear(
            what=f"{one.path} and {two.path.name}", found=found, expected="1 and 2", next="Rename the files by what they hold."
        )
    if one.peek.reads is not None and two.peek.reads is not None and one.peek.reads != two.peek.reads:
        found = f"{one.path} holds {one.peek.reads} reads and {two.path.name} {two.peek.reads}"
        raise ReadsDamaged(count=2, found=found)


def _single(file: Found, groups: dict[Key, dict[str, Found]], layout: str) -> Mates:
    """A file without mates: single-end reads; raises Unclear when its name or its reads say that a mate is missing."""
    keys = _keys(file)
    strong = [(key, reading) for key, reading in keys if reading.strong]
    others = [other for key, _ in strong for other in groups[key].values() if other is not file]
    if others:
        raise Unclear(
            what=f"{file.path} and {others[0].path.name}",
            found="names of one pair and reads of different fragments",
            expected="reads of the same fragments, or names that are not those of a pair",
            next="Correct the names, or give --layout single if each file is a sample of its own.",
        )
    mark = strong[0][1].mark if strong else ""
    if mark in ("2", "3") or file.peek.number == 2:
        raise Unclear(what=file.path, found="read 2 without read 1", expected="both", next="Find its mate, or give --exclude.")
    run = next((reading for _, reading in keys if RUN.fullmatch(reading.before.rstrip("_."))), None)
    if strong or run:
        reading = strong[0][1] if strong else run
        assert reading is not None
        return Mates((file,), reading.before, reading.after, lone=bool(strong))
    if layout == "paired":
        raise Unclear(what=file.path, found="no mate", expected="pairs only (--layout paired)", next="Find its mate.")
    return Mates((file,), core_of(file.stem), "")


def _lost(file: Found, pairs: dict[Key, Mates], left: list[Left]) -> bool:
    """Whether a file holds reads of a pair that lost their mates, and is left out. Raises Unclear where that is not known."""
    near = [pair for pair in pairs.values() if pair.first.folder == file.folder and len(pair.files) == 2]
    if unpaired(file.stem) and near:
        left.append(Left(file.path, "reads that lost their mates in trimming"))
        return True
    same = [pair for pair in near if pair.before.rstrip("_.-") == core_of(file.stem) and not pair.after]
    if not same:
        return False
    if RUN.fullmatch(core_of(file.stem)):
        left.append(Left(file.path, "reads of the run that have no mate"))
        return True
    raise Unclear(
        what=file.path,
        found=f"a file beside the pair {same[0].first.path.name}",
        expected="to know whether it repeats the pair or adds reads",
        next="Leave it out with --exclude, or rename it.",
    )


def _refuse_mixture(pairs: list[Mates], singles: list[Mates], layout: str) -> None:
    """A lone R1 among pairs has probably lost its R2, which must never be dropped."""
    lone = [single for single in singles if single.lone]
    if lone and layout == "auto" and any(len(pair.files) == 2 for pair in pairs):
        raise Unclear(
            what=lone[0].first.path,
            found="no read 2, while other samples have both",
            expected="both, or to be told",
            next="Find its mate, or give --layout mixed if it really is single-end.",
        )
