"""What the tests of the notebook share: run folders written by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notebook.make_run import make_run as maker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Path]:
    """The maker of run folders."""
    return maker


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A whole run folder of this test alone."""
    return maker(tmp_path / "run")
