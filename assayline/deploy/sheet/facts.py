"""What a metadata table says of each sample, in the words of the pipeline's columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assayline.deploy.errors import Unclear
from assayline.deploy.sheet.advice import Advice, advice
from assayline.deploy.sheet.kits import STRANDED, strandedness
from assayline.deploy.sheet.status import status_value
from assayline.errors import BadInput
from assayline.facts.table import Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from allotrope.errors import Finding
    from assayline.deploy.sheet.columns import Columns
    from assayline.run_folder import RunFolder

KEYS = ("sample", "sample_id", "sampleid", "sample_name", "id", "name", "library", "run", "run_accession", "file")
RUNS = ("run", "run_accession", "srr")
PATIENTS = ("patient", "patient_id", "donor", "donor_id", "individual", "subject", "subject_id", "case", "case_id")
STATUSES = ("status", "tumor_normal", "tumour_normal", "tissue_type", "sample_type")
LIBRARIES = ("strandedness", "kit", "library_kit", "library_preparation", "library_protocol", "protocol", "library_strategy_kit")


@dataclass(slots=True)
class Facts:
    """Column → value by sample, and the sample of each run; `used` are the table's rows that some file asked for."""

    by_sample: dict[str, dict[str, str]] = field(default_factory=dict)
    sample_of_run: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    path: Path | None = None

    def of(self, sample: str) -> dict[str, str]:
        """What the table says of a sample; empty where it says nothing."""
        return self.by_sample.get(sample, {})


def tidy(name: str) -> str:
    """A column's name as it is compared."""
    return "_".join(name.strip().lower().replace("-", " ").replace(".", " ").split())


def read_facts(path: Path | None, columns: Columns, run: RunFolder | None = None, by: str = "auto") -> Facts:
    """The table's values under the pipeline's names; raises BadInput and Unclear for a table that cannot be used.

    What names leave open the advisor tells; a decision of a run is followed before names.
    """
    if path is None:
        return Facts()
    table = read_table(path, "a table with a row for each sample")
    told = advice(table, columns, run, by)
    header = {tidy(name): name for name in table.header}
    key = _key(table, header, columns, told)
    facts = Facts(findings=[*table.findings, *told.findings], path=path)
    for number, row in zip(table.lines, table.rows, strict=True):
        if key not in row:
            raise BadInput(what=f"{path}: line {number}", found="no sample", expected="a name", next="Complete it.")
        named, advised = _translated({tidy(name): value for name, value in row.items()}, columns), told.translated(row)
        advised.pop(columns.sample, None)
        values = named | advised if told.decided else advised | named
        run_name = next((row[header[name]] for name in RUNS if name in header and header[name] in row), "")
        if run_name:
            facts.sample_of_run[run_name] = row[key]
        before = facts.by_sample.setdefault(row[key], values)
        differs = [name for name in values if name in before and before[name] != values[name]]
        if differs:
            found = f"sample {row[key]} with {differs[0]} {before[differs[0]]} and {values[differs[0]]}"
            raise Unclear(what=f"{path}: line {number}", found=found, expected="one value a sample", next="Correct the table.")
        before |= values
    return facts


def _key(table: Table, header: dict[str, str], columns: Columns, told: Advice) -> str:
    """The column that names the sample; raises BadInput when there is none, or a spreadsheet program has changed it."""
    named = next((header[name] for name in (columns.sample, *KEYS) if name in header), None)
    key = named or told.sources.get(columns.sample)
    if key is None:
        raise BadInput(
            what=f"{table.path}: line 1",
            found=", ".join(table.header),
            expected=f"a column that names the sample ({', '.join(KEYS[:5])})",
            next="Name that column 'sample'.",
        )
    suspect = table.dates({key})
    if suspect:
        raise BadInput(
            what=f"{table.path}: {suspect[0]}",
            found="a date or a power of ten",
            expected="a sample's name",
            next="Undo the change of the spreadsheet program: keep that column as text.",
        )
    return key


def _translated(row: dict[str, str], columns: Columns) -> dict[str, str]:
    """A row under the names of the pipeline's columns; what has no column there is left out."""
    known = {tidy(name): name for name in columns.properties}
    values = {known[name]: value for name, value in row.items() if name in known}
    if "patient" in columns.properties:
        patient = next((row[name] for name in PATIENTS if name in row), "")
        values |= {"patient": patient} if patient else {}
    if "status" in columns.properties:
        said = next((found for name in STATUSES if name in row and (found := status_value(row[name])) is not None), None)
        values.pop("status", None)
        values |= {"status": str(said)} if said is not None else {}
    if "strandedness" in columns.properties:
        words = [row[name] for name in LIBRARIES if name in row]
        strand = next((text.lower() if text.lower() in STRANDED else strandedness(text) for text in words if text), None)
        values |= {"strandedness": strand or "auto"} if words else {}
    return values
