"""Containers: texts with odd quotes and delimiters, archives and workbooks that promise more than they hold."""

from __future__ import annotations

import html
import io
import zipfile
from typing import Any

import pytest
from counters import count

import allotrope
from allotrope.errors import Damaged, TooLarge
from allotrope.probe import Probe
from allotrope.readers import error_cells, xlsx
from allotrope.readers.delimited import LONGEST_CELL, delimiter_of, rows_of


def named(data: bytes, name: str = "a.csv") -> io.BytesIO:
    """A stream with the name of a file."""
    stream = io.BytesIO(data)
    stream.name = name
    return stream


def test_a_sep_line_may_name_the_tab() -> None:
    """The tab is a delimiter like others; quotes and spaces around the line are none."""
    assert delimiter_of("sep=\t\na\tb,c\n1\t2,3\n") == "\t"
    assert delimiter_of('"sep=\t"\na\tb\n') == "\t"
    assert delimiter_of('"sep=;"\na;b\n1;2\n') == ";"
    assert delimiter_of(" sep=| \na|b\n") == "|"
    assert delimiter_of("sep=\na,b\n") == ","


@pytest.mark.parametrize("rows", [1, 60, 90_000])
def test_an_unclosed_quote_opens_no_field(rows: int) -> None:
    """At the end of the text, and far from it; short of fifty lines a quoted field may span lines."""
    tail = "2,some more text\n" * rows
    for text in (f'a,b\n"5 inch,1\n{tail}', f'a,b\n"5 inch,1\n{tail}"6 inch",1\n'):
        found = rows_of(text, ",", "f")
        near = '"6' in text and rows == 1
        assert found.unclosed == (0 if near else 2)
        assert found.lines is None
        assert near or found.rows[1:3] == [['"5 inch', "1"], ["2", "some more text"]]


def test_closed_quotes_may_span_lines() -> None:
    """Rows know the line they start on; a doubled quote is one; the end may lack its line feed."""
    found = rows_of('a,"b\nc""d"\n1,2\n"x"', ",", "f")
    assert (found.rows, found.lines, found.unclosed) == ([["a", 'b\nc"d'], ["1", "2"], ["x"]], [1, 3, 4], 0)
    assert rows_of('a,"b"\r1,2\r', ",", "f").lines is None
    with pytest.raises(TooLarge):
        rows_of(f'"{"x" * (LONGEST_CELL + 1)}"', ",", "f")


def test_a_file_with_an_unclosed_quote_loses_no_row(shared) -> None:
    """Every row is converted, the ledger agrees with an independent count, and the warning names the line."""
    path = shared / "corpus" / "beckman_vi_cell_blu" / "01" / "Beckman_Vi-Cell-BLU_example01.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    lines += lines[1:] * 3
    plain = allotrope.convert(named(b"".join(lines)))
    lines[1] = b'"' + lines[1]
    data = b"".join(lines)
    broken = allotrope.convert(named(data))
    body, other = (next(value for key, value in one.asm.items() if key[0] != "$") for one in (plain, broken))
    assert len(body["cell counting document"]) == len(other["cell counting document"]) == len(lines) - 1
    (found,) = [finding for finding in broken.findings if finding.code == "quote-unclosed"]
    assert (found.where, found.level) == ("line 2", "warning")
    (part,) = broken.ledger.parts
    assert (part["quoted"], part["cells"]) == (False, count(data, part))


