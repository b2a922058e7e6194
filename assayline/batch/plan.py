"""The plan of a conversion: every input with its place under the destination, decided before anything is read or written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from allotrope.detect import is_export
from allotrope.errors import Empty
from assayline.errors import SameDestination
from assayline.settings import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WRITTEN = (".asm.json", ".ledger.json", ".asm.parquet", ".asm.ttl", ".asm.xlsx", ".update.json", ".error.json")


@dataclass(frozen=True, slots=True)
class Item:
    """One input, and the path (without the endings of the formats) that its outputs share."""

    source: Path
    target: Path


def files_inside(folder: Path, destination: Path) -> Iterator[Path]:
    """The inputs in a folder, sorted: files, and folders that are one export as a whole, or that cannot be looked into.

    Not hidden ones, not what conversion writes, no settings, nothing in the destination.
    """
    own = destination.resolve()
    exports: set[Path] = set()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or path.name == NAME or path.name.endswith(WRITTEN) or not exports.isdisjoint(relative.parents):
            continue
        if path.is_dir():
            if not is_export(path) and os.access(path, os.R_OK | os.X_OK):
                continue
            exports.add(relative)
        if own != folder.resolve() and own in path.resolve().parents:
            continue
        yield relative


def make_plan(sources: Iterable[Path], destination: Path) -> list[Item]:
    """The inputs in order, folders mirrored below a given one; raises Empty for a bare folder, SameDestination for a clash."""
    given = list(sources)
    items: list[Item] = []
    taken: dict[Path, Path] = {}
    for source in given:
        names: list[tuple[Path, PurePath]]
        if source.is_dir() and not is_export(source):
            top = PurePath(source.resolve().name if len(given) > 1 else "")
            names = [(source / name, top / name) for name in files_inside(source, destination)]
            if not names:
                raise Empty(file=source, where="folder", found="no file", expected="at least one instrument's export")
        else:
            whole = source if source.name else source.resolve()
            names = [(whole, PurePath(whole.name))]
        for path, name in names:
            target = destination / name
            if target not in taken:
                taken[target] = path
                items.append(Item(path, target))
            elif taken[target] != path:
                raise SameDestination(file=target, first=taken[target], second=path)
    return items
