"""The corpus and the ontology for the tests of graphs."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from allotrope.graph.coverage import Ontology

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOT_FINITE = {"revvity_kaleido/04", "revvity_kaleido/05", "thermo_fisher_nanodrop_one/01"}


@pytest.fixture(scope="session")
def corpus(shared: Path) -> Callable[[int], dict[str, dict[str, Any]]]:
    """The references of at most so many bytes, by case."""
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        paths = {row["case"]: shared / "corpus" / row["reference"] for row in csv.DictReader(lines, delimiter="\t")}

    def load(size: int) -> dict[str, dict[str, Any]]:
        return {case: json.loads(path.read_bytes()) for case, path in paths.items() if path.stat().st_size <= size}

    return load


@pytest.fixture(scope="session")
def ontology_file(shared: Path) -> Path:
    """The release of the ontology."""
    return shared / "ontology" / "AFO-REC-2023-03.ttl"


@pytest.fixture(scope="session")
def ontology(ontology_file: Path) -> Ontology:
    """The classes of the release."""
    return Ontology.read(ontology_file)
