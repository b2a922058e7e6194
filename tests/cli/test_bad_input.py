"""What is wrong with an input is said by its declared error and exit status, and nothing half done is left behind."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

BLU = "beckman_vi_cell_blu/01/Beckman_Vi-Cell-BLU_example01.csv"
QUBIT = "thermo_fisher_qubit_flex/01/thermo_fisher_qubit_flex_example_02.xlsx"
LARGE = 10_000_000
ROOT = str(Path(__file__).resolve().parents[2])


@dataclass(frozen=True, slots=True)
class Case:
    """A bad input: how it is made (from the corpus, in a folder), what is asked, and what must come of it."""

    name: str
    make: Callable[[Path, Path], Path]
    status: int
    code: str
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def rows(corpus: Path) -> list[str]:
    """The lines of a Vi-CELL BLU export."""
    return (corpus / BLU).read_text(encoding="utf-8-sig").splitlines()


def export(corpus: Path) -> str:
    """The same export as one text."""
    return "\n".join(rows(corpus))


def written(folder: Path, name: str, data: bytes | str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def dangling(folder: Path) -> Path:
    path = folder / "gone.csv"
    path.symlink_to(folder / "nowhere")
    return path


def fifo(folder: Path) -> Path:
    path = folder / "pipe.csv"
    os.mkfifo(path)
    return path


def asm_document(corpus: Path, folder: Path) -> Path:
    return Path(shutil.copy((corpus / BLU).parent / "reference.asm.json", folder / "done.json"))


CASES = [
    Case("empty file", lambda c, f: written(f, "empty.csv", ""), 10, "empty", ("empty.csv", "0 bytes")),
    Case("white space", lambda c, f: written(f, "white.csv", " \n\t\n"), 3, "not-recognised", ("white.csv", "white space")),
    Case("dangling link", lambda c, f: dangling(f), 10, "unreadable", ("gone.csv", "cannot be read")),
    Case("named pipe", lambda c, f: fifo(f), 10, "unreadable", ("pipe.csv", "regular file")),
    Case(
        "wrong encoding",
        lambda c, f: written(f, "blu.csv", export(c).replace("μ", "u").replace("CLB001", "Zürich").encode("cp1252")),
        10,
        "wrong-encoding",
        ("blu.csv", "not utf-8"),
        ("--encoding", "utf-8"),
    ),
    Case("unknown encoding", lambda c, f: written(f, "b.csv", export(c)), 2, "bad-option", ("nix",), ("--encoding", "nix")),
    Case(
        "truncated workbook",
        lambda c, f: written(f, "cut.xlsx", (c / QUBIT).read_bytes()[:5000]),
        10,
        "damaged",
        ("cut.xlsx",),
    ),
    Case("renamed workbook", lambda c, f: Path(shutil.copy(c / QUBIT, f / "book.txt")), 0, "", ("thermo_fisher_qubit_flex",)),
    Case("renamed text", lambda c, f: written(f, "text.xlsx", export(c)), 0, "", ("beckman_vi_cell_blu",)),
    Case("header without rows", lambda c, f: written(f, "head.csv", rows(c)[0] + "\n"), 10, "empty", ("head.csv", "rows")),
    Case("other text", lambda c, f: written(f, "letter.txt", "Dear Sir,\n"), 3, "not-recognised", ("letter.txt", "Dear Sir")),
    Case("ASM document", asm_document, 3, "already-asm", ("done.json", "validate")),
    Case("unknown zone", lambda c, f: written(f, "b.csv", export(c)), 2, "bad-option", ("Mars",), ("--timezone", "Mars/X")),
    Case("unknown name", lambda c, f: written(f, "b.csv", export(c)), 2, "unknown-instrument", ("nix",), ("--as", "nix")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_declared(case: Case, tmp_path, shared, assayline):
    source = tmp_path / "in"
    source.mkdir()
    path = case.make(shared / "corpus", source)
    done = assayline("convert", path, "-o", tmp_path / "out", "--json", *case.options)
    if case.code == "":
        assert done.status == 0, done.err
        assert done.envelope["results"][0]["instrument"] == case.words[0]
        return
    assert done.status == case.status, done.out + done.err
    finding = done.envelope["findings"][0]
    assert finding["code"] == case.code
    assert finding["level"] == "error"
    for word in case.words:
        assert word in finding["message"]
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").rglob("*"))
    plain = assayline("convert", path, "-o", tmp_path / "out", *case.options)
    assert plain.status == case.status
    assert finding["message"] in plain.err
    assert "Traceback" not in plain.err


TWINS = """
from allotrope.instrument import Instrument
from allotrope.signature import Signature, text

def read(source):
    raise source.damaged("the file", "a twin", "nothing")

def twin(name, pattern):
    signature = Signature(("text",), all=(text(pattern),))
    return Instrument(name, "Twin", name, "cell-counting/REC/2024/09/cell-counting", signature, read)

