"""A sheet that a person edited: read whatever a spreadsheet program made of it, and judged as the pipeline would."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from allotrope.errors import Finding
from assayline.deploy.errors import SheetRefused
from assayline.deploy.sheet.check import problems
from assayline.deploy.sheet.columns import Columns
from assayline.deploy.sheet.order import Sheet
from assayline.facts.table import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.deploy.nfcore import Pipeline

MANY = 8


def edited(pipeline: Pipeline, path: Path) -> Sheet:
    """The sheet as the pipeline should read it; raises BadInput for no table and SheetRefused for what it would not take."""
    columns = Columns(pipeline.sheet_schema)
    table = read_table(path, f"a sample sheet of {pipeline.name}")
    findings = list(table.findings)
    files = set(columns.roles.values())
    wrong = [f"{place}: a spreadsheet program changed it" for place in table.dates(set(columns.properties) - files)]
    for name in table.header:
        if name not in columns.properties:
            near = get_close_matches(name, list(columns.properties), 1)
            words = f"column '{name}' is not one of the pipeline's" + (f"; nearest: '{near[0]}'" if near else "")
            findings.append(Finding("unknown-column", words, f"{path}: line 1", "warning"))
            wrong += [words] if near and near[0] in columns.required else []
    wrong += problems(columns, table.rows, infers=pipeline.infers, base=None)
    if wrong:
        more = f"; and {len(wrong) - MANY} more" if len(wrong) > MANY else ""
        raise SheetRefused(pipeline=pipeline.name, count=len(wrong), found="; ".join(wrong[:MANY]) + more)
    used = sum(1 for row in table.rows for name in files if row.get(name))
    return Sheet(columns, table.header, table.rows, [], findings, used)
