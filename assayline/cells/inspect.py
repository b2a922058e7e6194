"""The gate: says with evidence what a matrix is, and refuses what the later stations could only get wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.cells import genes
from assayline.cells.read import Matrix, read
from assayline.cells.values import Values, judge
from assayline.errors import Refused
from assayline.json_files import file_digest

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "assayline/cells-inspect/1"
RAW_SHARE, RAW_COUNTS, RAW_CELLS = 0.5, 100, 5000
PANEL_GENES = 2000
ORIENTATIONS = ("cells-by-genes", "genes-by-cells")
NEXT = {
    "scaled": "Give the matrix before scaling: the unscaled values cannot be had back.",
    "log": (
        "Give the raw counts, in X, raw or layers['counts']: a log of normalised values no longer says how deep a cell was read."
    ),
    "normalised": "Give the matrix before normalisation.",
    "corrected": "Give the counts before the correction; corrected values may stand beside them in another layer.",
    "empty": "Check the export: no gene is expressed in any cell.",
}


@dataclass(slots=True)
class Inspection:
    """What the gate found: `data` is an AnnData (counts in X and layers['counts']) or None if refused; `report` is plain JSON."""

    data: Any
    report: dict[str, Any]
    findings: list[Finding]

    @property
    def accepted(self) -> bool:
        """Whether later stations may use the matrix."""
        return bool(self.report["verdict"]["accepted"])


def inspect(
    path: Path, *, orientation: str | None = None, sample_key: str | None = None, metadata: Path | None = None
) -> Inspection:
    """Read a matrix and judge it; never raises for what the matrix is, only for what cannot be read (`BadInput`)."""
    candidates = [_oriented(matrix, orientation) for matrix in read(path)]
    judged = [(matrix, basis, judge(matrix.values)) for matrix, basis in candidates]
    chosen = next((item for item in judged if item[2].kind == "counts"), judged[-1])
    matrix, basis, values = chosen
    findings = [Finding("matrix-note", note, path.name) for note in matrix.notes]
    if matrix.place != "X" and len(judged) > 1:
        findings.append(
            Finding("counts-elsewhere", f"X holds {judged[-1][2].kind} values; the counts in {matrix.place} are used.", path.name)
        )
    identifiers = genes.identify(matrix.columns)
    report: dict[str, Any] = {"schema": SCHEMA, "source": {"file": path.name, "place": matrix.place}}
    if path.is_file():
        report["source"]["sha256"] = file_digest(path)
    report |= {"cells": len(matrix.rows), "genes": len(matrix.columns), "orientation": basis}
    report |= {
        "values": values.to_json(),
        "identifiers": {"kind": identifiers.kind, "species": identifiers.species, "basis": identifiers.basis},
    }
    report["duplicates"] = {"cells": _repeated(matrix.rows), "genes": _repeated(matrix.columns)}
    report["coverage"] = "targeted panel" if len(matrix.columns) < PANEL_GENES else "whole transcriptome"
    report["droplets"] = _droplets(matrix.values)
    reasons = _refusals(report, values, basis)
    report["verdict"] = {
        "accepted": not reasons,
        "refused_because": [why for why, _ in reasons],
        "next": [step for _, step in reasons],
    }
    if reasons:
        return Inspection(None, report, findings)
    data = _annotated(matrix, report, findings, sample_key, metadata)
    return Inspection(data, report, findings)


def require(inspection: Inspection, path: Path) -> None:
    """Raise `Refused` (status 9) with what was found and what to do, unless the gate accepted the matrix."""
    verdict = inspection.report["verdict"]
    if not verdict["accepted"]:
        raise Refused(
            what=path,
            found="; ".join(verdict["refused_because"]),
            expected="raw counts of called cells",
            next=" ".join(verdict["next"]),
        )


def _oriented(matrix: Matrix, asked: str | None) -> tuple[Matrix, dict[str, str]]:
    """The matrix with cells as rows, and which way it stood and why; `value` is 'unknown' when nothing tells."""
    rows, columns = genes.identify(matrix.rows), genes.identify(matrix.columns)
    if asked:
        transposed, why = asked == ORIENTATIONS[1], "as asked"
    elif columns.genes and not rows.genes:
        transposed, why = False, f"columns: {columns.basis}"
    elif rows.genes and not columns.genes:
        transposed, why = True, f"rows: {rows.basis}"
    elif rows.kind == "barcode" and columns.kind != "barcode":
        transposed, why = False, f"rows: {rows.basis}"
    elif columns.kind == "barcode" and rows.kind != "barcode":
        transposed, why = True, f"columns: {columns.basis}"
    elif matrix.cells_are_rows is not None:
        transposed, why = not matrix.cells_are_rows, "as the file format prescribes; the names do not tell"
    else:
        return matrix, {"value": "unknown", "basis": f"rows: {rows.basis}; columns: {columns.basis}"}
    if transposed:
        matrix = Matrix(
            matrix.values.T.tocsr(), matrix.columns, matrix.rows, matrix.place, cells_are_rows=True, notes=matrix.notes
        )
    return matrix, {"value": ORIENTATIONS[transposed], "basis": why}


def _droplets(values: Any) -> dict[str, Any]:
    totals = np.asarray(values.sum(axis=1)).ravel()
    low = float((totals < RAW_COUNTS).mean()) if len(totals) else 0.0
    raw = len(totals) >= RAW_CELLS and low > RAW_SHARE
    return {"kind": "raw droplets" if raw else "called cells", "below_100_counts": low}


def _refusals(report: dict[str, Any], values: Values, orientation: dict[str, str]) -> list[tuple[str, str]]:
    """Every reason to refuse, each with the next step."""
    reasons = []
    if orientation["value"] == "unknown":
        reasons.append(
            (
                f"nothing tells cells from genes ({orientation['basis']})",
                f"Say which it is with --orientation {'|'.join(ORIENTATIONS)}.",
            )
        )
    if values.kind != "counts":
        reasons.append((f"{values.kind} values, not counts: {values.basis}", NEXT[values.kind]))
    if values.kind == "counts" and report["droplets"]["kind"] == "raw droplets":
        share = report["droplets"]["below_100_counts"]
        why = f"a raw droplet matrix: {share:.0%} of {report['cells']} barcodes have fewer than {RAW_COUNTS} counts"
        reasons.append(
            (why, "Give the matrix of called cells (`filtered_feature_bc_matrix`): calling cells is not supported yet.")
        )
    for axis, names in report["duplicates"].items():
        if names:
            reasons.append(
                (f"{len(names)} names of {axis} stand twice (first '{names[0]}')", f"Make the names of {axis} unique.")
            )
    if report["cells"] < 2 or report["genes"] < 2:
        reasons.append((f"{report['cells']} cells × {report['genes']} genes", "Give a matrix of several cells and genes."))
    return reasons


def _repeated(names: list[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1][:20]


def _annotated(
    matrix: Matrix, report: dict[str, Any], findings: list[Finding], sample_key: str | None, metadata: Path | None
) -> Any:
    """The AnnData that later stations read: whole counts, gene classes, per-cell sample and depth."""
    import anndata
    import pandas

    from assayline.cells.samples import join

    counts = matrix.values.astype(np.float64)
    counts.data = np.round(counts.data)
    counts = counts.astype(np.float32)
    counts.eliminate_zeros()
    mito, how = genes.mitochondrial(matrix.columns)
    spelling = matrix.symbols or matrix.columns
    var = pandas.DataFrame(
        {"mitochondrial": mito, "ribosomal": genes.ribosomal(spelling), "haemoglobin": genes.haemoglobin(spelling)}
    )
    var.index = pandas.Index(matrix.columns, dtype=object)
    if matrix.symbols:
        var["symbol"] = matrix.symbols
    obs, samples = join(matrix, sample_key, metadata)
    report["samples"] = samples
    others = sum(name.upper().startswith("MT-") for name in spelling) - sum(mito) * (how == "symbol" or bool(matrix.symbols))
    report["mitochondrial"] = {"found": int(sum(mito)), "of": 13, "by": how, "others_not_counted": max(0, int(others))}
    if others > 0:
        words = (
            f"{others} mitochondrial rRNA and tRNA genes are not part of the mitochondrial share: it "
            "counts the 13 protein-coding genes."
        )
        findings.append(Finding("mitochondrial-rna", words))
    if not any(mito):
        findings.append(
            Finding(
                "no-mitochondrial-genes", "No mitochondrial gene was found: no limit on their share can be set.", level="warning"
            )
        )
    data = anndata.AnnData(counts, obs=obs, var=var, layers={"counts": counts.copy()})
    _measure(data)
    if report["values"]["deviation"] > 0:
        findings.append(
            Finding("rounded", f"Values differ from whole numbers by at most {report['values']['deviation']:.0e}; rounded.")
        )
    return data


def _measure(data: Any) -> None:
    """Write counts, genes and the shares of mitochondrial, ribosomal and haemoglobin counts into `obs`, if such genes exist."""
    counts = data.layers["counts"]
    totals = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    data.obs["counts"] = totals
    data.obs["genes"] = counts.getnnz(axis=1)
    for name in ("mitochondrial", "ribosomal", "haemoglobin"):
        if not data.var[name].any():
            continue
        part = np.asarray(counts[:, np.flatnonzero(data.var[name])].sum(axis=1), dtype=np.float64).ravel()
        data.obs[f"{name}_share"] = np.divide(part, totals, out=np.zeros_like(part), where=totals > 0)
