"""Verdicts on runs made by hand: hollow outputs, missing samples, numbers, strands, tasks."""

from __future__ import annotations

import gzip
import json

import pytest

from assayline.deploy.launch.place import Place
from assayline.deploy.launch.trace import bytes_of, read_trace, seconds_of
from assayline.deploy.verify.judge import judge
from assayline.deploy.verify.numbers import parse_limits
from assayline.deploy.verify.outputs import emptiness
from assayline.deploy.verify.record import record
from assayline.deploy.verify.strand import by_shares
from assayline.errors import BadInput, BadUsage
from assayline.run_folder import RunFolder

HEADER = "task_id\thash\tname\tstatus\texit\tattempt\tpeak_rss\trealtime\n"


@pytest.fixture
def place(tmp_path):
    """A run that went well: two samples, an output for each."""
    found = Place(tmp_path / "run")
    (found.results / "counts").mkdir(parents=True)
    found.folder.mkdir()
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,fastq_1,strandedness\nA1,x,reverse\nA10,y,auto\n")
    order = {
        "pipeline": {"name": "x/y", "version": "1"},
        "engine": {"version": "25"},
        "profiles": [],
        "sheet": {"file": "sheet.csv"},
    }
    found.command.write_text(json.dumps(order | {"parameters": {"input": str(sheet)}}))
    found.state.write_text(json.dumps({"pid": 1, "status": 0}))
    found.trace.write_text(
        HEADER + "1\ta/b\tSTAR (A1)\tCOMPLETED\t0\t1\t1.5 GB\t2m 3s\n2\ta/c\tSTAR (A10)\tCOMPLETED\t0\t1\t-\t-\n"
    )
    for sample in ("A1", "A10"):
        (found.results / "counts" / f"{sample}.tsv").write_text("gene\tcount\nACTB\t5\n")
    return found


def sentences(body, level):
    return " | ".join(line["text"] for line in body["sentences"] if line["level"] == level)


def test_a_good_run(place):
    body = judge(place)
    assert body["verdict"] == "sound"
    record(RunFolder(place.run), body)
    assert len((place.run / "evidence.jsonl").read_text().splitlines()) == 11


def test_a_folder_without_a_launch(tmp_path):
    with pytest.raises(BadInput, match="no launch"):
        judge(Place(tmp_path))


@pytest.mark.parametrize(
    ("spoil", "level", "said"),
    [
        (lambda p: (p.results / "counts" / "A1.tsv").write_text(""), "fail", "A1.tsv (no bytes)"),
        (lambda p: (p.results / "counts" / "A1.tsv").write_text("gene\tcount\n"), "warn", "header only"),
        (lambda p: (p.results / "counts" / "A1.tsv").unlink(), "fail", "1 of 2 samples are in no output: A1"),
        (lambda p: (p.results / "a.h5ad").write_text("x"), "fail", "a.h5ad (not what its ending says)"),
        (lambda p: p.state.write_text('{"pid": 1}'), "fail", "did not say how it ended"),
        (lambda p: p.state.write_text('{"pid": 1, "status": 1}'), "fail", "status 1"),
        (lambda p: p.trace.unlink(), "fail", "no task ran"),
        (lambda p: p.trace.write_text(HEADER + "1\ta\tSTAR (A1)\tFAILED\t137\t1\t-\t-\n"), "fail", "STAR (A1) (exit 137)"),
        (lambda p: p.trace.write_text(HEADER + "1\ta\tSTAR (A1)\tCOMPLETED\t2\t1\t-\t-\n"), "warn", "another exit code"),
        (
            lambda p: p.trace.write_text(HEADER + "1\ta\tX (A)\tFAILED\t137\t1\t-\t-\n2\tb\tX (A)\tCOMPLETED\t0\t2\t-\t-\n"),
            "ok",
            "1 attempts failed and were repeated",
        ),
    ],
)
def test_what_is_wrong_is_said(place, spoil, level, said):
    spoil(place)
    body = judge(place)
    assert said in sentences(body, level)
    assert body["level"] == level


def multiqc(place, *rows):
    folder = place.results / "multiqc" / "multiqc_data"
    folder.mkdir(parents=True)
    head = "Sample\tSTAR_mqc-generalstats-star-uniquely_mapped_percent\tfastqc-percent_duplicates\tfastqc-percent_gc\n"
    (folder / "multiqc_general_stats.txt").write_text(head + "".join("\t".join(map(str, row)) + "\n" for row in rows))


