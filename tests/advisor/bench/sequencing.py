"""Reads and tables of samples for pipelines: which pipeline, which parameters, which column is what."""

# ruff: noqa: E501 - tables of situations, a situation a row
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assayline.facts import pipeline, sheet
from assayline.facts.table import read_table
from tests.advisor.bench.made import Made, is_

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assayline.evidence import Evidence

NF = "nf-core usage documentation (https://nf-co.re)"
TENX = "10x Genomics CG000315: read layout of 3' libraries"
NEVER = "sarek usage documentation: tumour and normal share a patient and are never guessed"


def schema(about: str, **parameters: dict[str, Any]) -> dict[str, Any]:
    """A pipeline's schema, written for these situations."""
    own = {"input": {"type": "string", "format": "file-path"}, "outdir": {"type": "string", "format": "directory-path"}}
    return {"description": about, "$defs": {"options": {"properties": own | parameters}}}


GENOME = {"genome": {"type": "string", "description": "Reference genome."}}
UMI = {"with_umi": {"type": "boolean", "description": "Reads carry molecular identifiers."}}
HAVE = ["GRCh38", "GRCm39", "GRCz11"]
PIPELINES = {
    "bulkcounts": (schema("RNA-seq quantification with quality control.", aligner={"enum": ["one", "two"], "default": "one"},
                          **GENOME, **UMI), HAVE),
    "droplets": (schema("Processing of single-cell droplet data.", protocol={"type": "string", "enum": ["V2", "V3"]}, **GENOME), HAVE),
    "callvar": (schema("Detection of germline or somatic variants in whole genome or targeted sequencing.",
                       tools={"type": "string", "pattern": "^(mutect2|caller|,)*$", "description": "Callers."},
                       wes={"type": "boolean", "description": "Exome or panel."}, **GENOME), HAVE),
    "openchrom": (schema("ATAC-seq peak-calling.", read_length={"type": "integer", "enum": [50, 75, 100, 150]}, **GENOME), HAVE),
}  # fmt: skip


def offered(**data: Any) -> Callable[[Path], list[Evidence]]:
    """The pipelines above, and data that are so."""

    def show(_: Path) -> list[Evidence]:
        return pipeline.facts(pipeline.report(PIPELINES, data), "tables/pipelines.json")

    return show


def choose(
    name: str, story: str, why: str, source: str, show: Callable[[Path], list[Evidence]], good: dict, bad: list | None = None
) -> Made:
    return Made(name, "pipeline", "pipeline_choice", story, why, source, show, [good], bad or [])


