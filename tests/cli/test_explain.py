"""explain: every traced value leads to its cell and the cell leads back, for every format that can be converted."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

import pytest

import allotrope
from allotrope.stated import NOTHING
from assayline.explain import Explanation, bare, leaves

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(one.name for one in allotrope.instruments())


def smallest_case(shared: Path, name: str) -> Path:
    """The smallest input of a format in the corpus."""
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        inputs = [shared / "corpus" / row["input"] for row in csv.DictReader(file, delimiter="\t") if row["vendor"] == name]
    if not inputs:
        pytest.skip(f"the corpus has no {name}")
    return min(inputs, key=lambda path: (path.stat().st_size, path.name))


@pytest.mark.parametrize("name", NAMES)
def test_a_value_leads_to_its_cell_and_back(name, shared):
    explanation = Explanation(smallest_case(shared, name), name, NOTHING)
    traced = [leaf for leaf in leaves(explanation.asm) if leaf.where]
    if not traced:  # formats that do not trace are explained by trial: a cell is read as empty, and the value changes
        numbers = [leaf for leaf in leaves(explanation.asm) if isinstance(leaf.value, float)]
        assert any(explanation.under(leaf.pointer)[0].where for leaf in numbers[:3]), "no value of this format leads to a cell"
    for leaf in islice(traced, 0, None, max(1, len(traced) // 5)):
        assert explanation.under(leaf.pointer)[0].where == leaf.where
        places = explanation.cells(bare(leaf.where))
        assert any(leaf.pointer in place.pointers for place in places)
        assert {place.fate for place in places} <= {"mapped", "kept"}


def test_the_ledger_of_an_explanation_is_that_of_the_conversion(shared):
    path = smallest_case(shared, "beckman_vi_cell_blu")
    assert Explanation(path, None, NOTHING).ledger == allotrope.convert(path).ledger


def test_the_command_answers_in_both_directions(shared, assayline):
    path = smallest_case(shared, "beckman_vi_cell_blu")
    value = assayline("explain", path, "/sample identifier")
    assert value.status == 0
    assert "  from line 2 field 1" in value.out
    cell = assayline("explain", path, "line 2 field 1", "--json").envelope["results"][0]
    assert cell["fate"] == "mapped"
    assert cell["pointers"][0].endswith("/sample document/sample identifier")
    whole = assayline("explain", path)
    assert whole.out.splitlines()[-1].count("=") == 1
    assert " ignored: " in whole.out


@pytest.mark.parametrize("place", ["/no/such/key", "line 9999", "Sheet9!Z1"])
def test_a_place_that_is_nowhere_is_usage(place, shared, assayline):
    done = assayline("explain", smallest_case(shared, "beckman_vi_cell_blu"), place, "--json")
    assert done.status == 2
    assert done.envelope["findings"][0]["code"] == "nothing-there"
    assert place in done.envelope["findings"][0]["message"]
