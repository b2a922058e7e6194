"""A row whose required quantity has no result is a measurement as long as it has other numbers."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from instruments_shared import source_of, stream

import allotrope

if TYPE_CHECKING:
    from pathlib import Path

ROWS = (
    (
        "Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),"
        "Analysis date/time,Analysis by"
    ),
    "A,100,90,1.5,1.35,90,3/28/2022 10:10,Ada",
    "B,0,0,0,N/A,,3/28/2022 10:12,Ada",
    "written by somebody,,,,,,,",
)


def converted(rows: list[list[str]]) -> allotrope.Conversion:
    """The valid conversion of an export of a Vi-CELL BLU."""
    stream = io.BytesIO("\n".join(",".join(row) for row in rows).encode())
    stream.name = "samples.csv"  # type: ignore[misc]
    found = allotrope.convert(stream)
    assert found.asm["$asm.manifest"].endswith("cell-counting.manifest")
    assert not [finding for finding in found.findings if finding.level == "error"]
    return found


@pytest.fixture
def table() -> list[list[str]]:
    """The export as fields."""
    return [row.split(",") for row in ROWS]


def groups(found: allotrope.Conversion) -> list[dict[str, object]]:
    """The technique documents."""
    return found.asm["cell counting aggregate document"]["cell counting document"]  # type: ignore[no-any-return]


def test_a_failed_count_stays_and_a_remark_does_not(table: list[list[str]]) -> None:
    """`N/A` and an empty cell are no result, stated and kept as written; a remark without numbers is no measurement."""
    found = converted(table)
    assert len(groups(found)) == 2
    filled = [finding.message for finding in found.findings if finding.code == "filled-required"]
    assert sum("viab" in message for message in filled) == 2
    text = found.to_json().decode()
    assert "written by somebody" in text
    for message in ("N/A", "no Viability (%)"):
        assert f'"error": "{message}"' in text


def test_columns_in_another_order_and_without_users(table: list[list[str]]) -> None:
    """The signature goes by the columns, not by their order; who analysed is then the instrument's own name."""
    found = converted([row[6::-1] for row in table])
    assert {group["analyst"] for group in groups(found)} == {"Vi-CELL"}


def test_a_background_of_the_lunatic_is_named_like_other_custom_information(shared: Path) -> None:
    """The absorbance at the wavelength of the background goes by its words, parted by blanks."""
    folder = shared / "corpus" / "unchained_labs_lunatic" / "03"
    path = next(folder.glob("*.csv"))
    lines = path.read_text(encoding="utf-8-sig").replace('"Plate\nPosition"', "Plate Position").split("Instrument ID\n")
    rows = [f"{row},340,0.03" for row in lines[1].strip().split("\n")]
    content = f"{lines[0]}Instrument ID,Background wvl. (nm),Background (A340)\n" + "\n".join(rows)
    stream = io.BytesIO(content.encode())
    stream.name = path.name  # type: ignore[misc]
    assert '"electronic absorbance reference absorbance"' in allotrope.convert(stream).to_json().decode()


def convert_changed(shared: Path, case: str, old: bytes, new: bytes) -> allotrope.Conversion:
    """The valid conversion of a file of the corpus in which something is replaced."""
    path = next(path for path in sorted((shared / "corpus" / case).iterdir()) if not path.name.endswith(".asm.json"))
    content = path.read_bytes()
    assert old in content
    stream = io.BytesIO(content.replace(old, new))
    stream.name = path.name  # type: ignore[misc]
    found = allotrope.convert(stream)
    assert not [finding for finding in found.findings if finding.level == "error"]
    return found


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("agilent_gen5_image/03", b"Plate Type", b"Made of"),
        ("qiacuity_dpcr/01", b",Target,", b",Assay,"),
        ("moldev_softmax_pro/02", b"AssayPlate_09875\t1.3", b"\t1.3"),
    ],
    ids=["no plate type", "no target", "no plate name"],
)
def test_what_the_schema_requires_of_a_plate_is_stated(shared: Path, name: str, old: bytes, new: bytes) -> None:
    """A plate without a type has no result for its number of wells, a reaction without a target N/A, a well no blank in front."""
    if name.startswith("moldev"):
        old, new = old.decode().encode("utf-16-le"), new.decode().encode("utf-16-le")
    found = convert_changed(shared, name, old, new)
    assert [finding for finding in found.findings if finding.code == "filled-required"]
    assert not re.search(r'"sample identifier": " ', found.to_json().decode())


@pytest.mark.parametrize(
    ("name", "old", "new", "label"),
    [
        ("novabio_flex2/01", "7.340", "ERR", "pH"),
        ("novabio_flex2/01", "10:28:04 AM", "1O:28:O4 AM", "Date & Time"),
        ("thermo_fisher_nanodrop_8000/01", "3.286", "overflow", "A280 10mm"),
    ],
)
def test_a_cell_that_holds_no_number_is_told(shared: Path, name: str, old: str, new: str, label: str) -> None:
    """It is kept as text, and a warning says under which label; `--strict` stops there."""
    path = source_of(shared, name)
    text = path.read_bytes().decode("latin-1")
    assert old in text
    found = allotrope.convert(stream(text.replace(old, new, 1).encode("latin-1"), path.name))
    told = [finding for finding in found.findings if finding.code == "not-parsed"]
    assert [finding.level for finding in told] == ["warning"]
    assert f"under {label!r}" in told[0].message
    assert new in told[0].message
