"""Files beside the originals: links with names that a pipeline takes, and lanes put together where it wants one file."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.errors import CannotWrite, Refused, WouldOverwrite

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, str]


def link(rows: Sequence[Row], names: Sequence[str], folder: Path) -> None:
    """Replace every path in these columns by a link in the folder whose name has no white space; originals stay as they are."""
    taken: dict[Path, str] = {}
    for row in rows:
        for name in names:
            if not row.get(name):
                continue
            original = Path(row[name])
            place = folder.absolute() / re.sub(r"[^\w.+-]+", "_", original.name)
            count = 1
            while taken.setdefault(place, row[name]) != row[name]:
                count += 1
                place = folder.absolute() / f"{count}_{re.sub(r'[^\w.+-]+', '_', original.name)}"
            _link(original, place)
            row[name] = str(place)


def _link(original: Path, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink() and place.readlink() == original:
            return
        place.symlink_to(original)
    except FileExistsError as error:
        raise WouldOverwrite(file=place) from error
    except OSError as error:
        raise CannotWrite(file=place, found=error.strerror or error) from error


def merge(members: Sequence[Row], columns: Sequence[str], sample: str, folder: Path) -> Row:
    """One row with the reads of several, put one after the other into new files, in the order of the rows, both reads alike."""
    made = dict(members[0])
    for number, name in enumerate(columns, 1):
        sources = [Path(row[name]) for row in members if row.get(name)]
        if not sources:
            continue
        if len(sources) != len(members):
            raise Refused(
                what=f"sample {sample}",
                found=f"'{name}' in {len(sources)} of {len(members)} rows",
                expected="pairs only or single reads only",
                next="Leave one kind out with --exclude.",
            )
        ending = ".fastq.gz" if sources[0].name.endswith(".gz") else ".fastq"
        place = folder.absolute() / f"{sample}_R{number}{ending}"
        _join(sources, place)
        made[name] = str(place)
    return made


def _join(sources: Sequence[Path], place: Path) -> None:
    """Write the sources one after the other (gzip members may follow each other); the file appears whole or not at all."""
    if place.exists():
        if place.stat().st_size == sum(source.stat().st_size for source in sources):
            return
        raise WouldOverwrite(file=place)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as target:
            for source in sources:
                with source.open("rb") as stream:
                    shutil.copyfileobj(stream, target, 1 << 20)
        part.replace(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotWrite(file=place, found=error.strerror or error) from error
