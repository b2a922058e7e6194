"""Tables as files, pipes and data sets, through the command line; read back by other programs."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from allotrope.tables import tables
from allotrope.writers import tabular
from allotrope.writers.dataset import add, partition
from allotrope.writers.xlsx import dumps
from tests.documents import cell_counting

if TYPE_CHECKING:
    from tests.conftest import Command


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "counts.asm.json"
    path.write_text(json.dumps(cell_counting(3)), encoding="utf-8")
    return path


def measured(asm: dict[str, Any]) -> dict[str, Any]:
    part = asm["cell counting aggregate document"]["cell counting document"][0]["measurement aggregate document"]
    return part["measurement document"][0]  # type: ignore[no-any-return]


def test_csv_on_stdout(assayline: Command, document: Path) -> None:
    done = assayline("flatten", document)
    assert done.status == 0
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["sample identifier"] for row in rows] == ["sample 0", "sample 1", "sample 2"]
    assert json.loads(rows[0]["calculated data"])[0]["name"] == "mean viability"
    assert "calculated (1 rows)" in done.err


@pytest.mark.parametrize("zone", ["", "+02:00", "Z"])
def test_csv_gives_no_zone_to_a_time_without_one(assayline: Command, document: Path, zone: str) -> None:
    asm = json.loads(document.read_bytes())
    for one in asm["cell counting aggregate document"]["cell counting document"]:
        for part in one["measurement aggregate document"]["measurement document"]:
            part["measurement time"] = f"2024-01-08T10:15:59{zone}"
    document.write_text(json.dumps(asm), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(assayline("flatten", document).out)))
    clock = "08:15:59" if zone == "+02:00" else "10:15:59"
    assert {row["measurement time"] for row in rows} == {f"2024-01-08 {clock}.000000{'Z' if zone else ''}"}


def test_a_pipe_in_and_out(assayline: Command, document: Path) -> None:
    done = assayline("flatten", "-", "-o", "-", "--table", "calculated", stdin=document.read_text(encoding="utf-8"))
    assert done.status == 0
    assert [row["calculated data name"] for row in csv.DictReader(io.StringIO(done.out))] == ["mean viability"]


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow", "xlsx"])
def test_a_file_with_its_sidecar(assayline: Command, document: Path, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"out.{ending}"
    assert assayline("flatten", document, "-o", output).status == 0
    assert output.stat().st_size > 0
    columns = json.loads((tmp_path / f"out.{ending}.columns.json").read_bytes())
    assert columns["document"]["sha256"] == hashlib.sha256(document.read_bytes()).hexdigest()
    assert columns["document"]["manifest"].endswith("cell-counting.manifest")
    listed = {column["name"]: column for column in columns["tables"]["measurements"]["columns"]}
    assert listed["viability (cell counter)"]["unit"] == "%"
    assert listed["viability (cell counter)"]["path"].endswith("processed data document/viability (cell counter)")
    refused = assayline("flatten", document, "-o", output)
    assert refused.status == 9
    assert assayline("flatten", document, "-o", output, "--force").status == 0


def test_parquet_keeps_units_and_arrow_is_the_same_table(document: Path, tmp_path: Path) -> None:
    from pyarrow.ipc import open_stream

    table = tables(cell_counting(3)).measurements
    (tmp_path / "t.parquet").write_bytes(tabular.parquet(table))
    back = pq.read_table(tmp_path / "t.parquet")
    assert back.equals(table)
    assert back.schema.field("viability (cell counter)").metadata[b"unit"] == b"%"
    assert open_stream(tabular.arrow(table)).read_all().equals(table)


def test_a_data_set_of_many_documents(assayline: Command, document: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.asm.json"
    other.write_text(json.dumps(cell_counting(5)), encoding="utf-8")
    broken = tmp_path / "broken.asm.json"
    broken.write_text("{", encoding="utf-8")
    done = assayline("flatten", document, other, broken, "-o", tmp_path / "set", "--json")
    assert done.status == 8
    assert [result.get("error") for result in done.envelope["results"]] == [None, None, "not-asm"]
    files = sorted((tmp_path / "set").rglob("*.parquet"))
    assert assayline("flatten", document, "-o", tmp_path / "set").status == 0
    assert sorted((tmp_path / "set").rglob("*.parquet")) == files
    place = "measurements/technique=cell-counting/release=REC-2024-09"
    assert sum(pq.read_metadata(file).num_rows for file in (tmp_path / "set" / place).iterdir()) == 8
    assert not [part for part in (tmp_path / "set").rglob("*") if part.name.startswith(".")]


@pytest.fixture(scope="module")
def corpus(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of one small reference of each format."""
    folder = tmp_path_factory.mktemp("corpus")
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            path = shared / "corpus" / row["reference"]
            if path.stat().st_size < 100_000:
                content = path.read_bytes()
                add(folder, row["case"].replace("/", "-") + ".asm.json", content, json.loads(content))
    return folder


