"""Evaluation and QC sheets of Biacore Insight: fitted models, calculated concentrations, and how the data were processed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allotrope.envelope import CUSTOM, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allotrope.envelope import Node
    from allotrope.grid import Grid
    from allotrope.record import Record

PROCESSING = (
    "Blank subtraction",
    "Molecular weight adjustment",
    "Capture/ligand adjustment",
    "Adjustment for controls",
    "Curve analysis",
)
FITTED = (
    ("binding on rate measurement datum (kon)", "M-1s-1", "ka (1/Ms)"),
    ("binding off rate measurement datum (koff)", "s^-1", "kd (1/s)"),
)


def sheet(sheets: dict[str, Grid], *starts: str) -> list[Grid]:
    """The sheets whose names start so; exports write `QC - X`, `QC-X` and `QC- X`."""
    wanted = [re.sub(r"\s*-\s*", "-", start).strip() for start in starts]
    return [
        grid for name, grid in sheets.items() if any(re.sub(r"\s*-\s*", "-", name).strip().startswith(start) for start in wanted)
    ]


def rows(grid: Grid, first: str) -> Iterator[Record]:
    """The rows of the table whose header starts with a label."""
    header = grid.find(first)
    if header is not None:
        yield from grid.table(header).records()


def key(place: str, capture: str, analyte: str) -> str:
    """What a fitted model belongs to: channel or flow cell, captured ligand, analyte."""
    return f"{place} | {capture} | {analyte}"


def models(sheets: dict[str, Grid]) -> dict[str, list[Record]]:
    """Key → the rows of fitted models."""
    found = sheet(sheets, "Evaluation - Kinetics") or sheet(sheets, "Affinity")[:1]
    table: dict[str, list[Record]] = {}
    for grid in found:
        for record in rows(grid, "Group"):
            analyte = record.peek("Single cycle kinetics 1 Solution", "Analyte 1 Solution")
            table[key(record.peek("Channel", "Flow cell"), record.peek("Capture 1 Solution"), analyte)] = [record]
    return table


def concentrations(sheets: dict[str, Grid]) -> dict[tuple[str, str, str], Record]:
    """Cycle, flow cell and solution → the row with the calculated concentration; the last evaluation that has one counts."""
    found: dict[tuple[str, str, str], Record] = {}
    for grid in sheet(sheets, "Evaluation - Trend_") + sheet(sheets, "Evaluation - Preced_"):
        for record in rows(grid, "Cycle"):
            if record.peek("Calculated conc. (µg/ml)"):
                found[record.peek("Cycle"), record.peek("Flow cell"), record.peek("Solution")] = record
    return found


def processing(sheets: dict[str, Grid]) -> dict[str, Any]:
    """How the data were processed, from the first QC sheet that says so."""
    for name in ("QC - Capture baseline", "QC - Capture level", "QC - Binding to reference"):
        for grid in sheet(sheets, name):
            start = grid.find("Blank subtraction")
            if start is not None:
                return grid.pairs(range(start, len(grid.rows))).keep(*PROCESSING)
    return {}


def processed(record: Record, settings: dict[str, Any]) -> list[Node]:
    """Processed data documents of a row: the kinetics model and the affinity model, whichever it holds."""
    found = []
    for kind, number in (("Kinetics", ""), ("Affinity", ".1")):
        model = record.text(f"{kind} model")
        if model is None:
            continue
        node: Node = {}
        if kind == "Kinetics":
            for name, unit, label in FITTED:
                put(node, name, record.number(label), unit)
        put(node, "equilibrium dissociation constant (KD)", record.number(f"KD (M){number}", "KD (M)"), "M")
        put(node, "maximum binding capacity (Rmax)", record.number(f"Rmax (RU){number}", "Rmax (RU)"), "RU")
        label = "Affinity" if "affinity" in model.lower() else "Kinetics"
        put(node, f"{CUSTOM}/{label} Chi squared", record.number(f"{kind} Chi² (RU²)"), "RU^2")
        put(node, f"{CUSTOM}/tc", record.number("tc"), "(unitless)")
        put(node, f"{CUSTOM}/U-value", record.number("U-value") if kind == "Kinetics" else None, "(unitless)")
        put(node, f"{CUSTOM}/offset", record.number("offset (RU)") if kind == "Affinity" else None, "RU")
        stated = {
            "Acceptance State": record.text("Acceptance state"),
            "Curve Markers": record.text("Curve markers"),
            "Kinetics Model": model,
        }
        node["data processing document"] = settings | {name: value for name, value in stated.items() if value}
        found.append(node)
    return found
