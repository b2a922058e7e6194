"""Error values of workbooks that are not xlsx: read as the texts they show, neither as numbers nor as nothing."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from instruments_shared import stream

import allotrope
from allotrope.probe import Probe
from allotrope.readers import error_cells

ODS = """<?xml version="1.0"?>{declared}<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet><table:table table:name="One">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
NUMBER = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
ERROR = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error">'
    "<text:p>{}</text:p></table:table-cell>"
)
OLD_ERROR = (
    '<table:table-cell table:formula="of:=NA()" office:value-type="float" office:value="0"><text:p>{}</text:p></table:table-cell>'
)


def ods(*rows: str, declared: str = "") -> bytes:
    """A spreadsheet with these rows of cells."""
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(declared=declared, rows=body))
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
    return found.getvalue()


def record(kind: int, body: bytes) -> bytes:
    """A BIFF record."""
    return struct.pack("<HH", kind, len(body)) + body


def biff() -> bytes:
    """The stream of a workbook with one sheet: a text, a number, an error, and a formula whose result is an error."""
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = b"\x03\x00One"
    end = record(0x0A, b"")
    place = len(start) + 4 + 6 + len(name) + len(end)
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += record(0x204, struct.pack("<HHHH", 0, 0, 0, 1) + b"\x00a")
    sheet += record(0x203, struct.pack("<HHHd", 0, 1, 0, 2.5))
    sheet += record(0x205, struct.pack("<HHHBB", 0, 2, 0, 42, 1))
    sheet += record(0x205, struct.pack("<HHHBB", 0, 3, 0, 1, 0))
    result = b"\x02\x00\x07\x00\x00\x00\xff\xff"
    sheet += record(0x06, struct.pack("<HHH", 1, 2, 0) + result + struct.pack("<HIH", 0, 0, 0))
    return start + record(0x85, struct.pack("<IBB", place, 0, 0) + name) + end + sheet + end


def ole(content: bytes) -> bytes:
    """A compound file with the one stream `Workbook`, in sectors of 512 bytes: allocation table, directory, stream."""
    body = content + bytes(-len(content) % 512) + bytes(max(0, 4096 - len(content) - (-len(content) % 512)))
    sectors = len(body) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        head = text + bytes(64 - len(text)) + struct.pack("<HBB", len(text), kind, 1)
        return head + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", first, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(body)) + bytes(256)
    return header + struct.pack(f"<{len(table)}I", *table) + b"\xff" * (512 - 4 * len(table)) + directory + body


def binary(kind: int, body: bytes) -> bytes:
    """A record of an xlsb part."""
    head = bytes((kind & 0x7F | (0x80 if kind > 0x7F else 0), *((kind >> 7,) if kind > 0x7F else ())))
    return head + bytes((len(body),)) + body


def test_ods_errors_are_texts_in_their_place() -> None:
    """In the form of LibreOffice now and before, behind repeated cells, and in repeated rows."""
    repeated = NUMBER.format(3).replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="2"')
    row = TEXT.format("a") + ERROR.format("#DIV/0!") + repeated + OLD_ERROR.format("#N/A") + NUMBER.format(0)
    rows = Probe(stream(ods(row, TEXT.format("#N/A") + ERROR.format("Err:502")), "a.ods")).rows("One")
    assert rows[0] == ["a", "#DIV/0!", 3, 3, "#N/A", 0]
    assert rows[1][:2] == ["#N/A", "Err:502"]


def test_ods_with_entities_is_refused() -> None:
    """No entity is expanded."""
    declared = '<!DOCTYPE a [<!ENTITY b "#N/A">]>'
    with pytest.raises(allotrope.AllotropeError):
        Probe(stream(ods(ERROR.format("&b;"), declared=declared), "a.ods")).rows("One")


def test_ods_cells_repeated_without_end_are_refused() -> None:
    """A few bytes would fill the memory."""
    row = NUMBER.format(3).replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16000"')
    content = ods(row)
    found = ODS.format(declared="", rows=f'<table:table-row table:number-rows-repeated="1000000">{row}</table:table-row>')
    with pytest.raises(allotrope.TooLarge):
        error_cells.of_ods(found.encode(), "a.ods")
    assert len(Probe(stream(content, "a.ods")).rows("One")[0]) == 16000


def test_xls_errors_are_texts_in_their_place() -> None:
    """An error as such and as the result of a formula; a truth value is none."""
    rows = Probe(stream(ole(biff()), "a.xls")).rows("One")
    assert rows[0] == ["a", 2.5, "#N/A", True]
    assert rows[1][2] == "#DIV/0!"


def test_xlsb_errors_have_row_and_column() -> None:
    """Cells and results of formulas, with record numbers of one byte and of two."""
    sheet = binary(0, struct.pack("<I", 4)) + binary(3, struct.pack("<IIB", 1, 0, 42))
    sheet += (
        binary(0, struct.pack("<I", 5)) + binary(11, struct.pack("<IIB", 2, 0, 7)) + binary(5, struct.pack("<IId", 3, 0, 1.0))
    )
    assert error_cells.of_xlsb(sheet, "One", "a.xlsb") == {(4, 1): "#N/A", (5, 2): "#DIV/0!"}
    texts = [struct.pack("<I", len(text)) + text.encode("utf-16-le") for text in ("rId1", "One")]
    assert error_cells.names_of_xlsb(binary(156, bytes(8) + b"".join(texts))) == {"One": "rId1"}


