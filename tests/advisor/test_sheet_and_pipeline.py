"""Sample sheets and pipelines: tables and schemas become evidence, and choices are held to the pipeline's own schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assayline.advisor.answers import refusals
from assayline.advisor.asking import prepare
from assayline.advisor.decide import decide, decide_at
from assayline.errors import BadInput
from assayline.facts import pipeline, sheet
from assayline.facts.table import read_table
from assayline.facts.words import shape, tokens
from assayline.run_folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

NFCORE = ("rnaseq", "sarek", "atacseq", "scrnaseq")
TABLE = """Sample ID;Subject;Tissue;Gender;File R1;File R2
Miller_T;Miller;tumor;f;a_R1.fastq.gz;a_R2.fastq.gz
Miller_N;Miller;blood;f;b_R1.fastq.gz;b_R2.fastq.gz
Smith_T;Smith;metastasis;m;c_R1.fastq.gz;c_R2.fastq.gz
"""


@pytest.fixture(scope="module")
def schemas(shared: Path) -> dict[str, tuple[dict, list[str]]]:
    about = json.loads((shared / "nfcore/pipelines.json").read_text())
    return {
        name: (json.loads((shared / f"nfcore/{name}/nextflow_schema.json").read_text()), about[name]["igenomes"])
        for name in NFCORE
    }


def table_facts(folder: Path, shared: Path, name: str, text: str = TABLE) -> dict:
    (folder / "samples.csv").write_text(text)
    schema = json.loads((shared / f"nfcore/{name}/assets/schema_input.json").read_text())
    found = sheet.facts(sheet.report(read_table(folder / "samples.csv"), sheet.roles(schema)), "tables/sheet.json")
    return {fact.id: fact for fact in found}


def test_columns_are_found_and_values_mean_what_the_pipeline_says(tmp_path, shared):
    choice = prepare(table_facts(tmp_path, shared, "sarek"), "sheet_columns").ruled["choice"]
    columns = {item["role"]: item["column"] for item in choice["columns"]}
    assert columns["patient"] == "Subject" and columns["sample"] == "Sample ID" and columns["fastq_2"] == "File R2"
    assert columns["status"] == "Tissue" and columns["cram"] == ""
    meanings = {(item["role"], item["value"]): item["meaning"] for item in choice["values"]}
    assert meanings["status", "tumor"] == meanings["status", "metastasis"] == "1" and meanings["status", "blood"] == "0"
    assert meanings["sex", "f"] == "XX" and meanings["sex", "m"] == "XY"


def test_an_unclear_column_is_asked_for_and_never_defaulted(tmp_path, shared):
    text = "sample,patient,status\nP1a,P1,A\nP1b,P1,B\n"
    choice = prepare(table_facts(tmp_path, shared, "sarek", text), "sheet_columns").ruled["choice"]
    assert {item["role"]: item["column"] for item in choice["columns"]}["status"] in ("?", "status")
    assert all(item["meaning"] == "?" for item in choice["values"] if item["role"] == "status")
    ruled = prepare(table_facts(tmp_path, shared, "rnaseq"), "sheet_columns").ruled
    assert {item["role"]: item["column"] for item in ruled["choice"]["columns"]}["strandedness"] == "?"
    assert ruled["confidence"] == "low"


def test_names_of_samples_and_donors_stay_here(tmp_path, shared):
    sent = prepare(table_facts(tmp_path, shared, "sarek"), "sheet_columns").request.content
    assert "Miller" not in sent and "Smith" not in sent and "Tissue" in sent


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["columns"].pop(), "each column of the sample sheet once"),
        (lambda c: c["columns"][0].update(column="Tumour?"), "expected one of"),
        (lambda c: c["values"][0].update(meaning="2"), "expected one of"),
        (lambda c: c["values"].append({"role": "status", "value": "Miller", "meaning": "1"}), "a value of the column"),
        (lambda c: c["columns"][0].update(extra="x"), "not part of the choice"),
        (lambda c: c.update(columns="all"), "expected a list"),
    ],
)
def test_other_choices_are_refused(tmp_path, shared, change, why):
    prepared = prepare(table_facts(tmp_path, shared, "sarek"), "sheet_columns")
    choice = json.loads(json.dumps(prepared.ruled["choice"]))
    change(choice)
    assert why in "; ".join(refusals(prepared.question, prepared.bounds, choice, prepared.facts))


@pytest.mark.parametrize(
    ("data", "name", "parameters"),
    [
        ({"assay": "bulk RNA-seq", "organism": "human"}, "rnaseq", {"genome": "GRCh38"}),
        ({"read_length_1": 28, "read_length_2": 91, "chemistry": "10XV3"}, "scrnaseq", {"protocol": "10XV3"}),
        ({"assay": "exome", "targeted": True, "tumour_samples": 2}, "sarek", {"wes": "true", "tools": "mutect2"}),
        ({"assay": "ATAC-seq", "read_length_1": 76, "organism": "mouse"}, "atacseq", {"genome": "GRCm38", "read_length": "75"}),
        ({"samples": 4, "paired": True}, "?", {}),
        ({"assay": "mass spectrometry"}, "?", {}),
    ],
)
def test_the_pipeline_is_the_one_that_says_it_is_for_this(schemas, data, name, parameters):
    facts = {fact.id: fact for fact in pipeline.facts(pipeline.report(schemas, data), "x.json")}
    choice = prepare(facts, "pipeline_choice").ruled["choice"]
    assert choice["pipeline"] == name
    assert {item["name"]: item["value"] for item in choice["parameters"]} == parameters


@pytest.mark.parametrize(
    ("parameter", "value", "why"),
    [
        ("aligner", "magic", "expected one of star_salmon"),
        ("alinger", "hisat2", "expected one of"),
        ("genome", "hg99", "expected one of AGPv3"),
        ("min_mapped_reads", "many", "a value of type number"),
        ("skip_trimming", "perhaps", "true or false"),
        ("step", "annotate", "none of rnaseq"),
    ],
)
def test_parameters_are_held_to_the_chosen_pipelines_schema(schemas, parameter, value, why):
    facts = {fact.id: fact for fact in pipeline.facts(pipeline.report(schemas, {"assay": "rna"}), "x.json")}
    prepared = prepare(facts, "pipeline_choice")
    choice = {"pipeline": "rnaseq", "parameters": [{"name": parameter, "value": value}]}
    assert why in "; ".join(refusals(prepared.question, prepared.bounds, choice, prepared.facts))


def test_a_decision_file_is_written_with_and_without_a_run_folder(tmp_path, shared):
    facts = table_facts(tmp_path, shared, "sarek")
    first = decide_at(tmp_path / "sheet_columns.json", "sheet_columns", facts, "rules")
    again = decide_at(tmp_path / "sheet_columns.json", "sheet_columns", facts, "rules")
    assert not first.replayed and again.replayed and again.choice == first.choice
    run = RunFolder(tmp_path / "run").create()
    schema = json.loads((shared / "nfcore/sarek/assets/schema_input.json").read_text())
    sheet.station(run, read_table(tmp_path / "samples.csv"), sheet.roles(schema))
    assert decide(run, "sheet_columns", "rules").choice == first.choice


def test_known_words_inside_names_are_told_from_initials():
    assert tokens("P001_tumor_S1") == [("tumor", "tumour")] and tokens("P1_T") == [("T", "tumour")] and tokens("F_M_17") == []
    assert shape("P001_tumor_S1") == "A9_tumor_A9"


def test_a_table_that_is_none_is_refused(tmp_path):
    for text, why in (
        ("\n", "nothing in it"),
        ("a,a\n1,2\n", "twice"),
        ("a,,b\n1,2,3\n", "without a name"),
        ("a,b\n1,2,3\n", "3 cells"),
    ):
        (tmp_path / "t.csv").write_text(text)
        with pytest.raises(BadInput, match=why):
            read_table(tmp_path / "t.csv")