def example(language: str, number: int = 0) -> str:
    """An example of the documentation, so that what it shows is what runs."""
    text = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    return text.split(f"```{language}\n")[number + 1].split("```")[0]


def test_duckdb_reads_all_techniques_at_once(corpus: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    for number in range(2):
        rows = duckdb.sql(
            example("sql", number).replace("lab/", f"{corpus}/").replace("date_trunc('month', now())", "'2000-01-01'")
        ).fetchall()
        assert rows
    counted = duckdb.sql(
        f"select count(*) from read_parquet('{corpus}/measurements/**/*.parquet', union_by_name = true)"
    ).fetchall()
    assert counted[0][0] == sum(pq.read_metadata(file).num_rows for file in (corpus / "measurements").rglob("*.parquet"))


def test_polars_reads_all_techniques_at_once(corpus: Path) -> None:
    pytest.importorskip("polars")
    scope: dict[str, Any] = {}
    exec(example("python").replace('"lab/', f'"{corpus}/'), scope)
    assert scope["table"].height == sum(pq.read_metadata(file).num_rows for file in (corpus / "measurements").rglob("*.parquet"))
    assert scope["table"]["technique"].n_unique() > 5


def test_a_partition_is_named_by_technique_and_release() -> None:
    manifest = "http://purl.allotrope.org/manifests/cell-counting/REC/2024/09/cell-counting.manifest"
    assert partition(manifest) == ("cell-counting", "REC-2024-09")


FORMULAS = ("=1+1", "+1", "@SUM(A1)", "-cmd|' /C calc'!A0", "\t=1")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    from openpyxl import load_workbook

    asm = cell_counting(1)
    measured(asm)["sample document"]["sample identifier"] = text
    measured(asm)["custom information document"] = {text: text}
    book = load_workbook(io.BytesIO(dumps(asm)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert any(cell.value == text.strip("\t") or cell.value == text for cell in book["measurements"]["B"])
    rows = list(csv.DictReader(io.StringIO(tabular.csv(tables(asm).measurements).decode())))
    assert rows[0]["sample identifier"] == f"'{text}"


def test_the_workbook_has_a_sheet_a_table_with_units_in_its_heads() -> None:
    from openpyxl import load_workbook

    asm = cell_counting(3)
    measured(asm)["error aggregate document"] = {"error document": [{"error": "E1", "error feature": "focus"}]}
    measured(asm)["colour"] = "x" * 40_000
    book = load_workbook(io.BytesIO(dumps(asm)))
    assert book.sheetnames[:2] == ["measurements", "error document"]
    assert {"calculated data", "custom information", "other", "cubes", "metadata", "findings"} <= set(book.sheetnames)
    heads = [cell.value for cell in book["measurements"][1]]
    assert heads[:3] == ["measurement identifier", "sample identifier", "measurement time [UTC]"]
    assert "viability (cell counter) [%]" in heads
    assert book["error document"]["A2"].value == "measurement 0"
    codes = {row[1].value for row in book["findings"].iter_rows(min_row=2)}
    assert codes == {"unknown-key", "cell-cut"}
