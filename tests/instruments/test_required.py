"""Required quantities without a result: one number, one finding a kind, and the file's own text beside it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from instruments_shared import converted, scalars

from allotrope.required import MEANING, NO_RESULT

if TYPE_CHECKING:
    from instruments_shared import Case


def negative_zeros(asm: object) -> list[str]:
    """The paths of quantities (not of curves) that hold a negative zero."""
    values = [(path, value) for path, value in scalars(asm) if path.endswith("/value")]
    return [path for path, value in values if isinstance(value, float) and value == 0 and math.copysign(1, value) < 0]


def test_the_number_is_told_from_a_measured_zero() -> None:
    """It survives JSON with its sign, and the finding says what it stands for."""
    assert math.copysign(1, json.loads(json.dumps(NO_RESULT))) < 0
    assert "no result" in MEANING
    assert "error document" in MEANING


def test_one_finding_a_kind(case: Case) -> None:
    """Every quantity without a result is counted by exactly one finding of its name; none is told twice."""
    conversion = converted(case.path)
    told = [
        finding.message for finding in conversion.findings if finding.code == "filled-required" and MEANING in finding.message
    ]
    kinds = [message.partition(":")[0] for message in told]
    assert len(kinds) == len(set(kinds))
    found = {path.split("/")[-2] for path in negative_zeros(conversion.asm)}
    assert set(kinds) <= found
    if not told and found:
        assert b"-0" in case.path.read_bytes(), found  # a reader that prints a negative zero measured it


def test_text_is_kept_beside(case: Case) -> None:
    """A measurement or calculated value without a result has an error document, or its text, in the document."""
    conversion = converted(case.path)
    starts = ("calculated result", "statistical value", "well volume")
    told = [finding for finding in conversion.findings if MEANING in finding.message and finding.message.startswith(starts)]
    assert not told or any("/error document/" in path for path, _ in scalars(conversion.asm))