ONE = twin("twin_one", "^Twin;")
TWO = twin("twin_two", "Run;7$")
"""


def test_two_signatures_that_match_show_both_bases(tmp_path, assayline):
    """Two formats of another package match one text: both bases are shown, and --as decides."""
    package = tmp_path / "package"
    written(package, "twin_formats.py", TWINS)
    points = "[allotrope.instruments]\ntwin_one = twin_formats:ONE\ntwin_two = twin_formats:TWO\n"
    written(package / "twin_formats-1.dist-info", "entry_points.txt", points)
    written(package / "twin_formats-1.dist-info", "METADATA", "Metadata-Version: 2.1\nName: twin-formats\nVersion: 1\n")
    path = written(tmp_path, "both.txt", "Twin;\nRun;7\n")
    env = {"PYTHONPATH": os.pathsep.join([str(package), ROOT])}
    done = assayline("convert", path, "-o", tmp_path / "out", "--json", env=env)
    assert done.status == 4, done.out
    message = done.envelope["findings"][0]["message"]
    assert message == (
        "both.txt: two instruments match: twin_one (line 1 'Twin;') and twin_two (line 2 'Run;7'); expected one. "
        "Choose with --as twin_one."
    )
    assert not (tmp_path / "out").exists()
    assert assayline("detect", path, "--json", env=env).envelope["results"][0]["candidates"] == ["twin_one", "twin_two"]
    assert assayline("convert", path, "-o", tmp_path / "out", "--as", "twin_two", env=env).status == 10


@pytest.mark.parametrize("code", ["raise RuntimeError('no licence')", "ONE = 'no instrument'", "import no_such_module"])
def test_a_broken_package_stops_only_what_nothing_else_converts(code, tmp_path, shared, assayline):
    """It is named; files of the formats that come along convert."""
    package = tmp_path / "package"
    written(package, "broken_format.py", f"{code}\n")
    written(package / "broken_format-1.dist-info", "entry_points.txt", "[allotrope.instruments]\none = broken_format:ONE\n")
    written(package / "broken_format-1.dist-info", "METADATA", "Metadata-Version: 2.1\nName: broken-format\nVersion: 1\n")
    written(tmp_path / "in", "a note.txt", "bought milk\n")
    written(tmp_path / "in", "good.csv", "\n".join(rows(shared / "corpus")))
    env = {"PYTHONPATH": os.pathsep.join([str(package), ROOT])}
    done = assayline("convert", tmp_path / "in", "-o", tmp_path / "out", "--json", env=env)
    assert done.status == 8, done.out + done.err
    assert [one["status"] for one in done.envelope["results"]] == [7, 0]
    (told,) = [finding["message"] for finding in done.envelope["findings"] if finding["code"] == "broken-package"]
    assert told.startswith("the instrument one of the package broken-format: found ")


def test_decimal_commas_are_found_from_the_file(tmp_path, shared, assayline):
    lines = [line.split(",") for line in rows(shared / "corpus")]
    text = "\n".join(";".join(cell.replace(".", ",") for cell in cells) for cells in lines)
    path = written(tmp_path, "comma.csv", text)
    plain = written(tmp_path, "plain.csv", "\n".join(rows(shared / "corpus")))
    found = [assayline("explain", one, "/viability (cell counter)/value", "--json") for one in (path, plain)]
    assert [one.status for one in found] == [0, 0], found[0].err
    values = [[result["value"] for result in one.envelope["results"]] for one in found]
    assert values[0] == values[1]
    assert all(isinstance(value, int | float) for value in values[0])


def test_duplicate_columns_are_both_kept(tmp_path, shared, assayline):
    lines = rows(shared / "corpus")
    doubled = [line + "," + ("Cell count" if number == 0 else f"77{number}") for number, line in enumerate(lines)]
    path = written(tmp_path, "twice.csv", "\n".join(doubled))
    done = assayline("convert", path, "-o", tmp_path / "out", "--json")
    assert done.status == 0, done.out
    counts = done.envelope["results"][0]["ledger"]
    assert counts["cells"] == counts["mapped"] + counts["kept"] + counts["ignored"]
    text = (tmp_path / "out" / "twice.csv.asm.json").read_text(encoding="utf-8")
    assert "Cell count.1" in text
    assert "771" in text
    assert "2191" in text


def test_a_cell_of_ten_megabytes_is_kept_or_refused(tmp_path, shared, assayline):
    lines = rows(shared / "corpus")
    first = lines[1].split(",")
    path = written(tmp_path, "large.csv", "\n".join([lines[0], ",".join(["x" * LARGE, *first[1:]]), *lines[2:]]))
    done = assayline("convert", path, "-o", tmp_path / "out", "--json")
    if done.status:
        assert done.status == 10
        assert done.envelope["findings"][0]["code"] == "too-large"
        assert not (tmp_path / "out").exists()
    else:
        assert (tmp_path / "out" / "large.csv.asm.json").stat().st_size > LARGE


def test_missing_schema_package(tmp_path, shared, assayline):
    """Without the package that carries the schemas nothing is converted unchecked."""
    written(tmp_path / "hide" / "allotropy", "__init__.py", "")
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path / "hide"), ROOT])}
    done = assayline("convert", shared / "corpus" / BLU, "-o", tmp_path / "out", "--json", env=env)
    assert done.status == 7, done.out + done.err
    assert done.envelope["findings"][0]["code"] == "schema-missing"
    assert "uv pip install allotropy" in done.envelope["findings"][0]["message"]
    assert not (tmp_path / "out").exists()


def test_a_folder_is_a_batch_and_an_empty_one_is_said(tmp_path, assayline):
    (tmp_path / "in").mkdir()
    done = assayline("convert", tmp_path / "in", "-o", tmp_path / "out", "--json")
    assert done.status == 10
    assert done.envelope["findings"][0]["code"] == "empty"
    assert assayline("detect", tmp_path / "in", "--json").status == 3
    assert assayline("validate", tmp_path / "in", "--json").envelope["findings"][0]["code"] == "unreadable"
