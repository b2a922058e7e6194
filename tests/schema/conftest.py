"""A small valid document, written for these tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.documents import cell_counting


@pytest.fixture
def cells() -> dict[str, Any]:
    """A cell counting document of one measurement with one calculated result."""
    return cell_counting(1)
