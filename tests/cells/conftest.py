"""The simulator and the gate as fixtures."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cells.simulate import Simulated, simulate

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def simulated() -> Callable[..., Simulated]:
    return simulate


@pytest.fixture(scope="session")
def sample() -> Path:
    package = find_spec("celltypist")
    assert package is not None and package.origin is not None
    return Path(package.origin).parent / "data" / "samples" / "sample_cell_by_gene.csv"


@pytest.fixture(scope="session")
def inspected() -> Callable[..., Any]:
    from assayline.cells.inspect import inspect

    return inspect
