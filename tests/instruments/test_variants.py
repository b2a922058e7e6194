"""What software may write otherwise than in the corpus: decimal commas, an odd last row, cells without a number."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from instruments_shared import HERE, lines_of, measurements, source_of, stream
from made_exports import ABSORBANCE, FLUORESCENCE, LUMINESCENCE, gen5, matrix, unicorn, workbench, zipped

import allotrope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUMBER = re.compile(r"(?<![\w.:/,-])(-?\d+)\.(\d+(?:[eE][-+]?\d+)?)(?![\w.:/-])")
COMMAS = (
    "appbio_absolute_q/01",
    "appbio_absolute_q/05",
    "beckman_vi_cell_blu/01",
    "chemometec_nc_view/01",
    "ctl_immunospot/01",
    "agilent_gen5/19",
    "agilent_gen5_image/01",
    "moldev_softmax_pro/02",
)
ODD_ROWS = (
    "unchained_labs_lunatic/02",
    "luminex_intelliflex/02",
    "thermo_fisher_nanodrop_one/01",
    "appbio_quantstudio_designandanalysis/03",
)
CELLS = (
    ("luminex_intelliflex/02", ",35,", ",Overflow,"),
    ("qiacuity_dpcr/01", "8.284", "Overflow"),
    ("revvity_matrix/01", "Live Cells/mL", "Further Cells/mL"),
    ("appbio_quantstudio/09", "0.002", ""),
)


def convert(content: bytes, name: str) -> allotrope.Conversion:
    """The conversion of some bytes, which has to be valid."""
    found = allotrope.convert(stream(content, name))
    assert not [finding for finding in found.findings if finding.level == "error"]
    return found


def quantities(node: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Every number below a node that is no custom information, with its unit."""
    if isinstance(node, dict):
        if isinstance(node.get("value"), (int, float)) and "unit" in node:
            yield f"{key} {node['unit']}", float(node["value"])
        for name, value in node.items():
            if "custom information" not in name:
                yield from quantities(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from quantities(value, key)


@pytest.mark.parametrize("name", COMMAS)
def test_a_decimal_comma_gives_the_same_quantities(shared: Path, name: str) -> None:
    """A spreadsheet or a German system writes `1,5`, and parts the fields of a CSV by semicolons."""
    path = source_of(shared, name)
    text = allotrope.probe.Probe(path).text.replace("\r\n", "\n")
    first = text[:20_000]
    text = text.replace(",", ";") if first.count(",") > max(first.count("\t"), first.count(";")) else text
    changed = NUMBER.sub(r"\1,\2", text)
    assert changed != text
    before, after = convert(path.read_bytes(), path.name), convert(changed.encode(), path.name)
    assert sorted(quantities(before.asm)) == sorted(quantities(after.asm))


@pytest.mark.parametrize("name", ODD_ROWS)
def test_an_odd_row_is_no_measurement(shared: Path, name: str) -> None:
    """A remark below a table costs itself a finding and nothing else."""
    path = source_of(shared, name)
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for sheet in book:
            sheet.append(["written by somebody"])
        saved = io.BytesIO()
        book.save(saved)
        changed = saved.getvalue()
    else:
        changed = path.read_bytes().rstrip() + b"\nwritten by somebody\n"
    before, after = convert(path.read_bytes(), path.name), convert(changed, path.name)
    assert measurements(after.asm) == measurements(before.asm)
    assert "written by somebody" in after.to_json().decode()


@pytest.mark.parametrize(("name", "old", "new"), CELLS, ids=[name for name, *_ in CELLS])
def test_a_cell_without_its_number_leaves_the_document_valid(shared: Path, name: str, old: str, new: str) -> None:
    """The schema requires what such a cell should hold."""
    path = source_of(shared, name)
    content = path.read_bytes()
    assert old.encode() in content
    after = convert(content.replace(old.encode(), new.encode(), 1), path.name)
    assert not new.strip(",") or new.strip(",").encode() in after.to_json()


@pytest.mark.parametrize(("read", "label"), [(ABSORBANCE, "600"), (FLUORESCENCE, "485/20,528/20"), (LUMINESCENCE, "Lum")])
def test_a_gen5_matrix_without_labels_holds_the_only_value_of_the_reads(read: str, label: str) -> None:
    """The labels right of the wells can be left out of an export."""
    text = gen5(f"Read\t{read}", matrix("Results", label), kinetic=False)
    bare = text.replace(f"\t{label}\n", "\n")
    assert bare != text
    before, after = convert(text.encode(), "plate.txt"), convert(bare.encode(), "plate.txt")
    assert sorted(quantities(before.asm)) == sorted(quantities(after.asm))
    assert measurements(after.asm) == 6


def test_pharmspec_facts_may_lack_the_colon_between_label_and_value(shared: Path) -> None:
    """The colon stands in a cell of its own."""
    path = source_of(shared, "beckman_pharmspec/01")
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            cell.value = None if cell.value == ":" else cell.value
    saved = io.BytesIO()
    book.save(saved)
    before, after = convert(path.read_bytes(), path.name), convert(saved.getvalue(), path.name)
    assert sorted(quantities(before.asm)) == sorted(quantities(after.asm))
    assert before.asm.keys() == after.asm.keys()
    assert b'"MFC7094"' in after.to_json()


def test_pharmspec_runs_that_are_numbers_come_in_their_order(shared: Path) -> None:
    """Ten comes after two."""
    path = source_of(shared, "beckman_pharmspec/01")
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(max_col=1):
        row[0].value = {"Run1": 10, "Run2": 2}.get(row[0].value, row[0].value)
    saved = io.BytesIO()
    book.save(saved)
    text = convert(saved.getvalue(), path.name).to_json().decode()
    assert 0 < text.index('"measurement identifier": "2"') < text.index('"measurement identifier": "10"')


def test_a_gen5_image_without_channels_keeps_its_features(shared: Path) -> None:
    """The read states how the images were taken, if not in which channel."""
    path = source_of(shared, "agilent_gen5_image/04")
    text = "\n".join(lines_of(path))
    bare = re.sub(r"(?m)^\tChannel \d.*\n(\t    .*\n)*", "", text)
    before, after = convert(path.read_bytes(), path.name), convert(bare.encode(), path.name)
    assert measurements(before.asm) == 3 * measurements(after.asm) > 0
    assert after.to_json().count(b'"image feature name"') == before.to_json().count(b'"image feature name"')


@pytest.mark.parametrize(
    ("machine", "model", "serial"),
    [
        ("IRIS-123", "IRIS", "123"),
        ("Apex2", "Apex", "2"),
        ("Apex 2 0045", "Apex 2", "0045"),
        ("0045", "N/A", "0045"),
        ("Iris", "Iris", "N/A"),
    ],
)
def test_mabtech_writes_a_machine_in_several_spellings(shared: Path, machine: str, model: str, serial: str) -> None:
    """Model and serial number with a blank, a hyphen or nothing between them, or one of them alone."""
    path = source_of(shared, "mabtech_apex/01")
    book = openpyxl.load_workbook(path)
    for row in book["Plate Information"].iter_rows():
        for cell in row:
            cell.value = machine if cell.value == "Iris 0" else cell.value
    saved = io.BytesIO()
    book.save(saved)
    device = convert(saved.getvalue(), path.name).asm["plate reader aggregate document"]["device system document"]
    assert (device["model number"], device.get("equipment serial number", "N/A")) == (model, serial)


@pytest.mark.parametrize(
    ("label", "unit", "kind", "concept", "stated"),
    [
        ("DAD1B,Sig=210,4  Ref=360,100", "mAU", "Absorbance", "absorbance", "mAU"),
        ("VWD1A,Wavelength=254 nm", "mAU", "Absorbance", "absorbance", "mAU"),
        ("FLD1A,Ex=280, Em=340", "LU", "Fluorescence", "fluorescence", "RFU"),
        ("RID1A,Refractive Index Signal", "nRIU", "Refractive Index", "refractive index", "nRIU"),
        ("ADC1A,ADC1 CHANNEL A", "mV", "ADC1A", "detector signal", "mV"),
    ],
)
def test_openlab_detectors_state_what_they_detect(
    shared: Path, label: str, unit: str, kind: str, concept: str, stated: str
) -> None:
    """A trace whose header names another detector becomes a curve of that detector, in its unit."""

    def traced(name: str, content: bytes) -> bytes:
        if not name.endswith(".dx"):
            return content
        inside = members(content)
        for member in (member for member in inside if member.endswith(".CH")):
            header = bytearray(inside[member])
            for place, text in ((0x1075, label), (0x104C, unit)):
                header[place : place + 1 + 2 * len(text)] = bytes([len(text)]) + text.encode("utf-16-le")
            inside[member] = bytes(header)
        return zipped(inside)

    whole = members(source_of(shared, "agilent_openlab_cds/01").read_bytes())
    few = {name: traced(name, content) for name, content in whole.items() if not name.endswith(".dx") or "-04-00-02." in name}
    document = convert(zipped(few), "a.rslt").asm["liquid chromatography aggregate document"]["liquid chromatography document"][0]
    found = [
        node for node in document["measurement aggregate document"]["measurement document"] if "chromatogram data cube" in node
    ]
    assert len(found) == 2
    for node in found:
        control = node["device control aggregate document"]["device control document"][0]
        measure = node["chromatogram data cube"]["cube-structure"]["measures"][0]
        assert (control["detection type"], measure["concept"], measure["unit"]) == (kind, concept, stated)


def members(content: bytes) -> dict[str, bytes]:
    """The files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name}


def test_matrix_workbook_is_known_by_its_live_cells_alone(shared: Path) -> None:
    """A person took the column of counts out, and with it what tells the format at first."""
    path = source_of(shared, "revvity_matrix/02")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet["B1"].value == "Live Count"
    sheet.delete_cols(2)
    saved = io.BytesIO()
    book.save(saved)
    found = convert(saved.getvalue(), path.name)
    assert found.instrument == "revvity_matrix"
    assert measurements(found.asm) == measurements(convert(path.read_bytes(), path.name).asm) > 1


@pytest.mark.parametrize("title", ["Plate 12", "My Plate_P1", "Plate_A_P1"])
def test_msd_workbench_may_name_its_plate_in_words(shared: Path, title: str) -> None:
    """The plate is what follows the last low line of the title, or the title."""
    text = workbench(shared / "corpus", bare=True).replace("Plate_P1", title, 1)
    asm = convert(text.encode(), "plate.csv").to_json()
    assert f'"well plate identifier":"{title.rpartition("_")[2]}"'.encode() in asm.replace(b'": ', b'":')


def test_unicorn_may_name_a_wavelength_without_a_blank(shared: Path) -> None:
    """`UV1_280` is what `UV 1_280` is."""
    whole = unicorn(shared / "corpus")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["Chrom.1.Xml"] = re.sub(rb"<Name>UV (\d_)", rb"<Name>UV\1", parts["Chrom.1.Xml"])
    before, after = convert(whole, "a.zip"), convert(zipped(parts), "a.zip")
    assert sorted(quantities(before.asm)) == sorted(quantities(after.asm))
    assert after.to_json().count(b'"absorbance') == before.to_json().count(b'"absorbance') == 3


def indented(text: str) -> str:
    """Every line that holds something behind an empty field."""
    return re.sub(r"^(?=[^\n]*\S)", "\t", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["agilent_gen5/01", "agilent_gen5/08", "agilent_gen5/12", "agilent_gen5/22"])
@pytest.mark.parametrize("how", ["indented", "title alone", "quoted", "trailing"])
def test_gen5_text_that_a_spreadsheet_saved_gives_the_same(shared: Path, name: str, how: str) -> None:
    """Blocks behind an empty field, their titles apart, fields with commas in quotes, and empty fields at the ends of lines."""
    path = source_of(shared, name)
    text = "\n".join(lines_of(path))
    at = text.index("\n\n", text.index("\n\n", text.index("Procedure Details")) + 2)
    head, blocks = text[:at], text[at:]
    if how == "indented":
        saved = head + indented(blocks)
    elif how == "title alone":
        titled = re.compile(r"^(Layout|Results)\n((?:.+\n?)+)", re.MULTILINE)
        saved = head + titled.sub(lambda found: f"{found[1]}\n\n{indented(found[2])}", blocks)
    elif how == "quoted":
        saved = re.sub(r"^(\t+|.*\t)([^\t\n]*,[^\t\n]*)$", r'\1"\2"', text, flags=re.MULTILINE)
    else:
        saved = re.sub(r"$", "\t\t", text, flags=re.MULTILINE)
    before, after = convert(text.encode(), path.name), convert(saved.encode(), path.name)
    assert sorted(quantities(before.asm)) == sorted(quantities(after.asm))
    assert measurements(before.asm) == measurements(after.asm) > 1
    assert len(after.to_json()) == len(before.to_json())


def test_a_field_left_out_of_a_row_does_not_move_its_addresses() -> None:
    """The places in the ledger are those of the file."""
    text = gen5(f"Read\t{LUMINESCENCE}", "\n" + indented(matrix("Results", "Lum")), kinetic=False)
    found = convert(text.encode(), "a.txt")
    line = next(at for at, row in enumerate(text.split("\n"), start=1) if row.startswith("\tA\t"))
    assert {f"lines {line}-{line + 1} field {field}" for field in (2, 6)} <= {run.region for run in found.ledger.runs}


@pytest.mark.parametrize(("zone", "offset"), [("GMT+01:00", "+01:00"), ("GMT", "+00:00"), ("PDT", "-07:00"), ("JST", "")])
def test_flowjo_says_its_zone(zone: str, offset: str) -> None:
    """The time of a workspace's last change has the offset that it states, or that of a zone with one abbreviation."""
    path = HERE / "flowjo" / "one_sample_polygon_gate.wsp"
    text = re.sub(r'modDate="[^"]*"', f'modDate="Mon Dec 02 08:24:55 {zone} 2024"', path.read_text(), count=1)
    made = convert(text.encode(), path.name).to_json().decode()
    assert f'"data processing time": "2024-12-02T08:24:55{offset}"' in re.sub(r'":\s*"', '": "', made)
