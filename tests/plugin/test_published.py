"""The behaviours in which docs/plugin.md compares with the published skills, as far as no other test of this project has them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.deploy.layouts import Layout, build

ROOT = Path(__file__).resolve().parents[2]


def sheet(assayline, shared, tmp_path, pipeline: str, files: str) -> list[dict[str, str]]:
    """The rows of the sheet for files of a layout, with names below the folder instead of paths."""
    folder = tmp_path / "reads"
    folder.mkdir()
    build(Layout(0, pipeline, {}, files, "", ()), folder)
    out = tmp_path / "sheet.csv"
    done = assayline("deploy", "sheet", shared / "nfcore" / pipeline, folder, "-o", out, "--json")
    assert done.status == 0, done.err + done.out
    with out.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [{key: value.removeprefix(f"{folder}/") for key, value in row.items()} for row in rows]


def test_x_r1_and_x_r2_are_one_pair(assayline, shared, tmp_path):
    rows = sheet(assayline, shared, tmp_path, "rnaseq", "X_[R1,R2].fastq.gz")
    assert [(row["sample"], row["fastq_1"], row["fastq_2"]) for row in rows] == [("X", "X_R1.fastq.gz", "X_R2.fastq.gz")]


def test_tumour_samples_with_an_illumina_number_keep_their_status(assayline, shared, tmp_path):
    files = "P001_tumor_S1_L001_[R1,R2]_001.fastq.gz P001_normal_S2_L001_[R1,R2]_001.fastq.gz"
    rows = {row["sample"]: row for row in sheet(assayline, shared, tmp_path, "sarek", files)}
    assert set(rows) == {"P001_tumor", "P001_normal"}
    assert {row["patient"] for row in rows.values()} == {"P001"}
    assert (rows["P001_tumor"]["status"], rows["P001_normal"]["status"]) == ("1", "0")


def test_top_up_runs_in_two_folders_are_one_sample_and_no_file_is_lost(assayline, shared, tmp_path):
    rows = sheet(assayline, shared, tmp_path, "rnaseq", "run{1,2}/A_S1_L001_[R1,R2]_001.fastq.gz")
    assert {row["sample"] for row in rows} == {"A"}
    used = {row[column] for row in rows for column in ("fastq_1", "fastq_2")}
    assert used == {f"run{run}/A_S1_L001_{mate}_001.fastq.gz" for run in (1, 2) for mate in ("R1", "R2")}


@pytest.mark.parametrize(
    "name", re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "plugin.md").read_text("utf-8"))
)
def test_every_test_that_the_table_names_exists(name):
    path, function = name
    body = (ROOT / path).read_text("utf-8")
    assert not function or f"def {function}(" in body
