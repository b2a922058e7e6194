"""Markdown of entries: text from outside shows as it was written, and what cannot act is left readable."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from assayline.notebook.markdown import safe_start, say, table

HOSTILE = (
    "_a_ __b__ *c* **d**",
    "- item",
    "+ item",
    "# heading",
    "> quoted",
    "1. first",
    "---",
    "===",
    "a | b",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) ![i](http://e/u.png)",
    "&lt; `code` ~~gone~~",
    "back\\slash \\* \\",
    "kept_share and _edge and edge_",
)


def shown(markdown: str) -> str:
    """The text of the page, all inline tokens together; fails where anything but text and paragraphs is in it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline"}
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_from_outside_shows_as_it_was_written(text: str) -> None:
    assert shown(safe_start(say(text))) == text


@pytest.mark.parametrize(
    "text", ["2026-03-17T09:10:00", "PBMC-01 thaw", "molar concentration (mmol/L)", "qc.cells.kept_share", "p = 0.05"]
)
def test_what_cannot_act_is_not_escaped(text: str) -> None:
    assert say(text) == text


def test_a_bar_in_a_cell_makes_no_column() -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(table([("a|b", "mg/L")], [["1 | 2"], ["-3"]]))
    assert rendered.count("<th>") == 1 and rendered.count("<td>") == 2
    assert "<td>1 | 2</td>" in rendered and "<td>-3</td>" in rendered