@pytest.mark.parametrize(
    ("mapped", "duplicates", "level", "said"),
    [
        (91.0, 20.0, "ok", "2 of 2 numbers"),
        (45.0, 20.0, "warn", "A1: uniquely mapped reads 45%"),
        (3.0, 20.0, "fail", "A1: uniquely mapped reads 3%"),
        (91.0, 95.5, "warn", "A1: duplicates 95.5%"),
        ("", "nan", "ok", "0 of 0"),
    ],
)
def test_numbers_against_limits(place, mapped, duplicates, level, said):
    multiqc(place, ("A1", mapped, duplicates, 48.0))
    body = judge(place)
    assert said in sentences(body, level)
    assert body["level"] == level


def test_limits_of_ones_own(place):
    multiqc(place, ("A1", 91.0, 20.0, 60.0))
    body = judge(place, limits=parse_limits(["percent_gc<=55"]))
    assert "A1: percent_gc 60" in sentences(body, "fail")
    with pytest.raises(BadUsage):
        parse_limits(["percent_gc=55"])


SHARES = """This is PairEnd Data
Fraction of reads failed to determine: 0.02
Fraction of reads explained by "1++,1--,2+-,2-+": {0}
Fraction of reads explained by "1+-,1-+,2++,2--": {1}
"""


@pytest.mark.parametrize(
    ("forward", "reverse", "found"),
    [
        (0.02, 0.96, "reverse"),
        (0.95, 0.03, "forward"),
        (0.49, 0.5, "unstranded"),
        (0.3, 0.68, "undetermined"),
        (0, 0, "undetermined"),
    ],
)
def test_strand_by_shares(forward, reverse, found):
    assert by_shares(SHARES.format(forward, reverse)) == found


def test_the_strand_that_was_said_is_compared_with_the_reads(place):
    (place.results / "A1.infer_experiment.txt").write_text(SHARES.format(0.96, 0.02))
    (place.results / "A10.infer_experiment.txt").write_text(SHARES.format(0.96, 0.02))
    body = judge(place)
    assert "A1: the sheet says reverse, the reads say forward" in sentences(body, "fail")
    assert [(item["sample"], item["level"]) for item in body["strandedness"]] == [("A1", "fail"), ("A10", "ok")]


def test_salmon_tells_the_strand_too(place):
    for sample, kind in (("A1", "ISR"), ("A10", "IU")):
        (place.results / sample).mkdir()
        (place.results / sample / "lib_format_counts.json").write_text(json.dumps({"expected_format": kind}))
    assert {item["sample"]: item["found"] for item in judge(place)["strandedness"]} == {"A1": "reverse", "A10": "unstranded"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b" \n", "white space only"),
        ("a.json", b"{}", "nothing in its JSON"),
        ("a.json", b"{", "broken JSON"),
        ("a.vcf.gz", gzip.compress(b"##fileformat\n#CHROM\n", mtime=0), "a header only"),
        ("a.vcf.gz", gzip.compress(b"##fileformat\n#CHROM\nchr1\t5\n", mtime=0), ""),
        ("a.tsv.gz", gzip.compress(b"", mtime=0), "nothing in its compressed data"),
        ("a.tsv.gz", gzip.compress(b"a\nb\n", mtime=0)[:-12], "cannot be read"),
        ("a.mtx", b"%%MatrixMarket\n3 4 0\n", "a matrix without entries"),
        ("a.mtx", b"%%MatrixMarket\n3 4 1\n1 1 2\n", ""),
        ("a.bam", b"nothing", "does not begin as BAM"),
        ("a.fastq.gz", gzip.compress(b"", mtime=0), "no reads"),
        ("a.png", b"\x89PNG\r\n", ""),
        ("a.html", b"<html>x</html>", ""),
    ],
)
def test_hollow_files(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    found = emptiness(tmp_path / name)
    assert said in found if said else found == ""


def test_traces_for_people_and_raw(tmp_path):
    (tmp_path / "t.txt").write_text(HEADER + "1\ta\tNFCORE:STAR (A 1)\tCOMPLETED\t0\t2\t1.5 GB\t1h 2m 3.5s\n")
    (task,) = read_trace(tmp_path / "t.txt")
    assert (task.process, task.tag, task.attempt) == ("NFCORE:STAR", "A 1", 2)
    assert (task.memory_used, task.seconds) == (1.5 * 2**30, 3723.5)
    assert (bytes_of("-"), seconds_of("250ms", raw=False), seconds_of("1500", raw=True)) == (0, 0.25, 1.5)
    (tmp_path / "t.txt").write_text("nothing of a trace\n")
    with pytest.raises(BadInput):
        read_trace(tmp_path / "t.txt")