CHOICES = [
    choose("bulk_rna_human", "Twelve human bulk RNA-seq samples.", "The RNA pipeline with the human genome.", NF,
           offered(assay="bulk RNA-seq", organism="human", paired=True, samples=12),
           {"pipeline": is_("bulkcounts"), "parameters.genome": is_("GRCh38")}),
    choose("bulk_rna_umi", "3' counting with molecular identifiers.", "Without the identifiers duplicates are counted.", NF,
           offered(assay="RNA-seq", organism="mouse", umi=True),
           {"pipeline": is_("bulkcounts"), "parameters.with_umi": is_("true"), "parameters.genome": is_("GRCm39")}),
    choose("droplets_by_length", "Nobody said what it is; first reads have 28 bases, second 91.", "28 bases are barcode and UMI.", TENX,
           offered(read_length_1=28, read_length_2=91, chemistry="V3", samples=2),
           {"pipeline": is_("droplets"), "parameters.protocol": is_("V3")}, [{"pipeline": is_("bulkcounts")}]),
    choose("nuclei_stated", "Single nuclei of zebrafish brain.", "Nuclei are processed as droplets.", TENX,
           offered(assay="snRNA of nuclei", organism="zebrafish"), {"pipeline": is_("droplets"), "parameters.genome": is_("GRCz11")}),
    choose("exome_tumour_normal", "Exomes of tumour and normal.", "Somatic callers, told that it is an exome.", NF,
           offered(assay="exome", tumour_samples=3, normal_samples=3, targeted=True, organism="human"),
           {"pipeline": is_("callvar"), "parameters.wes": is_("true"), "parameters.tools": is_("mutect2", "mutect2,caller")}),
    choose("germline_genomes", "Whole genomes of a family.", "Variants, and nothing somatic.", NF,
           offered(assay="whole genome", organism="human", samples=4), {"pipeline": is_("callvar"), "parameters.tools": is_("", "caller")}),
    choose("atac", "ATAC-seq with reads of 76 bases.", "The pipeline wants the nearest listed length.", NF,
           offered(assay="ATAC-seq", read_length_1=76, organism="mouse"), {"pipeline": is_("openchrom"), "parameters.read_length": is_("75")}),
    choose("reads_of_unknown_origin", "A folder of paired reads without a word.", "Length and pairs alone do not tell RNA from DNA.", NF,
           offered(paired=True, samples=6, read_length_1=150, read_length_2=150), {"pipeline": is_("?")},
           [{"pipeline": is_("bulkcounts", "callvar")}]),
    choose("bisulfite", "Bisulfite reads.", "None of the pipelines offered is for methylation.", NF,
           offered(assay="bisulfite sequencing", organism="human"), {"pipeline": is_("?")}, [{"pipeline": is_("callvar")}]),
    choose("genome_not_there", "RNA of yeast.", "The pipelines have no yeast genome: the key is left out, not invented.", NF,
           offered(assay="RNA-seq", organism="yeast"), {"pipeline": is_("bulkcounts"), "parameters.genome": is_("")},
           [{"parameters.genome": is_("GRCh38", "R64-1-1")}]),
]  # fmt: skip
RNA = {"items": {"required": ["sample", "fastq_1", "strandedness"], "properties": {
    "sample": {"type": "string"}, "fastq_1": {"type": "string"}, "fastq_2": {"type": "string"},
    "strandedness": {"type": "string", "enum": ["forward", "reverse", "unstranded", "auto"]}}}}  # fmt: skip
SOMATIC = {"items": {"required": ["patient", "sample"], "properties": {
    "patient": {"type": "string"}, "sample": {"type": "string"}, "sex": {"type": "string", "enum": ["XX", "XY", "NA"]},
    "status": {"type": "integer", "enum": [0, 1], "errorMessage": "Status is 0 (normal) or 1 (tumor)."},
    "fastq_1": {"type": "string"}, "fastq_2": {"type": "string"}}}}  # fmt: skip


def tabled(text: str, wanted: dict[str, Any]) -> Callable[[Path], list[Evidence]]:
    """A table of samples, and the sample sheet that is wanted of it."""

    def show(folder: Path) -> list[Evidence]:
        (folder / "samples.csv").write_text(text, encoding="utf-8")
        return sheet.facts(sheet.report(read_table(folder / "samples.csv"), sheet.roles(wanted)), "tables/sheet.json")

    return show


def columns(
    name: str, story: str, why: str, source: str, show: Callable[[Path], list[Evidence]], good: dict, bad: list | None = None
) -> Made:
    return Made(name, "sample sheet", "sheet_columns", story, why, source, show, [good], bad or [])


