"""UNICORN: which curve is which measurement, and the numbers of a curve."""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.cube import cube

if TYPE_CHECKING:
    from collections.abc import Sequence

CHROMATOGRAM = "chromatogram data cube"
PROCESSED = "processed data/chromatogram data cube"
FRAME = b"\x00\x01\x00\x00\x00\xff\xff\xff\xff"
"""How a serialised .NET object begins."""
HEAD, TAIL = 47, 48
"""Bytes before and after the numbers: how .NET frames an array."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve by the pattern of its name: where its cube goes, what it measures in which unit, and by what values are multiplied.

    `control` counts the device control documents of one measurement.
    """

    pattern: str
    path: str
    concept: str
    unit: str
    factor: float = 1
    control: int = 0


def controlled(pattern: str, name: str, concept: str, unit: str, control: int = 0) -> Curve:
    """A curve whose cube belongs to the device control."""
    return Curve(pattern, f"{name} data cube", concept, unit, control=control + 1)


MEASUREMENTS: tuple[tuple[Curve, ...], ...] = (
    *((Curve(pattern, CHROMATOGRAM, "absorbance", "mAU"),) for pattern in (r"UV( ?1_\d+)?", r"UV ?2_\d+", r"UV ?3_\d+")),
    (
        Curve(r"Cond", CHROMATOGRAM, "electric conductivity", "S/m", 0.1),
        Curve(r"% Cond", PROCESSED, "electric conductivity", "%"),
    ),
    (Curve(r"pH", CHROMATOGRAM, "pH", "pH"),),
    (controlled(r"Conc B", "solvent concentration", "solvent concentration", "%"),),
    (
        Curve(r"DeltaC pressure", "processed data/derived column pressure data cube", "delta column pressure", "MPa"),
        controlled(r"PreC pressure", "pre-column pressure", "pre-column pressure", "MPa"),
        controlled(r"Sample pressure", "sample pressure", "sample pressure", "MPa"),
        controlled(r"System pressure", "system pressure", "system pressure", "MPa"),
        controlled(r"PostC pressure", "post-column pressure", "post-column pressure", "MPa"),
    ),
    (
        controlled(r"Sample flow \(CV/h\)", "sample flow rate", "sample flow", "CV/h", 0),
        controlled(r"System flow \(CV/h\)", "system flow rate", "system flow", "CV/h", 0),
        controlled(r"Sample flow", "sample flow rate", "sample flow", "mL/min", 1),
        controlled(r"System flow", "system flow rate", "system flow", "mL/min", 1),
        controlled(r"Sample linear flow", "sample flow rate", "sample flow", "cm/s", 2),
    ),
    (controlled(r"Cond temp", "temperature profile", "temperature", "degC"),),
)
"""The measurements of a run, in order, each with its curves; the first curve of one lends it its facts."""


def named(pattern: str, names: Sequence[str]) -> int | None:
    """The first curve whose whole name has the pattern."""
    return next((at for at, name in enumerate(names) if re.fullmatch(pattern, name)), None)


def numbers(data: bytes) -> list[Any]:
    """The 32-bit floats of a curve's stream, behind its frame; None where one is no number."""
    body = data[HEAD : max(len(data) - TAIL, HEAD)]
    body = data[HEAD : HEAD + -(-len(body) // 4) * 4]
    values = array("f", body[: len(body) // 4 * 4])
    if sys.byteorder == "big":
        values.byteswap()
    return [value if value - value == 0 else None for value in values]


def volume_cube(label: str, volumes: list[Any], values: list[Any], concept: str, unit: str) -> dict[str, Any]:
    """A curve over the volume in millilitres; the numbers are single precision."""
    made = cube(label, [("retention volume", "mL", volumes)], [(concept, unit, values)])
    for part in (*made["cube-structure"]["dimensions"], *made["cube-structure"]["measures"]):
        part["@componentDatatype"] = "float"
    return made
