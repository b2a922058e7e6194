"""Samples, lanes and parts of what was paired; alignments with their indices; which name a sample has."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.deploy.errors import Unclear
from assayline.deploy.sheet.found import INDEX_OF, Found, Left, Unit
from assayline.deploy.sheet.names import GENERIC, NUMBER, sample_of, short_lane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assayline.deploy.sheet.mates import Mates

SEQUENCING = re.compile(
    r"(?:.*(?:run|lane|flow[_-]?cell|top[_-]?up|batch|seq|round|pool|plate|fastq|raw|data|rerun|resequenc).*"
    r"|\d{4,8}.*|.*[_-]?[A-Z0-9]{9}(?:XX|X2|XY|X3)?)",
    re.IGNORECASE,
)
"""Folders that are named for a sequencing and not for a sample."""

ILLUMINA_FOLDER = re.compile(r"^Sample_", re.IGNORECASE)
ENDINGS = re.compile(
    r"[._-](?:md|markdup(?:licates)?|mark_?dup|recal(?:ibrated)?|sorted|sort|dedup|bqsr|aligned|converted|merged|final|hs37d5|GRCh3[78]|hg(?:19|38))$",
    re.IGNORECASE,
)


def units_of(pairs: Sequence[Mates], sample_from: str, findings: list[Finding]) -> list[Unit]:
    """One unit for each pair or single file, with its sample by name or folder; raises Unclear where that is a guess."""
    units = []
    for pair in pairs:
        named = sample_of(pair.before, pair.after)
        files = {str(number): file for number, file in enumerate(pair.files, 1)}
        units.append(Unit(named.name, files, named.lane, named.part))
    _short_lanes(units)
    _name_by_folder(units, sample_from)
    for unit in units:
        _clean(unit, findings)
    return units


def _short_lanes(units: list[Unit]) -> None:
    """Take `L1` of a name for a lane only where the reads of all such files say the same and there are several lanes."""
    groups: dict[str, list[tuple[Unit, str]]] = defaultdict(list)
    for unit in units:
        if not unit.lane and (short := short_lane(unit.sample)):
            groups[short[0]].append((unit, short[1]))
    for name, members in groups.items():
        if len({lane for _, lane in members}) > 1 and all(unit.first.peek.lane == lane for unit, lane in members):
            for unit, lane in members:
                unit.sample, unit.lane = NUMBER.sub("", name).strip("_.- "), f"L{int(lane):03d}"


def _folder_name(file: Found) -> str:
    """The folder that names a sample: the nearest one that is not called R1, fastq or the like."""
    for folder in (file.folder, *file.folder.parents):
        name = ILLUMINA_FOLDER.sub("", folder.name)
        if name.lower() not in GENERIC and not re.fullmatch(r"(?:R|read)?[12]|fastqs?|fq|bam|cram", name, re.IGNORECASE):
            return name
    return ""


def _name_by_folder(units: list[Unit], sample_from: str) -> None:
    """Name samples by their folder where asked or where the file's name is none; raises Unclear where both are possible."""
    for unit in units:
        if sample_from == "folder" or unit.sample.lower() in GENERIC:
            unit.sample = _folder_name(unit.first)
    if sample_from != "auto":
        return
    names = {unit.sample for unit in units}
    folders = {_folder_name(unit.first) for unit in units}
    if len(names) == 1 and len(folders) > 1 and not all(SEQUENCING.fullmatch(folder) for folder in folders):
        raise Unclear(
            what=f"sample {names.pop()}",
            found=f"the same file name in the folders {', '.join(sorted(folders))}",
            expected="to know whether these are samples or sequencings of one sample",
            next="Give --sample-from folder (they are samples) or --sample-from name (they are one sample).",
        )


def _clean(unit: Unit, findings: list[Finding]) -> None:
    """Names that a sheet can hold: composed Unicode, no white space or commas; a change is told."""
    composed = unicodedata.normalize("NFC", unit.sample)
    clean = re.sub(r"[\s,;\"']+", "_", composed).strip("_")
    if clean != unit.sample:
        findings.append(Finding("sample-renamed", f"sample '{unit.sample}' is written '{clean}'", str(unit.first.path)))
    unit.sample = clean


def alignments(found: Sequence[Found], sample_from: str, findings: list[Finding], left: list[Left]) -> list[Unit]:
    """One unit for each BAM, CRAM or VCF, with the index and the recalibration table that belong to it."""
    heads = [file for file in found if file.kind in ("bam", "cram", "vcf")]
    units = []
    for file in heads:
        stem = file.stem
        while (cut := ENDINGS.search(stem)) and cut.start() > 0:
            stem = stem[: cut.start()]
        units.append(Unit(stem, {file.kind: file}))
    if sample_from == "folder":
        _name_by_folder(units, sample_from)
    for side in (file for file in found if file.kind in INDEX_OF):
        owner = _owner(side, units)
        if owner is None:
            left.append(Left(side.path, "it belongs to no alignment that was found"))
        else:
            owner.files[side.kind] = side
    for unit in units:
        _clean(unit, findings)
    return units


def _owner(side: Found, units: list[Unit]) -> Unit | None:
    """The alignment of an index (`a.bam.bai`, `a.bai`) or a table (`a.recal.table`)."""
    for unit in units:
        head = unit.first
        same = side.stem in (head.path.name, head.stem) and side.folder == head.folder
        if same and side.kind != "table" and (INDEX_OF[side.kind] == head.kind or side.kind == "bai"):
            return unit
    bare = _bare(side)
    fits = [unit for unit in units if side.kind == "table" and _bare(unit.first) == bare]
    return fits[0] if len(fits) == 1 else None


def _bare(file: Found) -> str:
    unit = replace(file, stem=file.stem)
    stem = unit.stem
    while (cut := ENDINGS.search(stem)) and cut.start() > 0:
        stem = stem[: cut.start()]
    return stem
