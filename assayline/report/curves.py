"""Curves and columns of a report: one-dimensional data cubes, and headings with units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and its unit, which is empty for words."""

    label: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """One data cube: name of the curve's sample, axis labels with units, and the two lists of values."""

    name: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


def listed(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The documents under `<name> aggregate document` / `<name> document`, or under the bare list."""
    inner = holder.get(f"{name} aggregate document", holder)
    found = inner.get(f"{name} document", []) if isinstance(inner, dict) else []
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def is_quantity(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a node is a value with a unit."""
    return isinstance(value, dict) and "value" in value and "unit" in value


def wave(measurement: dict[str, Any]) -> str:
    """The wavelength at which a measurement was made, to tell apart columns of one name."""
    for control in listed(measurement, "device control"):
        setting = control.get("detector wavelength setting")
        if is_quantity(setting):
            return f" at {setting['value']:g} {setting['unit']}"
    return ""


def curves(measurement: dict[str, Any], name: str) -> Iterator[tuple[str, Curve]]:
    """The one-dimensional data cubes of a measurement, by the label of the cube."""
    for holder in (measurement, *listed(measurement, "processed data")):
        for key, cube in holder.items():
            if not key.endswith("data cube") or not isinstance(cube, dict):
                continue
            structure, data = cube.get("cube-structure", {}), cube.get("data", {})
            xs, ys = data.get("dimensions") or data.get("points") or [[]], data.get("measures") or [[]]
            if not xs or not ys or len(xs) != 1 or len(xs[0]) != len(ys[0]):
                continue
            pairs = [
                (x, y) for x, y in zip(xs[0], ys[0], strict=True) if isinstance(x, (int, float)) and isinstance(y, (int, float))
            ]
            if len(pairs) < 2:
                continue
            axes = [
                f"{axis.get('concept', '')} ({axis.get('unit', '')})".replace(" ((unitless))", "").replace(" (#)", "")
                for axis in (structure["dimensions"][0], structure["measures"][0])
            ]
            label = key.removesuffix(" data cube")
            yield label, Curve(name, axes[0], axes[1], tuple(x for x, _ in pairs), tuple(y for _, y in pairs))
