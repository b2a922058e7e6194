"""Every path and unit that an instrument's tables of fields can produce exists in the schema of its manifest."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from allotrope.custom import CUSTOM
from allotrope.envelope import segments
from allotrope.field import Field, Ignored, local, paths_of
from allotrope.registry import built_in_names, load
from allotrope.schema import Shape, shape, units

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

MANIFEST = "http://purl.allotrope.org/manifests/{}.manifest"
FIRST = "read into a dict under its own label first: calculated data are made from it"
ASIDE = {
    ("msd_workbench", "Adjusted Signal"): FIRST,
    ("msd_workbench", "% Recovery"): FIRST,
    ("msd_workbench", "Calc. Concentration"): FIRST,
    ("revvity_matrix", "error"): "several errors in one cell: taken out again and put into the error documents one by one",
}
"""(instrument, path) → why it stands at no place of the schema."""


def modules_of(name: str) -> list[ModuleType]:
    """The modules of an instrument: its file, or all files of its folder, and the shared ones that they take functions from."""
    module = importlib.import_module(f"allotrope.instruments.{name}")
    for folder in getattr(module, "__path__", ()):
        for part in sorted(Path(folder).glob("[a-z]*.py")):
            importlib.import_module(f"{module.__name__}.{part.stem}")
    own = [module, *(other for key, other in sys.modules.items() if key.startswith(f"{module.__name__}."))]
    held = [value for one in own for value in vars(one).values()]
    taken = {str(getattr(value, "__module__", getattr(value, "__name__", ""))) for value in held}
    shared = sorted(key for key in taken if key.startswith("allotrope.") and sys.modules[key] not in own)
    return [*own, *(sys.modules[key] for key in shared)]


def fields_in(thing: Any, seen: set[int]) -> Iterator[Field]:
    """Fields in tuples, lists and dicts, however deep; those imported from a shared module too."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Field):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from fields_in(value, seen)
    elif isinstance(thing, (tuple, list)) and not isinstance(thing, Ignored):
        for value in thing:
            yield from fields_in(value, seen)


def fields_of(name: str) -> list[Field]:
    """The fields that the modules of an instrument hold at their top level."""
    seen: set[int] = set()
    return [field for module in modules_of(name) for value in list(vars(module).values()) for field in fields_in(value, seen)]


class Places:
    """The anchors of a manifest's schema."""

    def __init__(self, manifest: str, technique: str) -> None:
        self.units = units(manifest)
        top = shape(manifest).child(f"{technique} aggregate document")
        assert top is not None
        document = down(top, f"{technique} document")
        group = down(document, "measurement aggregate document")
        measurement = down(group, "measurement document")
        places = {"@document": document, "@group": group, "@device": down(top, "device system document")}
        self.anchors = places | {"@system": down(top, "data system document"), "": measurement}

    def problem(self, path: str, unit: str | None) -> str:
        """What is wrong with a path and unit, empty if nothing; custom information is free below its document."""
        anchor = path.partition("/")[0] if path.startswith("@") else ""
        place = self.anchors[anchor]
        for key, is_list in segments(local(path)):
            if key == CUSTOM:
                return ""
            found = place.child(key) if place is not None else None
            if found is None:
                return f"{path}: the schema has no {key!r} there"
            place = found.item if is_list else found
        return self.unit_problem(path, place, unit)

    def unit_problem(self, path: str, place: Shape | None, unit: str | None) -> str:
        """Whether the unit may stand at a place."""
        quantity = place is not None and "unit" in place.known
        if unit is None:
            must = quantity and place is not None and place.types == {"object"}
            return f"{path}: a quantity without a unit" if must else ""
        if not quantity or place is None:
            return f"{path}: unit {unit!r} at a place that takes none"
        allowed = place.units or self.units
        return "" if unit in allowed else f"{path}: unit {unit!r}; the schema allows {', '.join(allowed)}"


def down(place: Shape | None, key: str) -> Shape | None:
    """The shape under a key, of its items where it is a list."""
    found = place.child(key) if place is not None else None
    return found if found is None or found.item is None else found.item


@pytest.mark.parametrize("name", built_in_names())
def test_paths_and_units_exist_in_the_schema(name: str) -> None:
    """Each path from its anchor down, key by key; each unit among those that the schema allows there."""
    instrument = load(name)
    places = Places(MANIFEST.format(instrument.manifest), instrument.technique.name)
    rules = [rule for rule in fields_of(name) if (name, rule.path) not in ASIDE]
    problems = [problem for path, unit in paths_of(rules) if (problem := places.problem(path, unit))]
    assert problems == []


def test_the_check_sees_what_is_wrong() -> None:
    """A path that does not exist, a unit that is not allowed, a quantity without one, and free custom information."""
    instrument = load("beckman_vi_cell_blu")
    places = Places(MANIFEST.format(instrument.manifest), instrument.technique.name)
    assert places.problem("processed data/viability (cell counter)", "%") == ""
    assert "no 'vitality'" in places.problem("processed data/vitality", "%")
    assert "'mL'" in places.problem("processed data/viability (cell counter)", "mL")
    assert "without a unit" in places.problem("processed data/viability (cell counter)", None)
    assert "takes none" in places.problem("sample document/sample identifier", "%")
    assert places.problem("processed data/custom information document/Anything", None) == ""
    assert len(fields_of("beckman_vi_cell_blu")) > 20


def test_every_exception_is_still_one() -> None:
    """What is set aside above still exists, and is still wrong without the exception."""
    for name, path in ASIDE:
        instrument = load(name)
        places = Places(MANIFEST.format(instrument.manifest), instrument.technique.name)
        assert [rule for rule in fields_of(name) if rule.path == path and places.problem(path, rule.unit)], (name, path)
