"""The procedure of a Gen5 reading: its reads, each with mode, settings and filter sets, and the labels that its values carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from allotrope.families.plate import seconds
from allotrope.labels import free
from allotrope.values import Locale, Scalar, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allotrope.families.gen5 import PlateExport
    from allotrope.record import Cell

MODES = {"Absorbance": "Absorbance", "Fluorescence": "Fluorescence", "Luminescence": "Luminescence", "Alpha": "Fluorescence"}
"""What the procedure calls a read, and its detection type."""
EXCITATIONS = ("Excitation", "Fixed Excitation", "Excitation Start")
EMISSIONS = ("Emission", "Fixed Emission", "Emission Start")
OPTICAL = frozenset((*EXCITATIONS, *EMISSIONS, "Optics", "Gain", "Mirror"))
"""Settings of which each filter set has its own."""
NO_WAVELENGTH = frozenset(("Full light", "Plug", "Hole"))
DIRECTIONS = ("Parallel", "Perpendicular")
_MODE = re.compile(rf"({'|'.join(MODES)}) (Endpoint|Spectrum|Area Scan)$")
_NUMBERED = re.compile(r"Read (\d+):(.*)")
_POSITIONS = {"Top": "top scan position (plate reader)", "Bottom": "bottom scan position (plate reader)"}


@dataclass(slots=True)
class Optics:
    """One filter set (or monochromator setting) of a read, as written."""

    settings: dict[str, str] = field(default_factory=dict)
    direction: str | None = None
    """Of polarised light: Parallel or Perpendicular."""

    def first(self, names: tuple[str, ...]) -> str:
        """The first of these settings that is there, without its unit."""
        return next((self.settings[name].removesuffix(" nm") for name in names if name in self.settings), "")

    def wavelength(self, names: tuple[str, ...], locale: Locale) -> int | float | None:
        """The wavelength in nm of `485/20`."""
        return number(self.first(names).partition("/")[0], locale.decimal)

    def bandwidth(self, names: tuple[str, ...], locale: Locale) -> int | float | None:
        """The bandwidth in nm of `485/20`."""
        return number(self.first(names).partition("/")[2], locale.decimal)

    def position(self, *, mirrored: bool) -> str | None:
        """Where the optics stand: the mirror's place wins over `Optics`."""
        mirror = self.settings.get("Mirror", "") if mirrored else ""
        return _POSITIONS.get((mirror or self.settings.get("Optics", "")).partition(" ")[0])

    def cutoff(self, locale: Locale) -> int | float | None:
        """The cut-off in nm of a mirror such as `Top 400 nm`."""
        parts = self.settings.get("Mirror", "").split()
        return number(parts[1], locale.decimal) if len(parts) > 1 else None


@dataclass
class Read:
    """One read: mode, spectrum or not, step label, settings that hold for all of it, filter sets, and what it says beside."""

    mode: str
    kind: str
    step: str
    settings: dict[str, str] = field(default_factory=dict)
    optics: list[Optics] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def covered(self) -> bool:
        """Whether its values can be converted: endpoints and spectra of a known mode."""
        return bool(self.mode) and self.kind != "Area Scan"

    @cached_property
    def labels(self) -> dict[str, Optics | None]:
        """The labels of its values, each with its filter set."""
        if not self.covered:
            return {}
        prefix = f"{self.step}:" if self.step else ""
        if self.mode == "Absorbance":
            return dict.fromkeys(self._absorbances(prefix))
        if self.mode == "Luminescence":
            return {prefix + ("Lum" if name in NO_WAVELENGTH else name): part for part, name in self._emissions()}
        found: dict[str, Optics | None] = {}
        for at, (part, emission) in enumerate(self._emissions()):
            excitation = part.settings.get(next((name for name in EXCITATIONS if name in part.settings), ""), "")
            if excitation and "Fluorescence Polarization" in self.remarks:
                part.direction = DIRECTIONS[at] if at < len(DIRECTIONS) else None
                found[f"{prefix}{excitation},{emission} [{part.direction}]"] = part
            elif excitation:
                found[f"{prefix}{excitation},{emission}"] = part
                found[f"{prefix}{excitation.split('/')[0]},{emission.split('/')[0]}"] = part
        if not found:
            part = self.optics[0] if self.optics else Optics()
            found = {"Alpha": part, f"{prefix}Alpha": part}
        return found

    def _emissions(self) -> list[tuple[Optics, str]]:
        named = ((part, next((part.settings[name] for name in EMISSIONS if name in part.settings), "")) for part in self.optics)
        return [(part, name) for part, name in named if name]

    def _absorbances(self, prefix: str) -> list[str]:
        names = [prefix + name.strip() for name in self.settings.get("Wavelengths", "").split(",") if name.strip()]
        test, slash, reference = self.settings.get("Pathlength Correction", "").partition(" / ")
        return [*names, f"{prefix}{test} [Test]", f"{prefix}{reference} [Ref]"] if slash else names

    def has(self, label: str, index: int) -> bool:
        """Whether a value of this label is of this read, the `index`th (from 1); labels may begin with `Read 2:`."""
        return self.own(label, index) in self.labels

    def own(self, label: str, index: int) -> str:
        """The label without `Read 2:`, if that names this read."""
        found = _NUMBERED.match(label)
        return found[2] if found and int(found[1]) == index and label not in self.labels else label

    @property
    def averages(self) -> str:
        """How many measurements make one value."""
        return self.settings.get("Measurements/Data Point", "")

    @property
    def height(self) -> str | None:
        """The (first) read height in mm."""
        found = re.match(r"(\S+) mm(?:;|$)", self.settings.get("Read Height", ""))
        return found[1] if found else None

    def custom(self, optics: Optics | None) -> Mapping[str, Scalar]:
        """What no field of the schema takes: the other settings, and lines that are no settings."""
        taken = {"Wavelengths", "Pathlength Correction", "Read Speed", "Measurements/Data Point", "Read Height"}
        several = {key for key, value in self.settings.items() if "; " in value and key != "Wavelengths"}
        if self.height is None:
            taken.discard("Read Height")
        found: dict[str, Scalar] = {key: value for key, value in self.settings.items() if key not in taken - several}
        if optics and self.mode == "Luminescence" and "Mirror" in optics.settings:
            found["Mirror"] = optics.settings["Mirror"]
        if optics and optics.direction:
            found["Direction of emitted light"] = optics.direction
        if self.remarks:
            found["Read settings"] = "; ".join(self.remarks)
        return found


