"""The closed-world lint and the wording of schema errors, on one small document with one fault at a time."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from allotrope.schema import validate
from allotrope.schema.problems import LIMIT, pointer

if TYPE_CHECKING:
    from collections.abc import Callable

    from allotrope.errors import Finding

HEAD = "/cell counting aggregate document/cell counting document/0/measurement aggregate document/measurement document/0"
CALCULATED = "/cell counting aggregate document/calculated data aggregate document/calculated data document/0"
DATA = f"{HEAD}/processed data aggregate document/processed data document/0"


def test_the_small_document_is_valid(cells: dict[str, Any]) -> None:
    assert validate(cells) == ()


def measurement(asm: dict[str, Any]) -> dict[str, Any]:
    part = asm["cell counting aggregate document"]["cell counting document"][0]["measurement aggregate document"]
    return part["measurement document"][0]  # type: ignore[no-any-return]


def result(asm: dict[str, Any]) -> dict[str, Any]:
    return measurement(asm)["processed data aggregate document"]["processed data document"][0]  # type: ignore[no-any-return]


def source(asm: dict[str, Any]) -> dict[str, Any]:
    part = asm["cell counting aggregate document"]["calculated data aggregate document"]["calculated data document"][0]
    return part["data source aggregate document"]["data source document"][0]  # type: ignore[no-any-return]


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "unknown key": (lambda asm: measurement(asm).update(colour="red"), "unknown-key", f"{HEAD}/colour"),
    "NaN": (
        lambda asm: result(asm)["viability (cell counter)"].update(value=float("nan")),
        "not-finite",
        f"{DATA}/viability (cell counter)/value",
    ),
    "infinity in custom information": (
        lambda asm: measurement(asm).update({"custom information document": {"gain": float("inf")}}),
        "not-finite",
        f"{HEAD}/custom information document/gain",
    ),
    "NaN among numbers": (
        lambda asm: measurement(asm).update({"custom information document": {"gains": [1.0, None, float("nan")]}}),
        "not-finite",
        f"{HEAD}/custom information document/gains/2",
    ),
    "no JSON": (
        lambda asm: measurement(asm).update({"custom information document": {"raw": b"x"}}),
        "not-json",
        f"{HEAD}/custom information document/raw",
    ),
    "identifier twice": (
        lambda asm: asm["cell counting aggregate document"]["cell counting document"].append(
            copy.deepcopy(asm["cell counting aggregate document"]["cell counting document"][0])
        ),
        "duplicate-identifier",
        HEAD.replace("document/0/measurement aggregate", "document/1/measurement aggregate") + "/measurement identifier",
    ),
    "dangling data source": (
        lambda asm: source(asm).update({"data source identifier": "nowhere"}),
        "dangling-reference",
        f"{CALCULATED}/data source aggregate document/data source document/0/data source identifier",
    ),
    "unit that does not exist": (
        lambda asm: asm["cell counting aggregate document"]["calculated data aggregate document"]["calculated data document"][0][
            "calculated result"
        ].update(unit="furlong"),
        "unknown-unit",
        f"{CALCULATED}/calculated result/unit",
    ),
    "text for a number": (
        lambda asm: result(asm)["viability (cell counter)"].update(value="93"),
        "schema",
        f"{DATA}/viability (cell counter)/value",
    ),
    "unit not allowed": (
        lambda asm: result(asm)["viability (cell counter)"].update(unit="mL"),
        "schema",
        f"{DATA}/viability (cell counter)/unit",
    ),
    "missing key": (lambda asm: measurement(asm).pop("sample document"), "schema", HEAD),
    "time that is none": (
        lambda asm: measurement(asm).update({"measurement time": "yesterday"}),
        "schema",
        f"{HEAD}/measurement time",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_at_its_place(fault: str, cells: dict[str, Any]) -> None:
    damage, code, where = FAULTS[fault]
    damage(cells)
    found: tuple[Finding, ...] = validate(cells)
    assert [(finding.code, finding.where) for finding in found] == [(code, where)]
    assert "found" in found[0].message
    assert "expected" in found[0].message


def test_custom_information_is_free_form(cells: dict[str, Any]) -> None:
    measurement(cells)["custom information document"] = {"anything": {"goes": [1, {"value": 2, "unit": "furlong"}]}}
    assert validate(cells) == ()


def test_many_faults_are_counted_and_not_all_listed(cells: dict[str, Any]) -> None:
    measurement(cells).update({f"key {n}": n for n in range(10 * LIMIT)})
    found = validate(cells)
    assert len(found) <= LIMIT + 1
    assert f"{9 * LIMIT} more such places" in found[-1].message


def test_depth_costs_no_recursion(cells: dict[str, Any]) -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = {"below": deep}
    measurement(cells)["custom information document"] = deep
    assert validate(cells) == ()


def test_pointers_are_escaped() -> None:
    assert pointer(("a/b", "m~n", 0)) == "/a~1b/m~0n/0"
