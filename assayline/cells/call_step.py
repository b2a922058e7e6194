"""Cell calling of raw droplets in a run folder: the called cells go on, every barcode's test is kept as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.errors import Refused
from assayline.evidence import publish
from assayline.json_files import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.cells.droplets import Called
    from assayline.cells.inspect import Inspection
    from assayline.run_folder import RunFolder

SCHEMA = "assayline/cells-droplets/1"
STRONGEST = 10


def call_cells(run: RunFolder, found: Inspection, source: Path, lower: float | None, seed: int, chemistry: str | None) -> None:
    """Leave only called cells in an inspection of raw droplets; write droplets.json, droplets.parquet, a figure and evidence.

    Raises `Refused` where a sample has no empty droplets or no cells.
    """
    from assayline.cells.blocks import marked_rows
    from assayline.cells.droplets import RATE
    from assayline.cells.facts_inspect import droplets_facts
    from assayline.cells.loading import expectation, stated
    from assayline.cells.plots_droplets import droplets_figure

    assert found.measured is not None
    lower = _lower(found.report, found.findings) if lower is None else lower
    values = found.data.layers["counts"] if found.stored is None else found.stored
    called = _by_sample(found, values, source, lower, seed)
    cell = np.any([one.cell for one in called.values()], axis=0)
    rows = [_row(name, one) for name, one in called.items()]
    report = {"schema": SCHEMA, "barcodes": len(cell), "called": int(cell.sum()), "rate": RATE, "seed": seed, "samples": rows}
    _table(run, found, called)
    write_json(run.cells / "droplets.json", report)
    publish(run, "cells.droplets", droplets_facts(report))
    droplets_figure(run, called)
    if found.stored is None:
        found.data = found.data[cell].copy()
    else:
        import anndata
        import scipy.sparse as sparse

        counts = sparse.vstack(list(marked_rows(found.stored, cell)), format="csr").astype(np.float32)
        found.data = anndata.AnnData(counts, obs=found.data.obs[cell], var=found.data.var, layers={"counts": counts.copy()})
        found.stored = None
    found.data.var["seen_in"] = found.data.layers["counts"].getnnz(axis=0)
    profiles = {name: one.ambient.share for name, one in called.items()}
    found.data.varm["ambient"] = _profiles(profiles, found.data.var_names)
    sizes = {row["sample"]: row["called"] for row in rows}
    found.report |= {
        "cells": int(cell.sum()),
        "doublets": expectation(sizes, chemistry, stated(found.data.obs)),
        "ambient": _ambient(found, profiles),
    }
    found.report["samples"]["cells"] = list(sizes.values())
    obs = found.data.obs
    found.report["depth"] = {"median_counts": float(obs["counts"].median()), "median_genes": float(obs["genes"].median())}
    words = (
        f"{report['called']} of {report['barcodes']} barcodes of raw droplets were called as cells; the others went no further."
    )
    found.findings.append(Finding("cells-called", words, source.name))


def _lower(report: dict[str, Any], findings: list[Finding]) -> float:
    """100 counts for a whole transcriptome, as emptyDrops takes it; for a panel three times what the usual barcode has."""
    from assayline.cells.droplets import LOWER

    if report["coverage"] == "whole transcriptome":
        return LOWER
    lower = float(max(2, math.ceil(3 * report["droplets"].get("usual", 1.0))))
    words = f"A panel has fewer counts than a whole transcriptome: barcodes of at most {lower:g} counts are taken as empty."
    findings.append(Finding("lower-for-panel", words))
    return lower


def _by_sample(found: Inspection, values: Any, source: Path, lower: float, seed: int) -> dict[str, Called]:
    from assayline.cells.droplets import call

    assert found.measured is not None
    totals, seen = found.measured.totals, found.measured.seen > 0
    sample = found.data.obs["sample"].astype(str).to_numpy()
    called = {}
    for name in found.report["samples"]["names"]:
        try:
            called[name] = call(values, totals, sample == name, seen, lower=lower, seed=seed)
        except ValueError as error:
            raise Refused(
                what=f"{source}: sample '{name}'",
                found=str(error),
                expected="empty droplets below and cells above that number of counts",
                next="Give --lower, or the matrix of called cells.",
            ) from error
        if not called[name].cell.any():
            raise Refused(
                what=f"{source}: sample '{name}'",
                found="no barcode unlike the ambient profile",
                expected="some cells",
                next="Check the library.",
            )
    return called


def _row(name: str, one: Called) -> dict[str, Any]:
    tested = ~np.isnan(one.p)
    above = int((one.cell & (one.p == 0.0)).sum())
    body: dict[str, Any] = {"sample": name, "lower": one.lower, "tested": int(tested.sum()), "called": int(one.cell.sum())}
    body |= {
        "above_knee": above,
        "rescued": int(one.cell.sum()) - above,
        "knee": one.curve.knee,
        "inflection": one.curve.inflection,
    }
    return body | {"alpha": one.ambient.alpha, "empty": one.ambient.barcodes, "ambient_counts": one.ambient.counts}


def _table(run: RunFolder, found: Inspection, called: dict[str, Called]) -> None:
    """Every barcode with more counts than an empty one: its test and whether it is a cell."""
    import pandas

    from assayline.cells.steps import write_parquet

    assert found.measured is not None
    parts = []
    for name, one in called.items():
        own = np.flatnonzero(~np.isnan(one.p))
        part = {"barcode": found.data.obs_names[own], "sample": name, "counts": found.measured.totals[own]}
        parts.append(pandas.DataFrame(part | {"p": one.p[own], "false_discovery_rate": one.rate[own], "cell": one.cell[own]}))
    write_parquet(pandas.concat(parts, ignore_index=True), run.tables / "droplets.parquet")


def _profiles(profiles: dict[str, Any], genes: Any) -> Any:
    import pandas

    return pandas.DataFrame(profiles, index=genes)


def _ambient(found: Inspection, profiles: dict[str, Any]) -> dict[str, Any]:
    """The strongest genes of the ambient profile over all samples, by symbol where there is one."""
    mean = np.mean(list(profiles.values()), axis=0)
    var = found.data.var
    spelt = var["symbol"] if "symbol" in var else var.index.to_series()
    strongest = np.argsort(-mean, kind="stable")[:STRONGEST]
    because = "empty droplets are in the matrix"
    body: dict[str, Any] = {"known": True, "because": because, "strongest": [str(spelt.iloc[index]) for index in strongest]}
    for kind in ("mitochondrial", "haemoglobin"):
        if var[kind].any():
            body[f"{kind}_share"] = float(mean[var[kind].to_numpy()].sum())
    return body
