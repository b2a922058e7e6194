"""What each step needs of its input, and why the gate says no: one table, so that no step finds out by itself or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assayline.cells.orient import ORIENTATIONS
from assayline.errors import Refused

if TYPE_CHECKING:
    from assayline.run_folder import RunFolder

FEWEST_GENES = 3  # expressed genes below which a matrix has no components to place cells by
NEXT = {
    "scaled": "Give the matrix before scaling: the unscaled values cannot be had back.",
    "log": "Give the raw counts, in X, raw or layers['counts']: a log of normalised values no longer says how deep a cell was.",
    "normalised": "Give the matrix before normalisation.",
    "corrected": "Give the counts before the correction; corrected values may stand beside them in another layer.",
    "binary": "Give the counts from which presence was called.",
    "broken": "Look for divisions by zero in what made the matrix, or give the raw counts.",
    "empty": "Check the export: no gene is expressed in any cell.",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a step takes: kinds of values and of barcodes, whether it needs an answerable design, and the fewest cells."""

    values: tuple[str, ...] = ("counts",)
    barcodes: tuple[str, ...] = ("called cells",)
    design: bool = False
    cells: int = 2


NEEDS = {
    "droplets": Need(barcodes=("raw droplets",)),
    "qc": Need(),
    "doublets": Need(cells=100),
    "train": Need(cells=30),
    "compare-conditions": Need(design=True),
    "compare-clusters": Need(cells=20),
}


def require_input(step: str, report: dict[str, Any], what: object) -> None:
    """Raise `Refused` (status 9) where the gate's report says that the input is not what the step needs."""
    need = NEEDS[step]
    problems: list[tuple[str, str, str]] = []
    kind, barcodes = report["values"]["kind"], report["droplets"]["kind"]
    if kind not in need.values:
        problems.append((f"{kind} values", " or ".join(need.values), NEXT.get(kind, "Give raw counts.")))
    if barcodes not in need.barcodes:
        called = "Call cells first: `assayline cells inspect MATRIX --run DIR` does for raw droplets."
        problems.append((barcodes, " or ".join(need.barcodes), called))
    if report["cells"] < need.cells:
        problems.append((f"{report['cells']} cells", f"at least {need.cells}", "Give more cells."))
    plan = report.get("design", {})
    if need.design and not plan.get("answerable"):
        step_next = "Name the columns with --condition-key and --donor-key, or compare clusters, which needs no replicates."
        problems.append((str(plan.get("because", "no design")), "conditions with donors as replicates", step_next))
    if problems:
        found, expected, following = (list(column) for column in zip(*problems, strict=True))
        raise Refused(what=what, found="; ".join(found), expected="; ".join(expected), next=" ".join(following))


def require_station(run: RunFolder, step: str) -> dict[str, Any]:
    """The gate's report of a run folder, once it says that the step's needs are met; raises `Refused` and `BadInput`."""
    from assayline.json_files import read_json

    report = read_json(run.cells / "inspect.json", "the report of `cells inspect`")
    called = run.cells / "droplets.json"
    if report["droplets"]["kind"] == "raw droplets" and called.is_file():
        report["droplets"] = {"kind": "called cells"}
        report["cells"] = read_json(called, "the report of cell calling")["called"]
    require_input(step, report, run.cells / "inspect.json")
    return report


def refusals(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Every reason for the gate to refuse a matrix, each with the next step."""
    reasons = []
    orientation, values = report["orientation"], report["values"]
    if orientation["value"] == "unknown":
        choose = f"Say which it is with --orientation {'|'.join(ORIENTATIONS)}."
        reasons.append((f"nothing tells cells from genes ({orientation['basis']})", choose))
    if values["kind"] != "counts":
        reasons.append((f"{values['kind']} values, not counts: {values['basis']}", NEXT[values["kind"]]))
    for axis, names in report["duplicates"].items():
        if names:
            why = f"{len(names)} names of {axis} stand twice (first '{names[0]}')"
            reasons.append((why, f"Make the names of {axis} unique."))
    if report["cells"] < 2 or report["genes"] < 2:
        reasons.append((f"{report['cells']} cells × {report['genes']} genes", "Give a matrix of several cells and genes."))
    elif values["kind"] == "counts" and report["genes_expressed"] < FEWEST_GENES:
        why = f"{report['genes_expressed']} of {report['genes']} genes are expressed: cells cannot be told apart by them"
        reasons.append((why, "Check the export; give a matrix with the genes that were measured."))
    return reasons
