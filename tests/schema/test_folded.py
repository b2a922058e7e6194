"""The quick pass: what it leaves of a document has the verdict of the whole document, also where one part of many is odd."""

from __future__ import annotations

import csv
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from allotrope import lint as linter
from allotrope import schema
from allotrope.folded import Folded, Suspect
from allotrope.schema.influence import Influence
from tests.documents import cell_counting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from allotrope.errors import Finding

Place = tuple[Any, Any]


def places(node: Any) -> list[Place]:
    """Every container of a document with each of its keys or indices."""
    found: list[Place] = []
    stack = [node]
    while stack:
        part = stack.pop()
        for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
            found.append((part, key))
            if isinstance(value, dict | list):
                stack.append(value)
    return found


def drop(part: Any, key: Any, _: random.Random) -> None:
    del part[key]


def replace(part: Any, key: Any, chance: random.Random) -> None:
    part[key] = chance.choice([None, True, 1, 1.5, "text", "", {}, [], {"value": 1, "unit": "furlong"}, ["text", 1], [{}], "%"])


def spoil(part: Any, key: Any, chance: random.Random) -> None:
    value = part[key]
    if isinstance(value, str):
        part[key] = chance.choice([value + " ", value.upper(), "yesterday"])
    elif isinstance(value, dict):
        value[chance.choice(["colour", "unit", "value", "@type"])] = chance.choice(["x", 3, float("nan")])
    elif isinstance(value, list) and value:
        value.append(chance.choice([value[0], None, 7, "x"]))
    else:
        part[key] = chance.choice([float("inf"), -1, 0.5, str(value)])


DAMAGE: tuple[Callable[[Any, Any, random.Random], None], ...] = (drop, replace, spoil)


def walked(asm: dict[str, Any]) -> list[Finding]:
    """The closed-world findings of the walk alone."""
    manifest = schema.manifest_of(asm)
    walk = linter._Walk(schema.units(manifest))
    walk.run(asm, schema.shape(manifest))
    walk.references()
    return list(walk.findings())


def agrees(asm: dict[str, Any]) -> None:
    """Both ways say the same: whether the schema is broken, and what the closed world finds and where."""
    manifest = schema.manifest_of(asm)
    quick = schema.validate(asm)
    slow = walked(asm)
    not_json = {finding.where for finding in slow if finding.code in ("not-finite", "not-json")}
    broken = list(schema.check(asm, schema.validator(manifest), frozenset(not_json)))
    assert [finding for finding in quick if finding.code == "schema"] == broken
    closed = [finding for finding in quick if finding.code != "schema"]
    assert sorted(closed, key=repr) == sorted(slow, key=repr)


def mutants(text: str, count: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(count):
        asm = json.loads(text)
        part, key = chance.choice([place for place in places(asm) if place[1] != "$asm.manifest"])
        chance.choice(DAMAGE)(part, key, chance)
        agrees(asm)


def test_a_long_document_becomes_small_and_stays_valid() -> None:
    asm = cell_counting(500)
    manifest = schema.manifest_of(asm)
    small = Folded(schema.units(manifest)).whole(asm, schema.place(manifest))
    assert len(json.dumps(small)) * 50 < len(json.dumps(asm))
    assert schema.validator(manifest).is_valid(small)


@pytest.mark.parametrize("seed", range(4))
def test_mutants_of_a_long_document(seed: int) -> None:
    mutants(json.dumps(cell_counting(12)), 50, seed)


def test_mutants_of_the_corpus(shared: Path) -> None:
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        cases = [row["reference"] for row in csv.DictReader(lines, delimiter="\t")]
    kinds: dict[str, list[str]] = {}
    for case in cases:
        text = (shared / "corpus" / case).read_text(encoding="utf-8")
        kinds.setdefault(str(json.loads(text)["$asm.manifest"]), []).append(text)
    for seed, texts in enumerate(kinds.values()):
        chosen = sorted(texts, key=len)
        for text in {chosen[0], chosen[len(chosen) // 3]}:
            if len(text) < 400_000:
                mutants(text, 8, seed)


def test_what_is_not_understood_is_not_folded() -> None:
    assert Influence([{"type": "object", "minProperties": 2}], {}).strange
    assert Influence([{"properties": {"a": {"$ref": "#/$defs/r0"}}}], {"r0": {"dependentRequired": {}}}).child("a").strange
    assert not Influence([{"type": "string", "$asm.pattern": "x"}], {}).strange


def test_order_and_number_of_items_are_seen() -> None:
    ordered = Influence([{"properties": {"a": {"type": "array", "maxItems": 1}, "b": {"type": "array", "items": {}}}}], {})
    assert ordered.child("a").by_order
    assert not ordered.child("b").by_order


def test_a_number_that_json_cannot_hold_is_seen_among_many() -> None:
    asm = cell_counting(300)
    documents = asm["cell counting aggregate document"]["cell counting document"]
    measurement = documents[211]["measurement aggregate document"]["measurement document"][0]
    measurement["processed data aggregate document"]["processed data document"][0]["viability (cell counter)"]["value"] = float(
        "inf"
    )
    manifest = schema.manifest_of(asm)
    with pytest.raises(Suspect):
        Folded(schema.units(manifest)).whole(asm, schema.place(manifest))
    assert [finding.code for finding in schema.validate(asm)] == ["not-finite"]


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308])
def test_a_number_larger_than_any_float_is_no_error(value: float) -> None:
    """JSON may hold it: alone and among floats, in quantities and in custom information."""
    asm = cell_counting(300)
    for document in asm["cell counting aggregate document"]["cell counting document"][::7]:
        measurement = document["measurement aggregate document"]["measurement document"][0]
        processed = measurement["processed data aggregate document"]["processed data document"][0]
        processed["viability (cell counter)"]["value"] = value
        measurement["custom information document"] = {"a": value, "b": 1.5, "c": [value, 1.5]}
    agrees(asm)


@pytest.mark.parametrize("part", [{1: 2}, {"unit": "\ud800"}, {"\ud800": 1}], ids=ascii)
@pytest.mark.parametrize("count", [2, 20])
def test_what_json_cannot_hold_is_a_finding(part: dict[Any, Any], count: int) -> None:
    """A key that is no text; half of a surrogate pair, which JSON text may spell and UTF-8 cannot hold."""
    asm = cell_counting(count)
    document = asm["cell counting aggregate document"]["cell counting document"][0]
    measurement = document["measurement aggregate document"]["measurement document"][0]
    processed = measurement["processed data aggregate document"]["processed data document"][0]
    processed["viability (cell counter)"].update(part)
    assert "not-json" in {finding.code for finding in schema.validate(asm)}


def test_labels_of_a_file_are_no_references() -> None:
    """In custom information they are what the file calls its values, whichever way the document is looked at."""
    asm = cell_counting(20)
    document = asm["cell counting aggregate document"]["cell counting document"][3]
    measurement = document["measurement aggregate document"]["measurement document"][0]
    measurement["custom information document"] = {"data source identifier": "of the file"}
    agrees(asm)
    measurement["another key"] = float("nan")
    assert {finding.code for finding in schema.validate(asm)} == {"unknown-key", "not-finite"}
