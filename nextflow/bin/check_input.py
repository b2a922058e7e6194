#!/usr/bin/env python3
"""Check parameters and sample sheet against the pipeline's schemas, and write the sheet in its plain form.

    check_input.py --parameters P.json --parameter-schema S.json --sheet SHEET --sheet-schema T.json --output samples.csv

A sheet saved by a spreadsheet program (byte-order mark, semicolons or tabs, blank lines) is read all the same. Every problem is
said, not only the first; status 1 if there was one.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jsonschema_rs

from assayline.errors import BadInput
from assayline.facts.table import Table, read_table


def where(error: Any) -> str:
    """The place of a problem: the last word of its path, or nothing."""
    return str(list(error.instance_path)[-1]) if list(error.instance_path) else ""


def said(schema: dict[str, Any], name: str, error: Any) -> str:
    """The schema's own words for a property that is wrong, else the validator's."""
    own = schema.get("properties", {}).get(name, {}).get("errorMessage")
    return str(own) if own else str(error.message)


def check_parameters(given: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Unknown parameters with the nearest name, and values that the schema refuses; what is null is not given."""
    groups = (schema.get("$defs") or {}).values()
    known = {name: body for group in groups for name, body in group.get("properties", {}).items()}
    found = []
    for name in given:
        if name not in known and name.replace("-", "_") not in known:
            near = get_close_matches(name, known, n=1)
            found.append(f"--{name}: found an unknown parameter; expected {f'--{near[0]}' if near else 'one of --help'}")
    values = {name: value for name, value in given.items() if value is not None and name in known}
    whole = {"properties": known}
    for error in jsonschema_rs.validator_for(whole).iter_errors(values):
        name = where(error)
        found.append(f"--{name}: found {values.get(name)!r}; expected: {said(whole, name, error)}")
    for group in groups:
        missing = [name for name in group.get("required", ()) if given.get(name) is None]
        found += [f"--{name}: found nothing; expected a value ({known[name].get('description', '')})" for name in missing]
    return found


def check_sheet(table: Table, schema: dict[str, Any]) -> list[str]:
    """Columns, every cell by the schema, and what only the whole sheet shows: pairs and samples that contradict."""
    row_schema = schema["items"]
    known, required = row_schema["properties"], row_schema.get("required", [])
    name = table.path.name
    absent = [column for column in required if column not in table.header]
    found = [f"{name}: found no column '{column}'; expected it in the header" for column in absent]
    if not table.rows:
        found.append(f"{name}: found no row; expected one for every pair of files")
    if found:
        return found
    validator = jsonschema_rs.validator_for(row_schema)
    files: dict[str, int] = {}
    cells: dict[str, tuple[int, str]] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        at = f"{name}: line {line}"
        typed: dict[str, Any] = {key: value for key, value in row.items() if key in known}
        for key in [key for key in typed if known[key].get("type") == "integer" and typed[key].isdigit()]:
            typed[key] = int(typed[key])
        for error in validator.iter_errors(typed):
            column = where(error)
            given = f"{column}: found {row.get(column, '')!r}; expected: " if column else ""
            found.append(f"{at}: {given}{said(row_schema, column, error)}")
        for key in ("fastq_1", "fastq_2"):
            if row.get(key) and row[key] in files:
                found.append(
                    f"{at}: {key}: found {row[key]!r}, which line {files[row[key]]} has already; expected each file once"
                )
            files.setdefault(row.get(key, ""), line)
        first, before = cells.setdefault(row.get("sample", ""), (line, row.get("expected_cells", "")))
        if row.get("expected_cells", "") != before:
            found.append(
                f"{at}: expected_cells: found {row.get('expected_cells')!r}; expected {before!r} as in line {first} of the sample"
            )
    return found


def main() -> None:
    """Check both and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for word in ("parameters", "parameter-schema", "sheet", "sheet-schema", "output"):
        parser.add_argument(f"--{word}", type=Path, required=True)
    words = parser.parse_args()
    problems = check_parameters(json.loads(words.parameters.read_text()), json.loads(words.parameter_schema.read_text()))
    schema = json.loads(words.sheet_schema.read_text())
    try:
        table = read_table(words.sheet, "a sheet of samples and their reads")
        problems += check_sheet(table, schema)
    except BadInput as error:
        problems.append(str(error))
    if problems:
        print("The input was refused:\n" + "\n".join(f"  {problem}" for problem in problems), file=sys.stderr)
        raise SystemExit(1)
    columns = list(schema["items"]["properties"])
    with words.output.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(table.rows)


if __name__ == "__main__":
    main()
