"""Parameters against the schemas of four real pipelines."""

from __future__ import annotations

import pytest

from assayline.deploy.errors import ParametersRefused
from assayline.deploy.nfcore import open_pipeline
from assayline.deploy.parameters import check, parse

SET = ("input", "outdir")


@pytest.fixture
def pipelines(shared):
    return {name: open_pipeline(shared / "nfcore" / name) for name in ("rnaseq", "sarek", "atacseq", "scrnaseq")}


def test_words_get_the_types_of_the_schema(pipelines):
    pairs = ["min_trimmed_reads=5000", "skip_fastqc=TRUE", "stranded_threshold=0.9", "min_mapped_reads=5", "genome=GRCh38"]
    made = check(pipelines["rnaseq"], parse([*pairs, "aligner=star_rsem", "help=true"]), filled=SET)
    assert made.values == {
        "min_trimmed_reads": 5000,
        "skip_fastqc": True,
        "stranded_threshold": 0.9,
        "min_mapped_reads": 5,
        "genome": "GRCh38",
        "aligner": "star_rsem",
        "help": True,
    }
    assert made.findings == []


@pytest.mark.parametrize(
    ("name", "pair", "said"),
    [
        ("rnaseq", "alinger=hisat2", "nearest: 'aligner'"),
        ("rnaseq", "skipFastqc=true", "nearest: 'skip_fastqc'"),
        ("rnaseq", "--aligner=star_salmon", "nearest: 'aligner'"),
        ("rnaseq", "qqqqqq=1", "removed or renamed upstream"),
        ("rnaseq", "aligner=star", "'aligner' = 'star'"),
        ("rnaseq", "stranded_threshold=0.2", "0.2 is less than the minimum of 0.5"),
        ("rnaseq", "min_trimmed_reads=many", '"many" is not of type'),
        ("rnaseq", "min_trimmed_reads=1.5", "is not of type"),
        ("rnaseq", "skip_fastqc=ja", "is not of type"),
        ("rnaseq", "genome=GRCh39", "nearest: GRCh38"),
        ("rnaseq", "genome=hg 38", "must not contain spaces"),
        ("rnaseq", "genome=grch38", "nearest: GRCh38"),
        ("sarek", "genome=GRCh38", "GATK.GRCh38"),
        ("rnaseq", "fasta=/nowhere/x.fa", "found nothing there; expected a file"),
        ("rnaseq", "fasta=genome.txt", "must end with .fa"),
        ("rnaseq", "star_index=/nowhere", "a file or a folder"),
        ("rnaseq", "email=nobody", "valid address"),
        ("sarek", "split_fastq=100", "split_fastq"),
        ("sarek", "tools=strelka,mutekt2", "tools"),
        ("sarek", "step=align", "step"),
        ("atacseq", "read_length=60", "60 is not one of"),
        ("atacseq", "max_memory=lots", "max_memory"),
        ("scrnaseq", "protocol_version=3", "nearest"),
        ("scrnaseq", "gex_cmo_set=/nowhere.csv", "found nothing there"),
    ],
)
def test_what_the_schema_does_not_allow_is_refused(pipelines, name, pair, said):
    with pytest.raises(ParametersRefused) as caught:
        check(pipelines[name], parse([pair]), filled=SET)
    assert said in str(caught.value)


@pytest.mark.parametrize("pair", ["split_fastq=0", "split_fastq=250", "tools=strelka,mutect2", "genome=GATK.GRCh38"])
def test_what_sarek_allows(pipelines, pair):
    check(pipelines["sarek"], parse([pair]), filled=SET)


def test_required_ones_are_missed_unless_they_have_a_default(pipelines):
    with pytest.raises(ParametersRefused, match="'outdir' is missing"):
        check(pipelines["sarek"], {"input": "s.csv"})
    with pytest.raises(ParametersRefused, match="'input' is missing"):
        check(pipelines["rnaseq"], {"outdir": "x"})


def test_deprecated_ones_warn_in_the_pipelines_words(pipelines):
    made = check(pipelines["scrnaseq"], {"skip_emptydrops": True}, filled=SET)
    assert "skip_cellbender" in made.findings[0].message


def test_a_file_and_words_over_it(pipelines, tmp_path):
    (tmp_path / "p.yaml").write_text("aligner: hisat2\nmin_trimmed_reads: 7\n")
    made = check(pipelines["rnaseq"], parse(["aligner=star_rsem"], tmp_path / "p.yaml"), filled=SET)
    assert made.values == {"aligner": "star_rsem", "min_trimmed_reads": 7}


def test_the_advisor_chooses_and_what_is_given_wins(shared, tmp_path, assayline):
    four = [shared / "nfcore" / name for name in ("rnaseq", "sarek", "atacseq", "scrnaseq")]
    data = ("--data", "assay=exome", "--data", "targeted=true", "--data", "tumour_samples=2")
    words = (
        "deploy",
        "parameters",
        *four,
        "--run",
        tmp_path / "run",
        *data,
        "--param",
        "genome=GATK.GRCh38",
        "-o",
        tmp_path / "p.json",
    )
    done = assayline(*words, "--json")
    assert done.status == 0, done.out
    (body,) = done.envelope["results"]
    assert body["pipeline"] == "sarek"
    assert body["parameters"] == {"wes": True, "tools": "mutect2", "genome": "GATK.GRCh38"}
    assert (tmp_path / "run" / "decisions" / "pipeline_choice.json").is_file()
    assert body["because"]
    open_question = assayline("deploy", "parameters", *four, "--run", tmp_path / "other", "--data", "samples=4")
    assert open_question.status == 4
    assert "--data assay=" in open_question.err


def test_the_sheet_tells_the_advisor_of_the_data(shared, tmp_path, assayline):
    from tests.deploy.test_bad_sheets import fastq

    for sample, status in (("P1_T", 1), ("P1_N", 0)):
        for mate in (1, 2):
            fastq(tmp_path / "d" / f"{sample}_R{mate}.fastq.gz", name=f"M{status}:7:FC", mate=mate)
    sarek = shared / "nfcore" / "sarek"
    assert assayline("deploy", "sheet", sarek, tmp_path / "d", "-o", tmp_path / "s.csv").status == 0
    done = assayline(
        "deploy",
        "parameters",
        sarek,
        "--run",
        tmp_path / "run",
        "--sheet",
        tmp_path / "s.csv",
        "--data",
        "organism=human",
        "--json",
    )
    assert done.status == 0, done.out
    assert done.envelope["results"][0]["parameters"] == {"genome": "GATK.GRCh38", "tools": "mutect2"}
    wrong = assayline("deploy", "parameters", sarek, "--param", "alignr=bwa-mem")
    assert wrong.status == 9
    assert "nearest: 'aligner'" in wrong.err
