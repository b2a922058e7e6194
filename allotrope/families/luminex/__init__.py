"""Luminex exports (xPONENT, INTELLIFLEX): sections of one statistic each, or one table with everything; read into one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.families.luminex.document import build
from allotrope.families.luminex.flat import is_flat, read_flat
from allotrope.families.luminex.sections import read_sections
from allotrope.signature import text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source

MANIFEST = "multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling"
INTELLIFLEX = (
    text(r"^\W*Program\W+xPONENT\W+Intelliflex\b"),
    text(r"\A(?=.*INSTRUMENT TYPE\b)(?=.*\bWELL LOCATION\b)[\s\S]*\bINTELLIFLEX\b"),
)
"""What tells the exports of an INTELLIFLEX from those of other readers."""


def read(source: Source) -> Document:
    """The document of an export in either layout."""
    grid = source.grid()
    document = source.document()
    build(document, read_flat(document, grid) if is_flat(grid) else read_sections(document, grid))
    return document
