"""One odd row costs that row a finding, not the file: blank rows, remarks, lost letters, wells without a number in plates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from instruments_shared import lines_of, measurements, source_of, stream

import allotrope

if TYPE_CHECKING:
    from pathlib import Path

PLATES = {
    "agilent_gen5/01": ("Results", "\t", 12),
    "agilent_gen5/17": ("Results", "\t", 12),
    "agilent_gen5/20": ("Procedure", "\t", 24),
    "bmg_mars/01": ("Raw Data", ",", 6),
    "methodical_mind/01": ("=+Data=", "\t", 24),
    "revvity_kaleido/01": ("Results for", ",", 12),
    "revvity_kaleido/02": ("Result for", ",", 12),
}
"""Case → a line above a plate, the delimiter, and how many wells of the third row hold a value."""


def third_row(lines: list[str], name: str) -> int:
    """The line of the row C of the first plate below the title."""
    title, mark, _ = PLATES[name]
    start = next(at for at, line in enumerate(lines) if re.match(title, line))
    return next(at for at in range(start, len(lines)) if re.match(f'"?C"?{mark}', lines[at]))


def both(shared: Path, name: str, row: int, *new: str) -> tuple[allotrope.Conversion, allotrope.Conversion]:
    """The conversions before and after one line was replaced by others."""
    path = source_of(shared, name)
    lines = lines_of(path)
    lines[row : row + 1] = new
    return allotrope.convert(path), allotrope.convert(stream("\n".join(lines), path.name))


def found(conversion: allotrope.Conversion, code: str) -> list[str]:
    """Where findings of a code stand."""
    assert not [finding for finding in conversion.findings if finding.level == "error"]
    return [finding.where for finding in conversion.findings if finding.code == code]


@pytest.mark.parametrize("name", PLATES)
@pytest.mark.parametrize("filled", [False, True], ids=["blank", "delimiters"])
def test_a_blank_row_within_a_plate_changes_nothing(shared: Path, name: str, *, filled: bool) -> None:
    """The rows below it are still of the plate."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    before, after = both(shared, name, row, PLATES[name][1] * 12 if filled else "", lines[row])
    assert measurements(before.asm) == measurements(after.asm) > 0
    assert not found(after, "odd-row")


@pytest.mark.parametrize("name", PLATES)
def test_a_remark_within_a_plate_costs_itself_a_finding(shared: Path, name: str) -> None:
    """What it says is kept."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    before, after = both(shared, name, row, "paused by hand", lines[row])
    assert measurements(before.asm) == measurements(after.asm)
    assert len(found(after, "odd-row")) == 1
    assert b"paused by hand" in after.to_json()


@pytest.mark.parametrize("name", PLATES)
def test_a_row_without_letters_is_kept_and_no_wells_of_another_row(shared: Path, name: str) -> None:
    """Nobody knows whose wells they are; the other rows keep theirs."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    mark, wells = PLATES[name][1:]
    before, after = both(shared, name, row, mark + lines[row].partition(mark)[2])
    assert measurements(after.asm) == measurements(before.asm) - wells
    where = found(after, "odd-row")[0]
    assert where.startswith(f"line {row + 1} ")


@pytest.mark.parametrize("text", ["OVRFLW", "*****", ">4.000", "#N/A", "?????"])
@pytest.mark.parametrize("name", PLATES)
def test_a_well_without_a_number_is_an_error_or_kept(shared: Path, name: str, text: str) -> None:
    """Its text is in the document; no other well changes."""
    lines = lines_of(source_of(shared, name))
    row = third_row(lines, name)
    mark = PLATES[name][1]
    fields = lines[row].split(mark)
    fields[2] = text
    before, after = both(shared, name, row, mark.join(fields))
    assert measurements(before.asm) - measurements(after.asm) in (0, 1)
    assert found(after, "unparsed-value") or f'"error": "{text}"' in after.to_json().decode()
    assert text in after.to_json().decode()
