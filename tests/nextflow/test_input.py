"""Bad input is refused by the pipeline's own checks, with what was found, where, and what was expected; no read is lost."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest

from .conftest import PIPELINE

BIN = PIPELINE / "bin"
HEAD = "sample,fastq_1,fastq_2,expected_cells\n"
GOOD = "a,a_R1.fastq.gz,a_R2.fastq.gz,100\n"


def script(name: str, *words: object, cwd=None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable] if name.endswith(".py") else ["bash"]
    return subprocess.run([*command, str(BIN / name), *map(str, words)], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture
def check(tmp_path):
    def run(sheet: str | bytes, **parameters):
        (tmp_path / "sheet.csv").write_bytes(sheet if isinstance(sheet, bytes) else sheet.encode())
        (tmp_path / "p.json").write_text(json.dumps({"outdir": "x"} | parameters))
        words = ["--parameters", tmp_path / "p.json", "--parameter-schema", PIPELINE / "nextflow_schema.json"]
        words += ["--sheet", tmp_path / "sheet.csv", "--sheet-schema", PIPELINE / "assets" / "schema_input.json"]
        done = script("check_input.py", *words, "--output", tmp_path / "out.csv")
        return done, (tmp_path / "out.csv").read_text() if done.returncode == 0 else ""

    return run


@pytest.mark.parametrize(
    "sheet",
    [
        HEAD + GOOD,
        "\ufeff" + HEAD + GOOD,
        (HEAD + GOOD).replace(",", ";").replace("\n", "\r\n"),
        (HEAD + GOOD).replace(",", "\t") + "\n\n",
        (HEAD + '"a"," a_R1.fastq.gz","a_R2.fastq.gz",100\n,,,\n').encode("utf-16"),
    ],
    ids=["plain", "mark", "semicolons", "tabs", "utf-16"],
)
def test_sheets_of_spreadsheet_programs_are_read(check, sheet):
    done, out = check(sheet)
    assert done.returncode == 0, done.stderr
    assert out == HEAD + GOOD


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (HEAD, "found no row"),
        ("sample,fastq_1\na,b.fastq.gz\n", "found no column 'fastq_2'"),
        (HEAD + GOOD + GOOD, "line 3: fastq_1: found 'a_R1.fastq.gz', which line 2 has already"),
        (HEAD + "a,x.fastq.gz,x.fastq.gz,\n", "fastq_2: found 'x.fastq.gz', which line 2 has already"),
        (HEAD + "a b,x_1.fastq.gz,x_2.fastq.gz,\n", "line 2: sample: found 'a b'; expected: a name of letters"),
        (HEAD + "1-Mar,x_1.fastq.gz,x_2.fastq.gz,\n", "a spreadsheet program has made a date"),
        (HEAD + "2024-03-01,x_1.fastq.gz,x_2.fastq.gz,\n", "a spreadsheet program has made a date"),
        (HEAD + "a,x_1.fastq.gz,,\n", '"fastq_2" is a required property'),
        (HEAD + "a,x_1.bam,x_2.fastq.gz,\n", "the file of the barcode reads"),
        (HEAD + "a,x_1.fastq.gz,x_2.fastq.gz,many\n", "line 2: expected_cells: found 'many'; expected: how many cells"),
        (HEAD + "a,x_1.fastq.gz,x_2.fastq.gz,0\n", "expected_cells: found '0'"),
        (HEAD + "a,x_1.fastq.gz,x_2.fastq.gz,5\na,y_1.fastq.gz,y_2.fastq.gz,6\n", "expected '5' as in line 2"),
        (HEAD + "a,x_1.fastq.gz,x_2.fastq.gz,5,6\n", "more cells than the header has columns"),
    ],
)
def test_bad_sheets_are_refused(check, sheet, message):
    done, _ = check(sheet)
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alignr": "star"}, "--alignr: found an unknown parameter; expected --aligner"),
        ({"aligner": "bwa"}, "--aligner: found 'bwa'"),
        ({"expected_cells": 0}, "--expected_cells: found 0"),
        ({"simulate_errors": "many"}, "--simulate_errors: found 'many'"),
        ({"fasta": "genome.2bit"}, "a file ending in .fa"),
        ({"outdir": None}, "--outdir: found nothing"),
    ],
)
def test_bad_parameters_are_refused(check, parameters, message):
    done, _ = check(HEAD + GOOD, **parameters)
    assert done.returncode == 1
    assert message in done.stderr


def fastq(path, reads):
    body = "".join(f"@{name} x\n{bases}\n+\n{'F' * len(bases)}\n" for name, bases in reads)
    path.write_bytes(gzip.compress(body.encode(), mtime=0))
    return path


R1 = [(f"r{number}", "ACGT" * 7) for number in range(50)]
R2 = [(f"r{number}", "ACGTTGCA" * 10) for number in range(50)]


def test_pairs_of_reads_are_checked(tmp_path):
    one, two = fastq(tmp_path / "1.fastq.gz", R1), fastq(tmp_path / "2.fastq.gz", R2)

    def said(first, second, least=28):
        words = ["--least", least, "--output", tmp_path / "out.json", "--names", "given one", "given two"]
        done = script("check_reads.py", first, second, *words)
        return done.returncode, done.stderr

    assert said(one, two) == (0, "")
    assert json.loads((tmp_path / "out.json").read_text()) == {"pairs": 50, "short": 0}
    status, text = said(one, fastq(tmp_path / "3.fastq.gz", R2[:-1]))
    assert status == 1 and "given two: found 49 reads; expected as many as given one" in text
    status, text = said(fastq(tmp_path / "4.fastq.gz", R1[:10]), two)
    assert status == 1 and "given one: found 10 reads" in text
    status, text = said(one, fastq(tmp_path / "5.fastq.gz", [R2[1], R2[0], *R2[2:]]))
    assert status == 1 and "read 1: found the names @r0 and @r1" in text
    status, text = said(fastq(tmp_path / "6.fastq.gz", [(name, "ACGT") for name, _ in R1]), two)
    assert status == 1 and "shorter than 28 bases" in text
    (tmp_path / "cut.fastq.gz").write_bytes(two.read_bytes()[:-20])
    status, text = said(one, tmp_path / "cut.fastq.gz")
    assert status == 1 and "damaged gzip" in text and "Traceback" not in text
    (tmp_path / "empty.fastq.gz").write_bytes(b"")
    status, text = said(one, tmp_path / "empty.fastq.gz")
    assert status == 1 and "given two: found no read" in text
    (tmp_path / "text.fastq.gz").write_text("no gzip")
    status, text = said(one, tmp_path / "text.fastq.gz")
    assert status == 1 and "damaged gzip" in text


def test_trimming_loses_no_read(tmp_path, program):
    program("fastp")
    odd = [(name, "G" * 80 if number % 7 == 0 else bases) for number, (name, bases) in enumerate(R2)]
    odd[-1] = (odd[-1][0], "A" * 80)
    source = fastq(tmp_path / "given_2.fastq.gz", odd)
    words = "--disable_quality_filtering --disable_length_filtering --trim_poly_x --trim_poly_g --json j --html h"
    fastp = ["fastp", "--in1", source, "--out1", tmp_path / "kept.fastq.gz", *words.split()]
    subprocess.run(fastp, check=True, capture_output=True, cwd=tmp_path)
    kept = gzip.decompress((tmp_path / "kept.fastq.gz").read_bytes()).decode().splitlines()
    assert len(kept) < 4 * len(odd)  # fastp drops what it trimmed to nothing: the barcode read would be without its mate
    done = script("keep_pairs.sh", source, tmp_path / "kept.fastq.gz", tmp_path / "out.fastq.gz")
    assert done.returncode == 0, done.stderr
    out = gzip.decompress((tmp_path / "out.fastq.gz").read_bytes()).decode().splitlines()
    assert [line.split()[0] for line in out[::4]] == [f"@{name}" for name, _ in odd]
    assert out[1] == "N" and out[5] == odd[1][1]
    foreign = fastq(tmp_path / "foreign.fastq.gz", [("zz", "ACGT")])
    done = script("keep_pairs.sh", source, foreign, tmp_path / "no.fastq.gz")
    assert done.returncode != 0 and "not in its place" in done.stderr


def test_the_barcode_read_is_not_given_to_fastp():
    text = (PIPELINE / "modules" / "local" / "fastp" / "main.nf").read_text()
    assert "--in2" not in text
    assert (
        "FASTP(lanes.map { meta, _barcodes, reads -> [meta, reads] })"
        in (PIPELINE / "subworkflows" / "local" / "prepare_reads" / "main.nf").read_text()
    )


def test_simulated_reads_are_the_same_every_time(tmp_path):
    for name in ("one", "two"):
        assert script("simulate_reads.py", tmp_path / name, "--cells", 8, "--umis", 70, "--genes", 120).returncode == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 11
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_genome_and_genes_of_two_assemblies_are_refused(tmp_path):
    (tmp_path / "g.fa").write_text(">chr1\nACGT\n")
    line = 'sim\texon\t1\t9\t.\t+\t.\tgene_id "g"; transcript_id "t";\n'
    (tmp_path / "a.gtf").write_text(f"1\t{line}")
    done = script("transcripts.py", tmp_path / "g.fa", tmp_path / "a.gtf", tmp_path / "o.fa", tmp_path / "t")
    assert done.returncode == 1 and "none of its chromosomes (1) is in g.fa" in done.stderr
    (tmp_path / "a.gtf").write_text(f"chr1\t{line}")
    done = script("transcripts.py", tmp_path / "g.fa", tmp_path / "a.gtf", tmp_path / "o.fa", tmp_path / "t")
    assert done.returncode == 1 and "ends beyond chr1 (4 bases)" in done.stderr
