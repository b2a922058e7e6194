"""The first run of a written module: loaded from its file, signature and conversion tried on the sample itself."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allotrope.instrument import Instrument
from allotrope.probe import Probe
from allotrope.registry import built_in
from assayline.errors import BadInput
from assayline.golden import golden_conversion

if TYPE_CHECKING:
    from pathlib import Path

    from allotrope.convert import Conversion


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first run gave: on what basis the file is recognised, by which other signatures too, and the conversion."""

    basis: str | None
    others: tuple[str, ...]
    conversion: Conversion

    @property
    def problems(self) -> list[str]:
        """What the schema still asks for."""
        return [f"{one.where}: {one.message}" for one in self.conversion.findings if one.level == "error"]

    @property
    def counts(self) -> dict[str, Any]:
        """Cells by fate."""
        ledger = self.conversion.ledger
        return {"cells": ledger.cells, "mapped": ledger.mapped, "kept": ledger.kept, "ignored": ledger.ignored}


def load_instrument(path: Path) -> Instrument:
    """The INSTRUMENT of a module's file; raises BadInput where there is none."""
    spec = importlib.util.spec_from_file_location(f"allotrope_new_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadInput(what=path, found="no Python file", expected="a module with INSTRUMENT", next="Name a .py file.")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    found = getattr(made, "INSTRUMENT", None)
    if not isinstance(found, Instrument):
        raise BadInput(what=path, found="no INSTRUMENT", expected="a module with INSTRUMENT", next="Define it as others do.")
    return found


def recognised_by(path: Path) -> tuple[str, ...]:
    """The instruments of this package whose signature matches a file already."""
    probe = Probe(path)
    return tuple(one.name for one in built_in() if one.signature.basis(probe) is not None)


def try_out(instrument: Instrument, sample: Path) -> Trial:
    """Run a module on its sample; raises AllotropeError where it cannot convert it, Unaccounted where it does not balance."""
    others = tuple(name for name in recognised_by(sample) if name != instrument.name)
    return Trial(instrument.signature.basis(Probe(sample)), others, golden_conversion(sample, instrument))