def test_a_text_cut_within_a_line_is_told(shared) -> None:
    """Its last number may lack digits; a text that only lacks its last line end is whole."""
    path = shared / "corpus" / "beckman_vi_cell_blu" / "01" / "Beckman_Vi-Cell-BLU_example01.csv"
    data = path.read_bytes().rstrip()
    for content, told in ((data, []), (data[: data.rfind(b",")], ["cut-off"]), (data[: -len(data) // 4], ["cut-off"])):
        findings = allotrope.convert(named(content)).findings
        assert [finding.code for finding in findings if finding.code == "cut-off"] == told
        assert all(finding.level == "warning" for finding in findings if finding.code == "cut-off")


def archive(names: list[str]) -> bytes:
    """A zip with these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in names:
            file.writestr(name, name)
    return held.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_a_name_twice_is_damaged() -> None:
    """Which of the two is meant cannot be known."""
    assert Probe(named(archive(["a.xml", "b/a.xml"]), "a.zip")).members == ("a.xml", "b/a.xml")
    with pytest.raises(Damaged, match=r"a\.zip: b/a\.xml: found member named twice"):
        allotrope.convert(named(archive(["a.xml", "b/a.xml", "b/a.xml"]), "a.zip"))


def test_error_values_of_a_workbook_are_cells(shared) -> None:
    """`#N/A` and `#DIV/0!`, also in a sheet of another name: kept where they stand, counted as an independent count does."""
    import openpyxl

    path = shared / "corpus" / "thermo_fisher_qubit_flex" / "01" / "thermo_fisher_qubit_flex_example_02.xlsx"
    before = allotrope.convert(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(3, sheet.max_column + 3).value = "#N/A"
    book.create_sheet("Bob's <notes>")["C3"] = "#DIV/0!"
    held = io.BytesIO()
    book.save(held)
    probe = Probe(named(held.getvalue(), "a.xlsx"))
    assert probe.rows(probe.sheets[0])[2][-1] == "#N/A"
    assert probe.rows("Bob's <notes>")[2][2] == "#DIV/0!"
    assert probe.cell_texts is not None and "#DIV/0!" in probe.cell_texts.splitlines()
    after = allotrope.convert(named(held.getvalue(), "a.xlsx"))
    assert after.ledger.cells == before.ledger.cells + 2 == count(held.getvalue(), {"kind": "workbook"})
    assert "#N/A" in after.to_json().decode()


def workbook(sheet: str, *, part: str = "xl/worksheets/sheet1.xml", target: str = "", also: tuple[str, ...] = ()) -> bytes:
    """A workbook of two sheets, the second with these rows; its part, what the relationship calls it, and other parts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="c" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="One" sheetId="1" r:id="a"/>'
        '<sheet name="Two" sheetId="2" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{links}/worksheet" Target="worksheets/first.xml"/>'
        f'<Relationship Id="b" Type="{links}/worksheet" Target="{target or part.removeprefix("xl/")}"/></Relationships>',
        "xl/worksheets/first.xml": f'<worksheet xmlns="{main}"><sheetData/></worksheet>',
    }
    found = f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, text in (parts | dict.fromkeys((part, *also), found)).items():
            file.writestr(name, text)
    return held.getvalue()


NEAR = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
PARTS = [
    ({}, True),
    ({"target": "/xl/worksheets/sheet1.xml"}, True),
    ({"target": "worksheets/SHEET1.XML"}, True),
    ({"part": "xl/else/where"}, True),
    ({"also": ("xl/worksheets/SHEET1.xml",)}, False),
    ({"part": "xl/xl/worksheets/sheet1.xml", "target": "xl/worksheets/sheet1.xml"}, False),
]


@pytest.mark.parametrize(("kind", "certain"), PARTS, ids=str)
def test_a_sheet_is_looked_at_before_it_is_laid_out(kind: dict[str, Any], *, certain: bool) -> None:
    """Cells a million rows apart are refused wherever its part lies; error values are texts where the part is beyond doubt."""
    rows = Probe(named(workbook(NEAR, **kind), "a.xlsx")).rows("Two")
    assert rows == [[1, "#N/A" if certain else ""]]
    with pytest.raises(TooLarge, match="1048576 rows and 16384 columns"):
        Probe(named(workbook(FAR, **kind), "a.xlsx")).rows("Two")


@pytest.mark.parametrize(
    "cell",
    ["<c r='{}'>", '<c r ="{}">', '<c r= "{}">', '<c\nr="{}">', '<c s="1" r="{}">'],
    ids=["quote", "before", "after", "line", "late"],
)
@pytest.mark.parametrize("place", ["XFD1048576", "xfd1048576", "XFD00000000000001048576"])
def test_a_far_cell_is_seen_however_it_is_written(cell: str, place: str) -> None:
    """What calamine would take for a cell far out."""
    rows = f'<row r="1"><c r="A1"><v>1</v></c>{cell.format(place)}<v>1</v></c></row>'
    with pytest.raises(TooLarge):
        Probe(named(workbook(rows), "a.xlsx")).rows("Two")


def test_other_sheets_need_not_be_laid_out() -> None:
    """A sheet is read though another of the workbook is hostile: each is looked at for itself."""
    assert Probe(named(workbook(FAR), "a.xlsx")).rows("One") == []


def test_a_wide_sheet_is_no_far_one() -> None:
    """A plate of 1536 wells in columns is read, though its columns have three letters."""
    wide = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="BGB{0}"><v>2</v></c></row>'
    rows = Probe(named(workbook("".join(map(wide.format, range(1, 21)))), "a.xlsx")).rows("Two")
    assert (len(rows), len(rows[0]), rows[19][1535]) == (20, 1536, 2)
    far = wide.format(1) + '<row r="99999"><c r="A99999"><v>1</v></c></row>'
    with pytest.raises(TooLarge):
        Probe(named(workbook(far), "a.xlsx")).rows("Two")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="ZZZZZZZZZZZZ1"><v>1</v></c></row>',
        *(
            f'<row r="1">{cell * 30_000}</row><row r="99999"><c r="A99999"><v>1</v></c></row>'
            for cell in (
                "<c><v>1</v></c>",
                '<c t="n"><v>1</v></c>',
                "<c\ts='r=\"A1\"'><v>1</v></c>",
                '<x:c s="1"><x:v>1</x:v></x:c>',
            )
        ),
    ],
    ids=["letters", "nameless", "style", "quoted", "prefix"],
)
def test_cells_far_to_the_right_are_refused(rows: str) -> None:
    """By more letters than any column has, or by so many cells without a place before them."""
    with pytest.raises(TooLarge):
        Probe(named(workbook(rows), "a.xlsx")).rows("Two")


