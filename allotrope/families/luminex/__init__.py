"""Luminex exports (xPONENT, INTELLIFLEX): sections of one statistic each, or one table with everything; read into one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allotrope.families.luminex.document import build
from allotrope.families.luminex.flat import flat_header, read_flat
from allotrope.families.luminex.sections import read_sections
from allotrope.signature import text

if TYPE_CHECKING:
    from allotrope.envelope import Document
    from allotrope.source import Source

MANIFEST = "multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling"
INTELLIFLEX = (
    text(r"^\W*Program\W+xPONENT\W+Intelliflex\b"),
    text(r"\A[,;\s]*+(?=.*INSTRUMENT TYPE\b)(?=.*\bWELL LOCATION\b)[\s\S]*\bINTELLIFLEX\b"),
)
"""What tells the exports of an INTELLIFLEX from those of other readers."""


def read(source: Source) -> Document:
    """The document of an export in either layout."""
    grid = source.grid()
    document = source.document()
    header = flat_header(grid)
    build(document, read_sections(document, grid) if header is None else read_flat(document, grid, header))
    return document
