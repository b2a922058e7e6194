"""Sheets left out as wholes: counted as if they were laid out."""

from __future__ import annotations

import pytest

from allotrope.dropped import Dropped
from allotrope.grid import Grid, is_filled
from allotrope.readers.xlsx import extent_of
from allotrope.values import Locale

HEAD = b'<worksheet><dimension ref="A1:B3"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Well</t></is></c></row>'
TAIL = b"</row></sheetData></worksheet>"
PLAIN = HEAD + b'<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="inlineStr"><is><t></t></is></c>' + TAIL
ROWS = [["Well"], [], [1.0, ""]]


def test_plain_cells_are_counted() -> None:
    assert extent_of(PLAIN) == (2, 3, 2)
    assert extent_of(PLAIN.replace(b"<v>1</v>", b"<f>1+1</f><v>2</v>")) == (2, 3, 2)
    assert extent_of(PLAIN.replace(b"<t></t>", b"<t> &#32;</t>")) == (2, 3, 2)
    assert extent_of(PLAIN.replace(b"<t></t>", b"<t>&#8482;</t>")) == (3, 3, 2)
    assert extent_of(PLAIN.replace(b"<v>1</v>", b"<v></v>")) == (1, 3, 2)


@pytest.mark.parametrize(
    "xml",
    [
        PLAIN.replace(b'<c r="A3">', b'<c r="A3" t="s">'),
        PLAIN.replace(b"<v>1</v>", b"<v> </v>"),
        PLAIN.replace(b"<t></t>", b'<t xml:space="preserve"> </t>'),
        PLAIN.replace(b"<t></t>", b"<t><![CDATA[ ]]></t>"),
        PLAIN.replace(b"<t></t>", b"<r><t>a</t></r><r><t>b</t></r>"),
        PLAIN.replace(b'ref="A1:B3"', b'ref="A1:B9"'),
        PLAIN.replace(b'<dimension ref="A1:B3"/>', b""),
    ],
)
def test_anything_else_is_laid_out(xml: bytes) -> None:
    assert extent_of(xml) is None


def test_it_is_laid_out_when_a_cell_is_asked_for_and_counts_the_same() -> None:
    counted = Dropped("Raw", Locale(), "signals", (2, 3, 2), lambda: [list(row) for row in ROWS])
    laid = Dropped("Raw", Locale(), "signals", None, lambda: [list(row) for row in ROWS])
    assert counted.whole() == laid.whole() == ("Raw!A1:B3", counted.fates[0], 2)
    assert list(counted.unread()) == []
    assert counted.cell(0).text == "Well"
    assert counted.whole() == laid.whole()
    counted.empty(0)
    assert counted.whole()[2] == 1
    plain = Grid("Raw", ROWS, Locale(), sheet=True)
    assert plain.width == laid.width
    assert sum(is_filled(value) for row in ROWS for value in row) == 2