HANGS = [
    ("strings", "<si>" * 200_000),
    ("strings", f"<si>{'<f >' * 100_000}</si>"),
    ("strings", f"<si>{'<rPh x>' * 100_000}</si>"),
    ("strings", f"<si>{'<rPh x' * 100_000}</si>"),
    ("strings", f"<si>{'<' * 200_000}</si>"),
    ("sheet", '<c t="str"><v>' * 100_000),
    ("sheet", '<c t="e"><v>' * 100_000),
    ("sheet", f"{'<c t="e"><v>' * 50_000}</v></c>"),
    ("sheet", f'<c {"t='e' " * 20_000}/><c r="A1" t="e"><v>{"<v>" * 100_000}</v></c>'),
]


@pytest.mark.parametrize(("part", "xml"), HANGS, ids=lambda text: text[:24])
def test_tags_that_nothing_closes_are_passed_by(part: str, xml: str) -> None:
    """Looking for the end of each would take minutes."""
    data = workbook(xml if part == "sheet" else NEAR)
    held = io.BytesIO(data)
    if part == "strings":
        with zipfile.ZipFile(held, "a") as file:
            file.writestr("xl/sharedStrings.xml", f"<sst>{xml}</sst>")
    assert xlsx.glance(held.getvalue(), "a.xlsx", 200) is not None
    if part == "sheet":
        xlsx.look_at(Probe(named(data, "a.xlsx")).sheet_xml("Two"), "sheet1.xml", "a.xlsx")


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/SHAREDSTRINGS.XML"])
def test_strings_that_are_promised_only_are_refused(part: str) -> None:
    """Room for all of them would be made before the first is read."""
    held = io.BytesIO(workbook(NEAR))
    with zipfile.ZipFile(held, "a") as file:
        file.writestr(part, '<sst uniqueCount="99999999999"><si><t>a</t></si></sst>')
    with pytest.raises(TooLarge, match="99999999999 strings promised"):
        Probe(named(held.getvalue(), "a.xlsx")).rows("Two")


def test_error_values_of_cells_without_a_place() -> None:
    """Some programs do not say where a cell stands: it stands behind the one before, its row below the one before."""
    first = '<row><c><v>1</v></c><c s="1" t="e"><v>#N/A</v></c><c><v>3</v></c></row>'
    second = (
        '<row r="3"><c r="B3" t="e"><v>#NUM!</v></c><c t="e"><v>#REF!</v></c></row><row><c/><c t="e"><v>#DIV/0!</v></c></row>'
    )
    rows = Probe(named(workbook(first + second), "a.xlsx")).rows("Two")
    assert rows == [[1, "#N/A", 3], ["", "", ""], ["", "#NUM!", "#REF!"], ["", "#DIV/0!", ""]]


@pytest.mark.parametrize("value", ["#SPILL!", "#CALC!", "#ERROR!", "#GETTING_DATA", "&lt;odd&gt;"])
def test_error_values_that_the_reader_refuses(value: str) -> None:
    """Newer programs write more of them: they cost their cells nothing, and the sheet neither."""
    cells = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>{value}</v></c><c r="C1" t="e"><v>#N/A</v></c></row>'
    assert Probe(named(workbook(cells), "a.xlsx")).rows("Two") == [[1, html.unescape(value), "#N/A"]]


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_parts_in_utf_16_are_refused(part: str) -> None:
    """They would be found empty."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(NEAR))) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).decode().encode("utf-16") if name == part else old.read(name))
    with pytest.raises(Damaged, match=f"{part}: found text in UTF-16"):
        Probe(named(held.getvalue(), "a.xlsx")).rows("Two")


def changed(data: bytes, before: str, after: str) -> bytes:
    """A workbook with another text in its list of sheets."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, text.replace(before, after) if name == "xl/workbook.xml" else text)
    return held.getvalue()


def test_a_sheet_named_twice_is_damaged() -> None:
    """By name only the first is found: the cells of the other would be lost."""
    with pytest.raises(Damaged, match="sheet 'One': found sheet named twice"):
        allotrope.convert(named(changed(workbook(NEAR), '"Two"', '"One"'), "a.xlsx"), "revvity_matrix")


def test_many_sheets_of_empty_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is small enough, all of them are not."""
    monkeypatch.setattr(error_cells, "MOST_CELLS", 150_000)
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="300"><c r="KN300"><v>1</v></c></row>'
    more = "".join(f'<sheet name="S{at}" sheetId="{at}" r:id="b"/>' for at in range(3, 9))
    probe = Probe(named(changed(workbook(rows), "</sheets>", f"{more}</sheets>"), "a.xlsx"))
    assert len(probe.rows("Two")) == 300
    with pytest.raises(TooLarge, match="180000 cells in all sheets"):
        probe.rows("S3")
