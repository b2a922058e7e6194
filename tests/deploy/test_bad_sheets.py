"""What goes wrong with files and sheets: damage, copies, links, spreadsheet programs, lanes that must be merged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from assayline.deploy.errors import ReadsDamaged, SheetRefused, Unclear
from assayline.deploy.nfcore import open_pipeline
from assayline.deploy.sheet.edited import edited
from assayline.deploy.sheet.make import make_sheet
from assayline.deploy.sheet.order import Order
from assayline.errors import BadInput, WouldOverwrite


def fastq(path: Path, reads: int = 2, name: str = "M0:7:FC", mate: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"@{name}:1:1101:{read}:2 {mate}:N:0:A\nACGT\n+\nIIII\n" for read in range(reads))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def pair(folder: Path, sample: str, reads: int = 2, other: int | None = None) -> tuple[Path, Path]:
    name = f"M{sum(map(ord, str(folder) + sample))}:7:FC"
    one = fastq(folder / f"{sample}_R1.fastq.gz", reads, name, 1)
    return one, fastq(folder / f"{sample}_R2.fastq.gz", reads if other is None else other, name, 2)


@pytest.fixture
def rnaseq(shared):
    return open_pipeline(shared / "nfcore" / "rnaseq")


def damage_empty(path):
    path.write_bytes(b"")


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def damage_no_gzip(path):
    path.write_bytes(b"@r\nA\n+\nI\n")


def damage_no_fastq(path):
    path.write_bytes(gzip.compress(b">fasta\nACGT\n"))


def damage_record(path):
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-8]))


def damage_no_reads(path):
    path.write_bytes(gzip.compress(b""))


def damage_interleaved(path):
    path.write_bytes(gzip.compress(b"@a:1:b 1:N:0\nA\n+\nI\n@a:1:b 2:N:0\nA\n+\nI\n"))


@pytest.mark.parametrize(
    "damage",
    [damage_empty, damage_cut, damage_no_gzip, damage_no_fastq, damage_record, damage_no_reads, damage_interleaved],
    ids=lambda damage: damage.__name__.removeprefix("damage_"),
)
def test_damaged_reads_are_refused_by_name(rnaseq, tmp_path, damage):
    damage(pair(tmp_path, "A")[1])
    with pytest.raises(ReadsDamaged, match="A_R2"):
        make_sheet(rnaseq, Order((tmp_path,)))


def test_mates_of_different_number_are_refused(rnaseq, tmp_path):
    pair(tmp_path, "A", 5, 4)
    with pytest.raises(ReadsDamaged, match=r"holds 5 reads and A_R2\.fastq\.gz 4"):
        make_sheet(rnaseq, Order((tmp_path,)))


def test_quick_check_reads_only_the_beginning(rnaseq, tmp_path):
    pair(tmp_path, "A", 5, 4)
    assert len(make_sheet(rnaseq, Order((tmp_path,), check="quick")).rows) == 1


def test_copies_and_loops_count_once(rnaseq, tmp_path):
    one, two = pair(tmp_path / "d", "A")
    (tmp_path / "d" / "again").symlink_to(tmp_path / "d")
    (tmp_path / "copy").mkdir()
    for file in (one, two):
        (tmp_path / "copy" / file.name).write_bytes(file.read_bytes())
    sheet = make_sheet(rnaseq, Order((tmp_path,)))
    assert len(sheet.rows) == 1
    assert {item.reason.split(" of ")[0] for item in sheet.left} == {"a copy"}


def test_a_broken_link_and_an_absent_folder_are_named(rnaseq, tmp_path):
    (tmp_path / "A_R1.fastq.gz").symlink_to(tmp_path / "gone")
    with pytest.raises(ReadsDamaged, match="a link to nothing"):
        make_sheet(rnaseq, Order((tmp_path,)))
    with pytest.raises(BadInput, match="no such file or folder"):
        make_sheet(rnaseq, Order((tmp_path / "nowhere",)))


def test_swapped_mates_are_asked_for(rnaseq, tmp_path):
    fastq(tmp_path / "A_R1.fastq.gz", mate=2)
    fastq(tmp_path / "A_R2.fastq.gz", mate=1)
    with pytest.raises(Unclear, match="numbered 2 and 1"):
        make_sheet(rnaseq, Order((tmp_path,)))


def merging(folder: Path) -> Path:
    """A pipeline of foreign layout that takes one row a sample."""
    properties = {
        "id": {"type": "string", "meta": ["id"]},
        "read1": {"type": "string", "format": "file-path", "pattern": r"\.fastq\.gz$"},
        "read2": {"type": "string", "format": "file-path", "pattern": r"\.fastq\.gz$"},
    }
    items = {"type": "object", "properties": properties, "required": ["id", "read1"], "uniqueEntries": ["id"]}
    folder.mkdir()
    (folder / "nextflow.config").write_text("manifest { name = 'lab/foreign' }\nplugins { id 'nf-schema@2.5.1' }\n")
    (folder / "samples.json").write_text(json.dumps({"type": "array", "items": items}))
    table = {"type": "string", "format": "file-path", "schema": "samples.json"}
    body = {"type": "object", "properties": {"samples": table}}
    (folder / "nextflow_schema.json").write_text(json.dumps(body))
    return folder


def test_lanes_are_merged_where_the_pipeline_wants_one_row(tmp_path):
    pipeline = open_pipeline(merging(tmp_path / "p"))
    assert pipeline.sheet_parameter == "samples"
    files = [*pair(tmp_path / "run1", "A", 2), *pair(tmp_path / "run2", "A", 3)]
    before = [file.read_bytes() for file in files]
    places = (tmp_path / "run1", tmp_path / "run2")
    with pytest.raises(Unclear, match="--merge DIR"):
        make_sheet(pipeline, Order(places))
    (row,) = make_sheet(pipeline, Order(places, merge=tmp_path / "m")).rows
    assert row["id"] == "A"
    assert gzip.decompress(Path(row["read2"]).read_bytes()).count(b"@") == 5
    assert [file.read_bytes() for file in files] == before
    (tmp_path / "m" / "A_R1.fastq.gz").write_bytes(b"somebody's")
    with pytest.raises(WouldOverwrite):
        make_sheet(pipeline, Order(places, merge=tmp_path / "m"))


def sheet_text(folder: Path, *samples: str) -> str:
    rows = [f"{sample},{','.join(map(str, pair(folder, f'f{at}')))},auto" for at, sample in enumerate(samples)]
    return "\n".join(["sample,fastq_1,fastq_2,strandedness", *rows]) + "\n"


def test_a_sheet_from_a_spreadsheet_program_is_read_and_mended(assayline, shared, tmp_path):
    text = sheet_text(tmp_path, "A", "B")
    path, clean = tmp_path / "edited.csv", tmp_path / "clean.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace(",", ";").replace("\n", "\r\n").encode() + b";;;\r\n")
    done = assayline("deploy", "sheet", shared / "nfcore" / "rnaseq", "--check-sheet", path, "-o", clean, "--json")
    assert done.status == 0, done.out
    assert {finding["code"] for finding in done.envelope["findings"]} == {"table-encoding", "table-separator"}
    assert clean.read_text() == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("f0,", "2-Sep,"), "spreadsheet program"),
        (("f0,", "1E+05,"), "spreadsheet program"),
        (("f0,", "a b,"), "cannot contain spaces"),
        (("auto", "yes"), "Strandedness must be provided"),
        (("f1_R2.fastq.gz", "gone.fastq.gz"), "no such file"),
        (("strandedness", "strandednes"), "nearest: 'strandedness'"),
        (("f0,", ","), "Sample name must be provided"),
        (("f1,", "f0,"), "none"),
    ],
)
def test_a_sheet_edited_by_hand_is_judged(rnaseq, tmp_path, change, said):
    path = tmp_path / "s.csv"
    path.write_text(sheet_text(tmp_path, "f0", "f1").replace(*change))
    if said == "none":
        assert len(edited(rnaseq, path).rows) == 2
        return
    with pytest.raises(SheetRefused, match=said):
        edited(rnaseq, path)


def test_a_duplicate_row_is_refused(rnaseq, tmp_path):
    text = sheet_text(tmp_path, "A")
    path = tmp_path / "s.csv"
    path.write_text(text + text.splitlines()[1] + "\n")
    with pytest.raises(SheetRefused, match="stands 2 times"):
        edited(rnaseq, path)


def test_the_command_writes_once_and_lists_what_it_left_out(assayline, shared, tmp_path):
    pair(tmp_path / "größe d", "A")
    (tmp_path / "größe d" / "notes.txt").write_text("x")
    words = ("deploy", "sheet", shared / "nfcore" / "rnaseq", tmp_path / "größe d", "-o", tmp_path / "s.csv", "--json")
    done = assayline(*words)
    assert done.status == 0, done.out
    (result,) = done.envelope["results"]
    assert [item["reason"] for item in result["left"]] == ["neither reads nor alignments"]
    assert (tmp_path / "s.csv").read_text().splitlines()[0] == "sample,fastq_1,fastq_2,strandedness"
    assert assayline(*words).status == 9
    assert assayline(*words[:4], "-o", tmp_path / "s.txt").status == 2
    assert assayline("deploy", "sheet", shared / "nfcore" / "sarek", tmp_path / "größe d").status == 4


def test_a_decision_on_the_table_is_kept_and_a_persons_is_followed(assayline, shared, tmp_path):
    pair(tmp_path / "d", "A")
    pair(tmp_path / "d", "B")
    (tmp_path / "m.csv").write_text("who,donor,kind\nA,P1,weird\nB,P1,odd\n")
    words = (
        "deploy",
        "sheet",
        shared / "nfcore" / "sarek",
        tmp_path / "d",
        "--metadata",
        tmp_path / "m.csv",
        "--run",
        tmp_path / "run",
    )
    done = assayline(*words)
    assert done.status == 10
    assert "names the sample" in done.err
    path = tmp_path / "run" / "decisions" / "sheet_columns.json"
    body = json.loads(path.read_text())
    for item in body["choice"]["columns"]:
        item["column"] = {"sample": "who", "patient": "donor", "status": "kind"}.get(item["role"], "")
    body["choice"]["values"] = [
        {"role": "status", "value": "weird", "meaning": "1"},
        {"role": "status", "value": "odd", "meaning": "0"},
    ]
    path.write_text(json.dumps(body))
    done = assayline(*words, "--json")
    assert done.status == 0, done.out
    assert [(row["sample"], row["patient"], row["status"]) for row in done.envelope["results"][0]["rows"]] == [
        ("A", "P1", "1"),
        ("B", "P1", "0"),
    ]


@pytest.mark.parametrize(("counts", "check", "rows"), [((5, 5), "auto", 1), ((5, 7), "auto", 2), ((5, 5), "quick", 0)])
def test_read_names_that_tell_nothing_and_names_that_may_be_replicates(rnaseq, tmp_path, counts, check, rows):
    for mate, count in enumerate(counts, 1):
        text = "".join(f"@{read}\nACGT\n+\nIIII\n" for read in range(1, count + 1))
        (tmp_path / f"ctrl_{mate}.fastq.gz").write_bytes(gzip.compress(text.encode(), mtime=mate))
    if not rows:
        with pytest.raises(Unclear, match="--layout paired"):
            make_sheet(rnaseq, Order((tmp_path,), check=check))
    else:
        assert len(make_sheet(rnaseq, Order((tmp_path,), check=check)).rows) == rows
