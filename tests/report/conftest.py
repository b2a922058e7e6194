"""The run folder that the tests of the report read: the one that the tests of the notebook write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.notebook.make_run import make_run as maker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def make_run() -> Any:
    """The maker of run folders."""
    return maker


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A whole run folder of this test alone."""
    return maker(tmp_path / "run")
