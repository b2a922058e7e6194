"""Sample sheets: every layout of the table, and what a person or a broken disk does to files and sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from allotrope.errors import DeclaredError
from assayline.deploy.nfcore import open_pipeline
from assayline.deploy.sheet.make import make_sheet
from assayline.deploy.sheet.order import Order
from tests.deploy.layouts import Layout, build, expected_rows, read_layouts

LAYOUTS = read_layouts(Path(__file__).with_name("layouts.txt"))


def order_of(layout: Layout, root: Path) -> Order:
    """The options of a line as an order."""
    words = dict(layout.options)
    words.pop("reads", "")
    table = words.pop("metadata", "")
    path = root.parent / "metadata.csv"
    if table:
        path.write_text(table.replace(";", "\n").replace("~", " ") + "\n")
    return Order(
        places=(root,),
        metadata=path if table else None,
        exclude=(words.pop("exclude"),) if "exclude" in words else (),
        values=dict([words.pop("values").split("=", 1)]) if "values" in words else {},
        link=root.parent / words.pop("link") if "link" in words else None,
        **words,
    )


def test_the_table_is_large_enough():
    assert len({(layout.line, layout.pipeline) for layout in LAYOUTS}) >= 150
    assert {layout.pipeline for layout in LAYOUTS} == {"rnaseq", "sarek", "atacseq", "scrnaseq"}


@pytest.mark.parametrize("layout", LAYOUTS, ids=[layout.name for layout in LAYOUTS])
def test_layout(layout, shared, tmp_path):
    root = tmp_path / "d"
    root.mkdir()
    made = build(layout, root)
    pipeline = open_pipeline(shared / "nfcore" / layout.pipeline)
    if layout.rows.startswith("!"):
        with pytest.raises(DeclaredError) as caught:
            make_sheet(pipeline, order_of(layout, root))
        assert caught.value.code == layout.rows[1:], str(caught.value)
        return
    sheet = make_sheet(pipeline, order_of(layout, root))
    wanted = expected_rows(layout, root)
    for row in wanted:
        for name, value in row.items():
            row[name] = value.replace("$", str(root)).replace(f"{root}/L/", f"{tmp_path}/L/")
    by_files = lambda row: sorted(value for value in row.values() if "/" in value)  # noqa: E731
    assert sorted(sheet.rows, key=by_files) == sorted(wanted, key=by_files)
    assert sorted(str(item.path.relative_to(root)) for item in sheet.left) == sorted(layout.left)
    assert all(item.reason for item in sheet.left)
    assert sheet.used + len(sheet.left) == len(made)
