"""Shapes derived from the schemas: valid documents conform, and each kind of damage is found at the node it was done to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from allotrope.graph import terms, to_rdf
from allotrope.graph.shacl import report, shapes
from allotrope.schema import manifest_of, manifests
from tests.documents import cell_counting
from tests.graph.conftest import NOT_FINITE

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "/cell counting aggregate document/cell counting document/0/measurement aggregate document"
MEASURED = f"{HEAD}/measurement document/0"
RESULT = f"{MEASURED}/processed data aggregate document/processed data document/0"
CALCULATED = "/cell counting aggregate document/calculated data aggregate document/calculated data document/0"


def part(asm: dict[str, Any], pointer: str) -> Any:
    node: Any = asm
    for step in pointer.split("/")[1:]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def check(asm: dict[str, Any]) -> tuple[bool, list[tuple[str, str]]]:
    return report(to_rdf(asm, "urn:x"), manifest_of(asm))


def test_a_valid_document_conforms() -> None:
    assert check(cell_counting(3)) == (True, [])


DAMAGE: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "required identifier missing": (lambda asm: part(asm, MEASURED).pop("measurement identifier"), MEASURED),
    "required part missing": (lambda asm: part(asm, HEAD).pop("measurement document"), HEAD),
    "text for a number": (
        lambda asm: part(asm, f"{RESULT}/viability (cell counter)").update(value="high"),
        f"{RESULT}/viability (cell counter)",
    ),
    "number missing": (
        lambda asm: part(asm, f"{RESULT}/viability (cell counter)").update(value=None),
        f"{RESULT}/viability (cell counter)",
    ),
    "unit not allowed": (
        lambda asm: part(asm, f"{RESULT}/viability (cell counter)").update(unit="mL"),
        f"{RESULT}/viability (cell counter)",
    ),
    "unit missing": (
        lambda asm: part(asm, f"{RESULT}/viability (cell counter)").pop("unit"),
        f"{RESULT}/viability (cell counter)",
    ),
    "number for a text": (
        lambda asm: part(asm, MEASURED).update({"measurement identifier": 7}),
        f"{MEASURED}/measurement identifier",
    ),
    "time that is none": (lambda asm: part(asm, MEASURED).update({"measurement time": "soon"}), f"{MEASURED}/measurement time"),
    "value null": (
        lambda asm: part(asm, f"{MEASURED}/sample document").update({"sample identifier": None}),
        f"{MEASURED}/sample document/sample identifier",
    ),
    "choice that is none": (
        lambda asm: part(asm, f"{MEASURED}/sample document").update({"sample role type": "guest"}),
        f"{MEASURED}/sample document/sample role type",
    ),
    "dangling data source": (
        lambda asm: part(asm, f"{CALCULATED}/data source aggregate document/data source document/0").update(
            {"data source identifier": "nowhere"}
        ),
        f"{CALCULATED}/data source aggregate document/data source document/0",
    ),
    "result without name": (lambda asm: part(asm, CALCULATED).pop("calculated data name"), CALCULATED),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_at_its_node(damage: str) -> None:
    asm = cell_counting(2)
    harm, place = DAMAGE[damage]
    harm(asm)
    conforms, found = check(asm)
    assert not conforms
    assert f"urn:x#{quote(place, safe='/()')}" in {node for node, _ in found}
    assert all(message.startswith("expected") for _, message in found)


def test_another_manifest_does_not_fit() -> None:
    other = next(name for name in manifests() if "pcr/REC" in name)
    conforms, found = report(to_rdf(cell_counting(1), "urn:x"), other)
    assert not conforms
    assert ("urn:x", f"expected the manifest {other}") in found


def test_every_manifest_has_shapes() -> None:
    for manifest in manifests():
        found = shapes(manifest)
        assert len(found) > 500
        assert not any("TODO" in str(value) for value in found.objects())


def conform(documents: dict[str, dict[str, Any]]) -> int:
    checked = 0
    for case, asm in documents.items():
        if case not in NOT_FINITE:
            assert report(to_rdf(asm), manifest_of(asm)) == (True, []), case
            checked += 1
    return checked


def test_valid_references_conform(corpus: Callable[[int], dict[str, dict[str, Any]]]) -> None:
    assert conform(corpus(12_000)) > 15


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_all_valid_references_conform(corpus: Callable[[int], dict[str, dict[str, Any]]]) -> None:
    assert conform(corpus(1 << 30)) == 186


def test_only_current_terms_are_used() -> None:
    text = shapes(manifests()[1]).serialize(format="nt")
    assert terms.NUMBER in text
    assert "http://qudt.org/schema/qudt#" not in text