def test_an_error_is_no_measured_value() -> None:
    """A viability that could not be calculated leaves its sample a measurement without it, or kept, and is in the document."""
    header = ("Well Name", "Live Count", "Live Cells/mL", "Viability", "Dead Count")
    rows = [[TEXT.format(label) for label in header]]
    rows += [[TEXT.format("P1"), NUMBER.format(20), NUMBER.format(2000000), NUMBER.format(80), NUMBER.format(5)]]
    rows += [[TEXT.format("P2"), NUMBER.format(0), ERROR.format("#VALUE!"), OLD_ERROR.format("#DIV/0!"), NUMBER.format(0)]]
    found = allotrope.convert(stream(ods(*map("".join, rows)), "a.ods"), "revvity_matrix")
    assert not [finding for finding in found.findings if finding.level == "error"]
    assert b"#DIV/0!" in found.to_json()
    assert any("do not parse" in finding.message for finding in found.findings)


FAR = [
    record(0x200, struct.pack("<IIHHH", 0, 1 << 20, 0, 65535, 0)),
    record(0x203, struct.pack("<HHHd", 65535, 65535, 0, 1.0)),
    record(0x27E, struct.pack("<HHHI", 65535, 65535, 0, 1)),
    record(0xBD, struct.pack("<HHHIHIH", 65535, 65534, 0, 1, 0, 1, 65535)),
    record(0x204, struct.pack("<HHHH", 65535, 65535, 0, 1) + b"\0a"),
    record(0x06, struct.pack("<HHHdHIH", 65535, 65535, 0, 1.0, 0, 0, 0)),
    record(0x205, struct.pack("<HHHBB", 65535, 65535, 0, 1, 0)),
]


@pytest.mark.parametrize("far", FAR, ids=lambda far: f"record {far[1]:02x}{far[0]:02x}")
def test_xls_cells_far_apart_are_refused(far: bytes) -> None:
    """A few bytes would fill the memory, be it by a cell or by what the sheet says of its size."""
    content = biff()
    end = content.rfind(record(0x0A, b""))
    with pytest.raises(allotrope.TooLarge, match="sheet 'One': found cells spread over"):
        Probe(stream(ole(content[:end] + far + content[end:]), "a.xls")).rows("One")


@pytest.mark.parametrize("kind", [0x17, 0x22, 0x42, 0xE5], ids=hex)
def test_a_record_too_short_is_a_damaged_workbook(kind: int) -> None:
    """calamine panics on it, which is no Exception."""
    content = biff()
    at = content.rfind(record(0x0A, b"")) if kind == 0xE5 else content.find(record(0x85, b"")[:2])
    with pytest.raises(allotrope.AllotropeError, match="the workbook: found range"):
        Probe(stream(ole(content[:at] + record(kind, b"") + content[at:]), "a.xls")).rows("One")


def xlsb(row: int, column: int, target: str = "worksheets/sheet1.bin") -> bytes:
    """A binary workbook of one sheet with two numbers, the second at this place."""
    names = b"".join(struct.pack("<I", len(text)) + text.encode("utf-16-le") for text in ("rId1", "One"))
    book = (
        binary(0x83, b"")
        + binary(0x8F, b"")
        + binary(0x9C, struct.pack("<II", 0, 1) + names)
        + binary(0x90, b"")
        + binary(0x84, b"")
    )
    sheet = binary(0x94, struct.pack("<IIII", 0, row, 0, column)) + binary(0x91, b"")
    for at, value in (((0, 0), 1.5), ((row, column), 2.5)):
        sheet += binary(0, struct.pack("<I", at[0]) + bytes(13)) + binary(5, struct.pack("<IId", at[1], 0, value))
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    linked = '<Relationships xmlns="{}"><Relationship Id="rId1" Type="{}/{}" Target="{}"/></Relationships>'
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        archive.writestr("_rels/.rels", linked.format(relations, kind, "officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", linked.format(relations, kind, "worksheet", target))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet + binary(0x92, b""))
    return found.getvalue()


def test_xlsb_cells_far_apart_are_refused() -> None:
    """As in other workbooks; so is a sheet whose part is not where the workbook says."""
    assert Probe(stream(xlsb(1, 1), "a.xlsb")).rows("One") == [[1.5, ""], ["", 2.5]]
    with pytest.raises(allotrope.TooLarge, match="1048576 rows and 16384 columns"):
        Probe(stream(xlsb(1_048_575, 16_383), "a.xlsb")).rows("One")
    with pytest.raises(allotrope.AllotropeError, match=r"no part 'xl/worksheets/other\.bin'"):
        Probe(stream(xlsb(1, 1, "worksheets/other.bin"), "a.xlsb")).rows("One")
