"""Texts that a spreadsheet has opened and saved: rows filled up to one width, other delimiters, encodings and quotes."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from instruments_shared import converted, stream

import allotrope
from allotrope.probe import Probe

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from instruments_shared import Case

NO_TABLES = ("beckman_vi_cell_xr/04", "beckman_vi_cell_xr/05")
"""Lists of numbers parted by commas, under labels: no spreadsheet would open them as what they are."""


NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][-+]?\d+)?%?")
LABEL = re.compile(r"\d{3},\d{3}")
VERBATIM = ("custom information document", "calculation description")


def german(field: str) -> str:
    """A field that is a number, as a German system shows it; two wavelengths of a filter are none."""
    plain = field.strip()
    swap = NUMBER.fullmatch(plain) and not LABEL.fullmatch(plain)
    return field.translate({ord("."): ",", ord(","): "."}) if swap else field


def saved(path: Path, how: str) -> bytes | None:
    """The text as a spreadsheet saves it; None where it is no table of commas, semicolons or tabs."""
    probe = Probe(path)
    if probe.kind != "text":
        return None
    text = "\n".join(probe.text.removeprefix("\ufeff").splitlines())
    mark = max("\t;,", key=text.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    width = max(map(len, rows))
    if width < 2:
        return None
    delimiter = {"filled up": mark, "unicode text": "\t", "semicolons": ";", "German": "\t" if mark == "\t" else ";"}[how]
    if how == "German":
        rows = [list(map(german, row)) for row in rows]
    if mark == "\t" and delimiter == ";":
        return None
    found = io.StringIO()
    writer = csv.writer(found, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return found.getvalue().encode("utf-16" if how == "unicode text" else "utf-8-sig")


@pytest.mark.parametrize("how", ["filled up", "unicode text", "semicolons", "German"])
def test_a_text_saved_by_a_spreadsheet_gives_the_same_document(case: Case, compare: ModuleType, how: str) -> None:
    """It differs from the reference in nothing in which the text itself does not."""
    content = saved(case.path, how)
    if content is None or case.name in NO_TABLES:
        return
    if case.vendor == "thermo_fisher_visionlite" and how == "unicode text":
        return  # only the encoding tells it from an export of Genesys On-Board
    again = allotrope.convert(stream(content, case.path.name))
    assert again.instrument == converted(case.path).instrument
    reference = compare.load(case.reference)
    before, after = ([*map(str, compare.compare(one.asm, reference).differences)] for one in (converted(case.path), again))
    new = {one for one in set(after) - set(before) if how != "German" or not any(part in one for part in VERBATIM)}
    assert sorted(new) == []
