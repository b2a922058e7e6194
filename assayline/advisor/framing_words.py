"""A framed problem for people and machines: each question with verdict, reason, better design, and the analysis as settings."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from assayline.advisor.framings import CAN, CANNOT, PARTLY, asked_for, framing
from assayline.advisor.question import Facts, text
from assayline.advisor.statements import check
from assayline.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.run_folder import RunFolder

HEADS = {
    CAN: "These data can answer",
    PARTLY: "These data can answer in part",
    CANNOT: "These data cannot answer",
}


def explained(choice: dict[str, Any], facts: Facts, table: Path, run: RunFolder) -> list[dict[str, Any]]:
    """Every ranked question with why, the design that would answer it, and how to run the analysis it implies."""
    rows = []
    for item in choice["ranked"]:
        one = framing(item["question"])
        verdict = one.judge(facts)
        row = item | {"asks": one.asks, "why": check(verdict.why.template, verdict.why.evidence, facts).text}
        row |= {"design": verdict.design, "asked_for": asked_for(facts, one)}
        if item["answerable"] != CANNOT:
            columns = {role: text(facts, f"design.column.{role}") for role in one.settings if f"design.column.{role}" in facts}
            row |= {"settings": columns, "command": _command(one.analysis, columns, table, run)}
        rows.append(row)
    return rows


def _command(analysis: str, columns: dict[str, str], table: Path, run: RunFolder) -> str:
    """The words of a shell that carry an analysis out."""
    words = ["assayline", "advise", analysis, "--run", str(run.root), "--table", str(table)]
    if analysis == "cells":
        config = [f"metadata={table}", *(f"sample_key={name}" for name in columns.values())]
        words = ["assayline", "run", "lab_to_notebook", "--config", *config]
    else:
        words += [word for role, name in columns.items() for word in ("--column", f"{role}={name}")]
    return shlex.join(words)


def write_settings(rows: list[dict[str, Any]], run: RunFolder) -> list[Path]:
    """One file of settings for each question that can be answered, under tables/framing of the run."""
    import yaml

    made = {
        run.tables / "framing" / f"{row['question']}.yaml": yaml.safe_dump(
            {"question": row["asks"], "columns": row["settings"], "command": row["command"]}, sort_keys=False, allow_unicode=True
        ).encode()
        for row in rows
        if "command" in row
    }
    write_whole(made, force=True)
    return list(made)


def told(rows: list[dict[str, Any]], facts: Facts) -> str:
    """The framing in words of the bench."""
    lines = [_summary(facts)]
    if said := text(facts, "problem.question"):
        lines.append(f"You ask: {said}")
    for answer, head in HEADS.items():
        group = [row for row in rows if row["answerable"] == answer]
        if not group:
            continue
        lines += ["", head]
        for number, row in enumerate(group, 1):
            mark = " (this is what you ask)" if row["asked_for"] else ""
            lines.append(f"  {number}. {row['asks']}{mark}")
            lines.append(f"     {row['why']}")
            if answer != CAN:
                lines.append(f"     What would answer it: {row['design']}")
            if answer != CANNOT:
                lines.append(f"     Value {row['value']}, risk of a wrong conclusion {row['risk']}.")
                lines.append(f"     $ {row['command']}")
    return "\n".join(lines)


def _summary(facts: Facts) -> str:
    """What the table holds, in one line."""
    parts = [f"{facts['design.rows'].value} rows", f"{facts['design.units'].value} {text(facts, 'design.unit')}s"]
    levels = [f"{fact.about['condition']} ({fact.value})" for name, fact in facts.items() if name.startswith("design.level.")]
    if levels:
        parts.append(f"conditions with replicates: {', '.join(levels)}")
    if "design.batches" in facts:
        parts.append(f"{facts['design.batches'].value} batches")
    return "The table holds " + "; ".join(parts) + "."
