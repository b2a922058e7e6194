"""Every file below some folders: kept as reads or alignments, or left out with the reason."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from assayline.deploy.errors import ReadsDamaged
from assayline.deploy.sheet.found import Found, Left, kind_of
from assayline.deploy.sheet.peek import look
from assayline.errors import BadInput
from assayline.json_files import file_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MANY = 8
SIDE = 1 << 16


@dataclass(slots=True)
class Scan:
    """Files kept, files left out, and notes about what could not be looked into to the end."""

    found: list[Found] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def scan(places: Sequence[Path], exclude: Sequence[str] = (), check: str = "auto") -> Scan:
    """Look at every file; raises BadInput for a place that cannot be read and ReadsDamaged for files that are not whole."""
    result, seen = Scan(), dict[tuple[int, int], Path]()
    for path in _files(places):
        _sort(path, exclude, check, result, seen)
    _leave_copies(result)
    damaged = [file for file in result.found if file.peek.problem]
    if damaged:
        told = "; ".join(f"{file.path}: {file.peek.problem}" for file in damaged[:MANY])
        raise ReadsDamaged(count=len(damaged), found=told + ("; …" if len(damaged) > MANY else ""))
    return result


def _sort(path: Path, exclude: Sequence[str], check: str, result: Scan, seen: dict[tuple[int, int], Path]) -> None:
    """Keep one file, or leave it out and say why."""
    kind, stem = kind_of(path.name)
    if path.name.startswith("."):
        return result.left.append(Left(path, "a hidden file"))
    if any(fnmatchcase(path.name, pattern) or fnmatchcase(str(path), pattern) for pattern in exclude):
        return result.left.append(Left(path, "left out by --exclude"))
    if not kind:
        return result.left.append(Left(path, "neither reads nor alignments"))
    if stem.lower().startswith("undetermined"):
        return result.left.append(Left(path, "reads that demultiplexing gave to no sample"))
    try:
        status = path.stat()
    except OSError as error:
        raise ReadsDamaged(count=1, found=f"{path}: {error.strerror} (a link to nothing?)") from error
    other = seen.setdefault((status.st_dev, status.st_ino), path)
    if other != path:
        return result.left.append(Left(path, f"the same file as {other}"))
    return result.found.append(Found(path, kind, stem, look(path, kind, check)))


def _leave_copies(result: Scan) -> None:
    """Leave out a file that has name, size and bytes of another one: reads must not count twice."""
    groups: dict[tuple[str, int], list[Found]] = {}
    for file in result.found:
        groups.setdefault((file.path.name, file.path.stat().st_size), []).append(file)
    for group in groups.values():
        kept: list[Found] = []
        for file in group:
            same = next((other for other in kept if _same(file.path, other.path)), None)
            if same is None:
                kept.append(file)
                continue
            result.found.remove(file)
            result.left.append(Left(file.path, f"a copy of {same.path}, byte for byte"))


def _same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes; the ends first, since they differ where files do."""
    with one.open("rb") as first, other.open("rb") as second:
        if first.read(SIDE) != second.read(SIDE):
            return False
    return file_digest(one) == file_digest(other)


def _files(places: Sequence[Path]) -> Iterator[Path]:
    """Files named or below folders, in order of their names; links are followed, each folder once."""
    seen: set[str] = set()
    for place in places:
        if place.is_file():
            yield place.absolute()
            continue
        if not place.is_dir():
            raise _unreadable(place, "no such file or folder")
        for here, folders, names in os.walk(place.absolute(), followlinks=True, onerror=_stop):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            if os.path.realpath(here) in seen:
                folders.clear()
                continue
            seen.add(os.path.realpath(here))
            yield from (Path(here) / name for name in sorted(names))


def _stop(error: OSError) -> None:
    raise _unreadable(error.filename, error.strerror)


def _unreadable(place: object, found: object) -> BadInput:
    return BadInput(
        what=place, found=found, expected="a folder that can be read", next="Correct the path or its permissions, then try again."
    )
