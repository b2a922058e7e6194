"""Fixtures of the instrument tests: the comparison tool, and the cases of corpus and goldens as parameters."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

import pytest
from instruments_shared import CASES, golden_inputs

from allotrope.registry import built_in_names

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@pytest.fixture(scope="session")
def compare(shared: Path) -> ModuleType:
    """The comparison tool of the shared material, as a module."""
    spec = importlib.util.spec_from_file_location("asm_compare", shared / "tools" / "asm_compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["asm_compare"] = module
    spec.loader.exec_module(module)
    return module


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `case` every case of the corpus, and one that asks for `golden` every hand-made input."""
    if "case" in metafunc.fixturenames:
        known = [case for case in CASES if case.vendor in built_in_names()]
        metafunc.parametrize("case", known, ids=[case.name for case in known])
    if "golden" in metafunc.fixturenames:
        found = golden_inputs()
        metafunc.parametrize("golden", found, ids=[f"{path.parent.name}/{path.name}" for path in found])
