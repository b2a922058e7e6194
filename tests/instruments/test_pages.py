"""Web pages under a workbook's name: what a spreadsheet shows of them, in linear time."""

from __future__ import annotations

import pytest
from instruments_shared import stream

import allotrope
from allotrope.errors import NotRecognised, TooLarge
from allotrope.probe import Probe
from allotrope.readers.html_tables import page_rows


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", [["a", "b"], ["1", "2"]]),
        ("<table><tr><td colspan='2'>a</td><td>b</td></tr></table>", [["a", "", "b"]]),
        (
            '<table><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr></table>',
            [["a", "b"], ["", "c"], ["d"]],
        ),
        (
            "<h1>A &amp; B</h1>\n<p>one<br>two</p><table><tr><td>3<br>4</td></tr></table>tail",
            [["A & B"], ["one"], ["two"], ["3 4"], ["tail"]],
        ),
        ("<table><tr><td>a &lt; 5&nbsp;&micro;m</td><td></td></tr></table>", [["a < 5 µm", ""]]),
        (
            "<head><title>t</title><style>p {}</style></head><script>if (a<b) c()</script><!-- <td>x</td> --><p>seen</p>",
            [["seen"]],
        ),
        ("<table><tr><td>out<table><tr><td>in</td></tr></table></td></tr></table>", [["out"], ["in"]]),
        ("<p>2 < 3 and <unknown>4</unknown>", [["2 < 3 and 4"]]),
    ],
)
def test_a_page_is_read_as_a_spreadsheet_shows_it(page: str, rows: list[list[str]]) -> None:
    """Rows and cells left open, spans, texts outside of tables, what is hidden, and a table within a table."""
    assert page_rows(page, "f") == rows


def test_a_page_is_a_workbook_of_one_sheet_whatever_its_name() -> None:
    """Not XML, though it starts like it; a page that no format knows is not recognised, and that is told by its sheet."""
    for start in ("<html><body>", "\n<!DOCTYPE html><html>", "<table>", "\ufeff<HTML xmlns='x'>"):
        probe = Probe(stream(f"{start}<table><tr><td>x</td></tr></table>", "a.xls"))
        assert (probe.kind, probe.sheets, probe.rows("page")) == ("workbook", ("page",), [["x"]])
    assert Probe(stream("<html2><a/></html2>", "a.xml")).kind == "xml"
    with pytest.raises(NotRecognised, match="a workbook with the sheets page"):
        allotrope.convert(stream("<html><table><tr><td>x</td></tr></table></html>", "a.xls"))


def test_cells_that_span_without_end_are_refused() -> None:
    """A few bytes may ask for millions of places."""
    with pytest.raises(TooLarge, match="span 5999994 places"):
        page_rows("<table><tr>" + "<td rowspan=1000 colspan=1000>x" * 9, "a.xls")
