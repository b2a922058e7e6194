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
