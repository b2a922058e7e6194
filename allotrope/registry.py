"""Registry: finds the instruments in `allotrope.instruments` and in the entry-point group of that name; no list is kept."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from allotrope.errors import BrokenPackage, UnknownInstrument

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from allotrope.instrument import Instrument

GROUP = "allotrope.instruments"
FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a module of somebody else may raise when it is loaded."""


@cache
def built_in_names() -> tuple[str, ...]:
    """Names of the instruments in the folders of `allotrope.instruments`: its files and folders."""
    package = importlib.import_module("allotrope.instruments")
    folders = (Path(folder) for folder in package.__path__)
    found = (path for folder in folders for path in folder.iterdir() if not path.name.startswith(("_", ".")))
    return tuple(sorted(path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").exists()))


@cache
def third_party_names() -> tuple[str, ...]:
    """Names of the instruments that other packages add; reading entry points costs time, so this is asked last."""
    from importlib.metadata import entry_points

    return tuple(sorted({point.name for point in entry_points(group=GROUP)} - set(built_in_names())))


@cache
def load(name: str, file: str = "") -> Instrument:
    """The instrument of a name; raises UnknownInstrument with the nearest names."""
    if name in built_in_names():
        module = importlib.import_module(f"allotrope.instruments.{name}")
        found: Instrument = module.INSTRUMENT
        return found
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        return _added(point)
    from difflib import get_close_matches

    near = get_close_matches(name, built_in_names(), n=3, cutoff=0.3) or list(built_in_names())[:3]
    raise UnknownInstrument(file=file or "command line", found=name, expected=", ".join(near))


def _added(point: EntryPoint) -> Instrument:
    """The instrument of another package; raises BrokenPackage, whatever its code raises."""
    from allotrope.instrument import Instrument

    package = point.dist.name if point.dist is not None else point.module
    try:
        added = point.load()
    except FAULTS as error:
        raise BrokenPackage(name=point.name, package=package, found=f"{type(error).__name__}: {error}") from error
    if not isinstance(added, Instrument):
        raise BrokenPackage(name=point.name, package=package, found=repr(added)[:100])
    return added


def built_in() -> tuple[Instrument, ...]:
    """All instruments of this package."""
    return tuple(load(name) for name in built_in_names())


def third_party() -> tuple[Instrument, ...]:
    """All instruments that other packages add."""
    return tuple(load(name) for name in third_party_names())