SWAPPED = (
    "reads 1,reads 2,sample name,strandedness\na_R1.fastq.gz,a_R2.fastq.gz,a,reverse\nb_R1.fastq.gz,b_R2.fastq.gz,b,reverse\n"
)
TISSUE = "patient,sample,tissue,gender\nP1,P1a,tumor,female\nP1,P1b,blood,female\nP2,P2a,metastasis,male\nP2,P2b,normal,male\n"
GUESS = "patient,sample,status\nP1,P1a,A\nP1,P1b,B\nP2,P2a,A\nP2,P2b,B\n"
TOKENS = "subject,sample\nP1,P1_T\nP1,P1_N\nP2,P2_T\nP2,P2_N\n"
KITS = "sample,fastq_1,kit\na,a_1.fq.gz,TruSeq Stranded\nb,b_1.fq.gz,dUTP\n"
NOKIT = "sample,fastq_1,fastq_2\na,a_1.fq.gz,a_2.fq.gz\n"
TOPUP = "sample,fastq_1,strandedness\na,run1/a.fastq.gz,unstranded\na,run2/a.fastq.gz,unstranded\nb,run1/b.fastq.gz,unstranded\n"
TWICE = "sample,library name,fastq_1,strandedness,sample id\nx,y,x.fastq.gz,auto,z\n"
MALE = "Patient ID;Sample ID;Type;Sex\nP1;S1;Tumour;M\nP1;S2;Normal;M\nP2;S3;Tumour;F\nP2;S4;Normal;F\n"
SHEETS = [
    columns("sheet_swapped", "Files first, names last.", "Columns go by what they are, not by where they stand.", NF, tabled(SWAPPED, RNA),
            {"columns.sample": is_("sample name"), "columns.fastq_1": is_("reads 1"), "columns.fastq_2": is_("reads 2")}),
    columns("sheet_tumour_normal", "Tissue says tumour, blood, metastasis and normal.", "Metastasis is tumour, blood is normal.", NEVER,
            tabled(TISSUE, SOMATIC), {"columns.status": is_("tissue"), "values.status/metastasis": is_("1"), "values.status/blood": is_("0"),
                                      "values.sex/female": is_("XX")}, [{"values.status/blood": is_("1")}]),
    columns("sheet_unclear_status", "Status is A or B.", "Nobody can know which is the tumour: it is asked.", NEVER, tabled(GUESS, SOMATIC),
            {"values.status/A": is_("?", ""), "values.status/B": is_("?", ""), "columns.patient": is_("patient")},
            [{"values.status/A": is_("0", "1")}, {"values.status/B": is_("0", "1")}]),
    columns("sheet_tokens", "Names end in _T and _N.", "The names say which is which; patient is the subject.", NEVER, tabled(TOKENS, SOMATIC),
            {"columns.patient": is_("subject"), "columns.sample": is_("sample"), "columns.status": is_("sample", "?")},
            [{"values.status/T": is_("0")}, {"values.status/N": is_("1")}]),
    columns("sheet_kits", "The kit is named instead of the strandedness.", "TruSeq Stranded and dUTP give reverse reads.",
            "doi:10.1186/s12859-022-04876-1", tabled(KITS, RNA),
            {"columns.strandedness": is_("kit"), "values.strandedness/dUTP": is_("reverse"), "columns.fastq_2": is_("")},
            [{"values.strandedness/dUTP": is_("forward", "unstranded")}]),
    columns("sheet_no_kit", "Nothing about the library.", "Strandedness is asked for or left to be inferred, not invented.", NF, tabled(NOKIT, RNA),
            {"columns.strandedness": is_("?"), "columns.fastq_2": is_("fastq_2")}, [{"columns.strandedness": is_("sample", "fastq_1")}]),
    columns("sheet_single_end_top_up", "Single reads; one sample was sequenced again.", "Both rows stay; there is no second read.", NF,
            tabled(TOPUP, RNA), {"columns.fastq_1": is_("fastq_1"), "columns.fastq_2": is_(""), "columns.sample": is_("sample"),
                                 "values.strandedness/unstranded": is_("unstranded")}),
    columns("sheet_three_names", "Sample, sample id and library name.", "The column that is called as wanted is the one.", NF, tabled(TWICE, RNA),
            {"columns.sample": is_("sample"), "values.strandedness/auto": is_("auto")}),
    columns("sheet_semicolons", "A table from a spreadsheet, with capitals.", "Case and mark do not matter.", NEVER, tabled(MALE, SOMATIC),
            {"columns.patient": is_("Patient ID"), "columns.sample": is_("Sample ID"), "columns.status": is_("Type"), "columns.sex": is_("Sex"),
             "values.status/Tumour": is_("1"), "values.sex/M": is_("XY")}),
]  # fmt: skip
MADE = [*CHOICES, *SHEETS]
