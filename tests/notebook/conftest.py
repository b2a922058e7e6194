"""What the tests of the notebook share: a run folder written by code, and a clock that stands still."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def load(name: str) -> ModuleType:
    """A helper module beside these tests."""
    known = sys.modules.get(f"notebook_tests_{name}")
    if known:
        return known
    spec = importlib.util.spec_from_file_location(f"notebook_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Path]:
    """The maker of run folders."""
    maker: Callable[..., Path] = load("make_run").make_run
    return maker


@pytest.fixture
def run_folder(tmp_path: Path, make_run: Any) -> Path:
    """A whole run folder of this test alone."""
    folder: Path = make_run(tmp_path / "run")
    return folder
