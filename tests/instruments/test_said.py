"""What rows say of the file as a whole: the first stays, one that says otherwise is kept and is a finding."""

from __future__ import annotations

from io import BytesIO

import pytest

import allotrope

HEADER = "Run ID,Assay Name,Test Name,Test Date,Sample ID,Sample RFU,Software Version\n"
ROW = "R{0},dsDNA HS,S,2024-05-0{0} 10:00:00,sample {0},{1},{2}\n"


def converted(*versions: str, fluorescence: str = "120.5") -> allotrope.Conversion:
    """A Qubit Flex export with one row for each version of the software."""
    rows = "".join(ROW.format(at, fluorescence, version) for at, version in enumerate(versions, 1))
    file = BytesIO((HEADER + rows).encode())
    file.name = "tubes.csv"
    return allotrope.convert(file, "thermo_fisher_qubit_flex")


def test_rows_that_agree_are_told_once() -> None:
    """The same version in every row is mapped, and nothing is found."""
    conversion = converted("1.5.0", "1.5.0")
    assert "differs" not in {finding.code for finding in conversion.findings}
    assert conversion.to_json().count(b"1.5.0") == 1


@pytest.mark.parametrize("count", [1, 2])
def test_a_version_that_differs_is_kept(count: int) -> None:
    """The first version stays that of the system, the others are kept with their measurements; one finding says so."""
    conversion = converted("1.5.0", *["1.6.1"] * count)
    body = conversion.asm["spectrophotometry aggregate document"]
    assert body["data system document"]["software version"] == "1.5.0"
    assert conversion.to_json().count(b"1.6.1") == count
    found = [finding for finding in conversion.findings if finding.code == "differs"]
    assert [finding.level for finding in found] == ["warning"]
    assert "line 3" in found[0].where
    assert conversion.ledger.cells == conversion.ledger.mapped + conversion.ledger.kept
