"""Adding a format touches one file: here it is written to a temporary folder, found, and converted with."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

import allotrope
from allotrope import registry
from allotrope.required import is_no_result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULE = '''
"""Acme CellMeter 3000: two columns, for this test."""

from allotrope.field import Field, measurements
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

FIELDS = (
    Field("Probe", "sample document/sample identifier"),
    Field("Vitality [%]", "processed data/viability (cell counter)", unit="%", required=True),
    Field("Alive [M/mL]", "processed data/viable cell density (cell counter)", unit="10^6 cells/mL"),
)


def read(source):
    grid = source.grid()
    document = source.document()
    measurements(document, grid.table(grid.find("Probe")), FIELDS, constants={"device control/device type": "cell counter"})
    return document


INSTRUMENT = Instrument(
    name="acme_growing",
    vendor="Acme",
    product="CellMeter 3000",
    manifest="cell-counting/REC/2024/09/cell-counting",
    signature=Signature(("text",), all=(text(r"^Probe;Vitality"),)),
    read=read,
)
'''


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with one more instrument, on the path of `allotrope.instruments`."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "acme_growing.py").write_text(MODULE, encoding="utf-8")
    package = importlib.import_module("allotrope.instruments")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    registry.built_in_names.cache_clear()
    registry.load.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    registry.built_in_names.cache_clear()
    registry.load.cache_clear()


def test_one_file_is_a_format(acme: Path) -> None:
    """Detected, converted with a decimal comma, valid, and every cell accounted for."""
    export = acme / "run 7.csv"
    export.write_text("Probe;Vitality [%];Alive [M/mL];Operator\nS1;97,5;1,25;Ann\nS2;low;0,5;\nS3;low;;\n", encoding="utf-8")
    assert allotrope.detect(export).instrument == "acme_growing"
    conversion = allotrope.convert(export)
    ledger = conversion.ledger
    assert (ledger.cells, ledger.mapped, ledger.kept, ledger.ignored) == (13, 8, 5, 0)
    body = conversion.asm["cell counting aggregate document"]
    first, second = body["cell counting document"]
    failed = second["measurement aggregate document"]["measurement document"][0]["processed data aggregate document"]
    assert is_no_result(failed["processed data document"][0]["viability (cell counter)"]["value"])
    measurement = first["measurement aggregate document"]["measurement document"][0]
    processed = measurement["processed data aggregate document"]["processed data document"][0]
    assert processed["viability (cell counter)"] == {"value": 97.5, "unit": "%"}
    kept = {entry["datum label"]: entry["scalar string datum"] for entry in custom_of(measurement)}
    assert kept == {"Operator": "Ann"}
    assert {entry["datum label"]: entry["scalar string datum"] for entry in custom_of(body)} == {"line 4 field 1": "S3\tlow"}
    told = {finding.code: finding for finding in conversion.findings}
    assert set(told) == {"decimal-sign", "filled-required", "left-out", "kept-unplaced", "not-parsed", "with-errors"}
    assert told["left-out"].where == "line 4 field 1"


def custom_of(node: dict[str, Any]) -> list[dict[str, str]]:
    """The entries of a node's custom information."""
    found: list[dict[str, str]] = node["custom information aggregate document"]["custom information document"]
    return found
