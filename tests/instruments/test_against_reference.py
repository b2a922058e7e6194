"""Exports that no file of the corpus shows, converted here and by the installed reference: the same values at the same places."""

from __future__ import annotations

import io
import json
import logging
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from edited_exports import EDITED, edited
from made_analyzers import ANALYZERS
from made_exports import EXPORTS

import allotrope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

MADE = EXPORTS | ANALYZERS


def named(content: bytes, name: str) -> io.BytesIO:
    """A file of this name."""
    stream = io.BytesIO(content)
    stream.name = name  # type: ignore[misc]
    return stream


@pytest.fixture
def numbered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Identifiers of the reference that the comparison can tell from others."""
    from allotropy.parsers.utils import uuids

    class Numbers(uuids.IdGenerator):
        """Identifiers in order."""

        count = 0

        def generate_id(self) -> str:
            """The next one."""
            self.count += 1
            return f"TEST_ID_{self.count}"

    monkeypatch.setattr(uuids, "_ID_GENERATOR", Numbers())
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def reference(content: bytes, name: str, instrument: str) -> dict[str, Any]:
    """The document of the reference, not validated."""
    from allotropy.allotrope.converter import unstructure
    from allotropy.parser_factory import Vendor
    from allotropy.to_allotrope import allotrope_model_from_io

    model = allotrope_model_from_io(io.BytesIO(content), name, Vendor[instrument.upper()], encoding="chardet")
    return json.loads(json.dumps(unstructure(model)))  # type: ignore[no-any-return]


def assert_equal(compare: ModuleType, instrument: str, name: str, content: bytes) -> None:
    """Found by its signature, valid, and equal to what the reference makes of it."""
    assert allotrope.detect(named(content, name)).instrument == instrument
    found = allotrope.convert(named(content, name))
    assert not [finding for finding in found.findings if finding.level == "error"]
    assert found.ledger.cells == found.ledger.mapped + found.ledger.kept + found.ledger.ignored
    result = compare.compare(json.loads(found.to_json()), reference(content, name, instrument))
    assert sum(result.total.values()) > 0
    assert not result.differences, "\n".join(result.differences[:20])


@pytest.mark.parametrize("export", MADE)
@pytest.mark.usefixtures("numbered")
def test_equals_reference(shared: Path, compare: ModuleType, export: str) -> None:
    """What is made by hand."""
    instrument, name, make = MADE[export]
    made = make(shared / "corpus")
    assert_equal(compare, instrument, name, made if isinstance(made, bytes) else made.encode())


@pytest.mark.parametrize("export", EDITED)
@pytest.mark.usefixtures("numbered")
def test_edited_equals_reference(shared: Path, compare: ModuleType, export: str) -> None:
    """What a file of the corpus becomes."""
    assert_equal(compare, EDITED[export][0].partition("/")[0], *edited(shared / "corpus", export))
