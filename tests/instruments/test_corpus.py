"""Every case of the corpus: equal to its reference, valid, free of fillers, accounted for to the cell, found by its signature."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counters import count
from instruments_shared import CASES, SHARED, Case, converted, scalars

import allotrope
from allotrope.probe import Probe
from allotrope.registry import built_in, built_in_names

if TYPE_CHECKING:
    from types import ModuleType

DEVIATIONS = Path(__file__).parent / "deviations.tsv"
SAME_FILE = {"luminex_xponent/03": "luminex_intelliflex"}
"""Cases whose file is, byte for byte, that of another instrument's case; its content says the other instrument."""
OVER_THE_CAP = frozenset(("beckman_pharmspec/02", "beckman_pharmspec/03", "novabio_flex2/02"))
"""Cases so small that a wrong date or number of the reference is more than the share of values that may be excused."""
LOOK_ALIKES = {"msd_workbench/01": "methodical_mind"}


@cache
def excuses(compare: ModuleType) -> dict[str, tuple[str, ...]]:
    """The deviations of this project, by case."""
    found: dict[str, tuple[str, ...]] = compare.read_excuses(DEVIATIONS if DEVIATIONS.exists() else None)
    return found


def test_corpus_is_whole(shared: Path) -> None:
    """All 52 formats have a native converter, and the corpus has its 189 cases."""
    assert len(CASES) == 189
    assert {case.vendor for case in CASES} <= set(built_in_names())
    assert shared == SHARED


def test_equals_reference(case: Case, compare: ModuleType) -> None:
    """The document equals the reference, value by value."""
    produced = json.loads(converted(case.path).to_json())
    result = compare.compare(produced, compare.load(case.reference), excuses(compare).get(case.name, ()))
    assert not result.differences, "\n".join(result.differences[:20])
    assert result.passed or case.name in OVER_THE_CAP
    assert sum(result.total.values()) > 0


def test_valid_and_without_inventions(case: Case) -> None:
    """No schema or lint finding, no NaN, and every filler is a finding."""
    conversion = converted(case.path)
    told = {finding.code for finding in conversion.findings}
    assert not [finding for finding in conversion.findings if finding.level == "error" or finding.code == "schema"]
    assert "kept-unplaced" not in told
    if "unknown-key" in told:  # a key the schema lacks is allowed only where the reference needs it too
        reference = json.loads(case.reference.read_bytes())
        assert "unknown-key" in {finding.code for finding in allotrope.validate(reference)}
    for path, value in scalars(conversion.asm):
        assert value is not None or "/data/measures/" in path, path  # a hole in a curve
        if isinstance(value, float):
            assert math.isfinite(value), path
        if isinstance(value, str):
            assert not value.startswith("1970-01-01"), path
            if value == "N/A" and "custom information" not in path:
                assert "filled-required" in told or "error" in path, path


def test_every_cell_is_accounted_for(case: Case) -> None:
    """Mapped + kept + ignored is what a counter finds that shares no code with the readers; what is ignored has a reason."""
    ledger = converted(case.path).ledger
    assert ledger.cells == ledger.mapped + ledger.kept + ledger.ignored == sum(run.count for run in ledger.runs)
    assert all(run.reason for run in ledger.runs if run.fate == "ignored")
    assert ledger.cells == counted(case.path, ledger.parts), ledger.parts


def counted(path: Path, parts: tuple[dict[str, object], ...]) -> int:
    """Filled cells of a file by the independent counters: of the file itself, or of each member that the ledger names."""
    probe = Probe(path)
    if parts[0]["kind"] == "workbook":
        return count(probe.data, dict(parts[0]))
    return sum(count(probe.member(str(part["name"])) if part["name"] else probe.data, dict(part)) for part in parts)


def test_detected_by_signature_alone(case: Case) -> None:
    """The signature finds the instrument, and no other one matches without being overruled."""
    probe = Probe(case.path)
    vendor = SAME_FILE.get(case.name, case.vendor)
    matching = {instrument.name for instrument in built_in() if instrument.signature.basis(probe) is not None}
    beaten = {name for instrument in built_in() if instrument.name in matching for name in instrument.signature.beats}
    if case.name in LOOK_ALIKES and matching != {vendor}:
        with pytest.raises(allotrope.Ambiguous) as caught:
            allotrope.detect(case.path)
        assert vendor in caught.value.candidates
    else:
        assert matching - beaten == {vendor}
        found = allotrope.detect(case.path)
        assert found.instrument == vendor
        assert found.basis


def test_same_bytes_twice(case: Case) -> None:
    """Converting again, from a stream under the same name, gives the same bytes where no time had to be taken from the file."""
    conversion = converted(case.path)
    filled = any(finding.code == "filled-required" and "measurement time" in finding.message for finding in conversion.findings)
    if case.path.stat().st_size > 500_000 or filled:
        again = allotrope.convert(case.path, conversion.instrument, validate=False)
    else:
        with case.path.open("rb") as stream:
            again = allotrope.convert(stream, conversion.instrument, validate=False)
    assert again.to_json() == conversion.to_json()
