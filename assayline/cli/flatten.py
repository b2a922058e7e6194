"""Turn an ASM document into one flat table: a row a measurement.

Without --output the table goes to stdout as CSV; the ending of the output's name (.parquet, .csv, .xlsx) chooses the format.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import allotrope
from assayline.cli.outcome import Outcome
from assayline.documents import read_asm
from assayline.errors import BadUsage
from assayline.files import refuse_overwrite, write_whole

if TYPE_CHECKING:
    import argparse

    import pyarrow


def arguments(parser: argparse.ArgumentParser) -> None:
    """Document, destination."""
    parser.add_argument("path", type=Path, metavar="FILE", help="an ASM document in JSON")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="a .parquet, .csv or .xlsx file (else CSV on stdout)")
    parser.add_argument("--force", action="store_true", help="replace the output if it is there already")


def csv(table: pyarrow.Table) -> bytes:
    """The table as CSV in UTF-8; text that a spreadsheet would run as a formula gets a leading apostrophe."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow.csv import write_csv

    def safe(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
        if not pa.types.is_string(column.type):
            return column
        return pc.replace_substring_regex(column, r"^([=+@\t\r]|-[^0-9.])", r"'\1")

    buffer = io.BytesIO()
    write_csv(pa.table([safe(column) for column in table.columns], names=table.column_names), buffer)
    return buffer.getvalue()


def run(options: argparse.Namespace) -> Outcome:
    """Flatten and write, or print."""
    output: Path | None = options.output
    if output is not None:
        if output.suffix not in (".parquet", ".csv", ".xlsx"):
            raise BadUsage(
                what="--output", found=output.name, expected="a name ending in .parquet, .csv or .xlsx", next="Rename it."
            )
        refuse_overwrite(output, force=options.force)
    asm = read_asm(options.path)
    table = allotrope.flatten(asm)
    result = {"input": str(options.path), "rows": table.num_rows, "columns": table.column_names}
    if output is None:
        return Outcome([result], text=csv(table).decode())
    if output.suffix == ".csv":
        data = csv(table)
    else:
        from assayline.batch.outputs import OUTPUTS

        data = OUTPUTS[output.suffix[1:]](asm)
    write_whole({output: data}, force=options.force)
    text = f"{options.path} → {output}  {table.num_rows} rows, {table.num_columns} columns"
    return Outcome([result | {"output": str(output)}], text=text)