@dataclass(slots=True)
class Kinetic:
    """The timing of a kinetic reading, in s, and its number of reads."""

    runtime: float | None
    interval: float | None
    reads: int | float | None


def kinetic_of(cell: Cell) -> Kinetic:
    """The timing in `Runtime 1:00:00 (HH:MM:SS), Interval 0:10:00, 7 Reads`."""
    cell.mapped()
    runtime = re.search(r"Runtime\s+([\d:.]+)", cell.text)
    interval = re.search(r"Interval\s+([\d:.]+)", cell.text)
    reads = re.search(r"(\d+)\s+Reads", cell.text)
    return Kinetic(
        seconds(runtime[1]) if runtime else None, seconds(interval[1]) if interval else None, number(reads[1]) if reads else None
    )


def procedure(export: PlateExport) -> tuple[list[Read], Kinetic | None, dict[str, Scalar]]:
    """The reads of a plate, its kinetic timing if it has one, and the steps that are neither, as custom information."""
    reads: list[Read] = []
    steps: dict[str, Scalar] = {}
    kinetic = None
    inside = False
    for row in export.procedure:
        cells = export.grid.cells(row)
        texts = [cell.text for cell in cells]
        if texts and texts[0] == "Read":
            reads.append(_begin(texts[1:]))
            inside = True
            shaped = cells
        elif inside and (export.grid.text(row) == "" and len(texts) == 1):
            _setting(reads[-1], texts[0])
            shaped = cells
        else:
            inside = False
            shaped = []
            if len(texts) > 1 and texts[0] == "Start Kinetic":
                kinetic = kinetic_of(cells[1])
            name = texts[0].rstrip(":") if len(texts) > 1 else "Procedure step"
            value = " ".join([str(cell.keep()) for cell in cells][len(cells) > 1 :])
            steps[free(name, steps)] = value
        for cell in shaped:
            cell.mapped()
    return reads, kinetic, steps


def _begin(texts: list[str]) -> Read:
    """A read from its first line: a mode (`Absorbance Endpoint`), or a step label that the mode follows."""
    found = _MODE.match(texts[0]) if texts else None
    return Read(MODES[found[1]], found[2], "") if found else Read("", "", texts[0] if texts else "")


def _setting(read: Read, line: str) -> None:
    """One line of a read: its mode, settings `key: value` two blanks apart, the head of a filter set, or a remark."""
    found = _MODE.match(line)
    if found and not read.mode:
        read.mode, read.kind = MODES[found[1]], found[2]
        return
    if line.startswith("Filter Set"):
        read.optics.append(Optics())
    for part in re.split(r",\s{2,}", line):
        key, colon, value = part.partition(":")
        if not colon or not value.startswith(" "):
            read.remarks.append(part)
        elif key in OPTICAL:
            if not read.optics or key in read.optics[-1].settings:
                read.optics.append(Optics())
            read.optics[-1].settings[key] = value.strip()
        else:
            read.settings[key] = f"{read.settings[key]}; {value.strip()}" if key in read.settings else value.strip()
