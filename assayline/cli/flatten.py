"""Turn ASM documents into tables: one row a measurement, with all that stands above and below it.

Without --output the table goes to stdout as CSV. A name ending in .csv, .parquet, .arrow or .xlsx gets one document, with a
sidecar NAME.columns.json that says what each column is and its unit; `-` is a pipe; any other name is a folder: a data set of all
tables of many documents, which DuckDB and polars read at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allotrope.errors import DeclaredError, Finding
from assayline.cli.outcome import Outcome
from assayline.documents import parse_asm, read_bytes
from assayline.errors import BadUsage, CannotWrite
from assayline.files import refuse_overwrite, write_whole

if TYPE_CHECKING:
    import argparse

    from allotrope.tables import Tables

TABLES = ("measurements", "calculated", "cubes", "components", "metadata")
FORMATS = ("csv", "parquet", "arrow", "xlsx")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Documents, destination, which table."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="an ASM document in JSON; - for one from a pipe")
    parser.add_argument(
        "-o", "--output", metavar="NAME", help="a file, - for a pipe, or the folder of a data set (else CSV on stdout)"
    )
    parser.add_argument("--to", choices=FORMATS[:3], help="format for a pipe (default: csv)")
    parser.add_argument(
        "--table", choices=TABLES, default=TABLES[0], help="which table (default: measurements; a folder gets all)"
    )
    parser.add_argument("--force", action="store_true", help="replace the output if it is there already")


def run(options: argparse.Namespace) -> Outcome:
    """One document to a file or a pipe, or all of them into a data set."""
    name: str | None = options.output
    ending = Path(name or "-").suffix.removeprefix(".")
    if name not in (None, "-") and ending not in FORMATS:
        if options.to is not None:
            raise BadUsage(
                what="--to", found=options.to, expected="a pipe as output", next="A data set is Parquet: leave --to out."
            )
        return _data_set(options.paths, Path(str(name)))
    if len(options.paths) > 1:
        raise BadUsage(
            what="FILE", found=f"{len(options.paths)} documents", expected="one", next="Name a folder with --output for many."
        )
    if name in (None, "-"):
        return _pipe(options)
    return _file(options, Path(str(name)), ending)


def _content(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else read_bytes(path)


def _tables(path: Path) -> tuple[Tables, dict[str, Any], bytes]:
    from allotrope.tables import tables

    content = _content(path)
    asm = parse_asm(content, path)
    return tables(asm), asm, content


def _summary(path: Path, found: Tables) -> dict[str, Any]:
    rows = {name: table.num_rows for name, table in found.items()}
    return {"input": str(path), "manifest": found.manifest, "rows": rows}


def _findings(path: Path, found: Tables, table: str | None) -> list[Finding]:
    """What flattening found, and which tables with rows are not part of the output."""
    listed = [Finding(one.code, one.message, f"{path}: {one.where}", one.level) for one in found.findings]
    others = [f"{name} ({part.num_rows} rows)" for name, part in found.items() if part.num_rows and name != table]
    if table is not None and others:
        message = f"not in this output: {', '.join(others)}; ask for one with --table, or for all with a folder"
        listed.append(Finding("other-tables", message, str(path)))
    return listed


def _pipe(options: argparse.Namespace) -> Outcome:
    from allotrope.writers.tabular import FORMATS as WRITERS

    (path,) = options.paths
    found, _, _ = _tables(path)
    result = _summary(path, found)
    if options.json:
        if options.output == "-":
            raise BadUsage(what="--json", found="both it and a table on stdout", expected="one of them", next="Name a file.")
        table = getattr(found, options.table)
        return Outcome([result | {"columns": table.column_names}], _findings(path, found, options.table))
    sys.stdout.buffer.write(WRITERS[options.to or "csv"](getattr(found, options.table)))
    sys.stdout.buffer.flush()
    return Outcome([result], _findings(path, found, options.table), text="")


def _file(options: argparse.Namespace, output: Path, ending: str) -> Outcome:
    from allotrope.writers.tabular import FORMATS as WRITERS
    from allotrope.writers.tabular import sidecar

    (path,) = options.paths
    beside = output.with_name(f"{output.name}.columns.json")
    for part in (output, beside):
        refuse_overwrite(part, force=options.force)
    found, asm, content = _tables(path)
    if ending == "xlsx":
        from allotrope import validate
        from allotrope.writers.xlsx import workbook

        data, table = workbook(found, validate(asm)), None
    else:
        data, table = WRITERS[ending](getattr(found, options.table)), options.table
    write_whole({beside: sidecar(found, path.name, content), output: data}, force=options.force)
    chosen = getattr(found, options.table)
    text = f"{path} → {output}  {chosen.num_rows} rows, {chosen.num_columns} columns"
    return Outcome([_summary(path, found) | {"output": str(output)}], _findings(path, found, table), text=text)


def _data_set(paths: list[Path], folder: Path) -> Outcome:
    from allotrope.writers.dataset import add

    if folder.exists() and not folder.is_dir():
        raise BadUsage(
            what="--output", found=f"the file {folder}", expected="a folder, or a name with one of the endings", next="Rename it."
        )
    results: list[dict[str, Any]] = []
    findings: list[Finding] = []
    failed: list[int] = []
    rows = 0
    for path in paths:
        try:
            content = _content(path)
            written, found = add(folder, path.name, content, parse_asm(content, path))
        except OSError as error:
            raise CannotWrite(file=error.filename or folder, found=error.strerror or error) from error
        except DeclaredError as error:
            failed.append(error.status)
            results.append({"input": str(path), "error": error.code})
            findings.append(Finding(error.code, str(error), str(path), "error"))
            continue
        rows += found.measurements.num_rows
        results.append(_summary(path, found) | {"outputs": [str(part) for part in written]})
        findings += _findings(path, found, None)
    status = 0 if not failed else failed[0] if len(paths) == 1 else 8
    return Outcome(results, findings, status, f"{len(paths) - len(failed)} documents → {folder}  {rows} measurements")
