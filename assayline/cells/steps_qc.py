"""Quality control as it works in a run folder: filter by decision, with a table of every cell and its reasons."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.cells.facts_qc import qc_facts
from assayline.cells.steps import read_h5ad, station_file, write_h5ad, write_parquet
from assayline.evidence import publish
from assayline.json_files import write_json

if TYPE_CHECKING:
    from assayline.advisor.questions.qc_thresholds import QcThresholds
    from assayline.run_folder import RunFolder

QC_SCHEMA = "assayline/cells-qc/1"
TABLE = ("sample", "counts", "genes", "mitochondrial_share", "ribosomal_share", "doublet_score", "qc_cluster", "kept", "reasons")


def qc_step(
    run: RunFolder, thresholds: dict[str, Any], decision: str, *, seed: int = 0, remove_doublets: bool = True
) -> tuple[dict[str, Any], list[Finding]]:
    """Filter cells/counts.h5ad by decided thresholds; write kept.h5ad, qc.json, a table of all cells with reasons, and evidence.

    `decision` is the digest of the decision file, kept in the report so that a replay can tell whether the run followed it.
    """
    from assayline.advisor.questions.qc_thresholds import QcThresholds
    from assayline.cells.needs import require_station
    from assayline.cells.plots import qc_figure
    from assayline.cells.plots_qc import change_figure

    gate = require_station(run, "qc")
    chosen = QcThresholds(**thresholds)
    head: dict[str, Any] = {"schema": QC_SCHEMA, "decision": {"question": "qc_thresholds", "sha256": decision}}
    head |= {"thresholds": asdict(chosen), "seed": seed}
    data, report, findings = _filtered(run, gate, chosen, seed, remove=remove_doublets)
    report = head | report | {"findings": [finding.to_json() for finding in findings]}
    table = data.obs[[name for name in TABLE if name in data.obs]].astype({"sample": str}).reset_index(names="cell")
    write_parquet(table, run.tables / "cells_qc.parquet")
    write_json(run.cells / "qc.json", report)
    publish(run, "cells.qc", qc_facts(report))
    qc_figure(run, data.obs, report)
    change_figure(run, data.obs, report)
    return report, findings


def _filtered(
    run: RunFolder, gate: dict[str, Any], chosen: QcThresholds, seed: int, *, remove: bool
) -> tuple[Any, dict[str, Any], list[Finding]]:
    """All cells with their fate, the report and findings; writes kept.h5ad."""
    from assayline.cells.qc import judged, sentence, summary

    path = run.cells / "counts.h5ad"
    data, stored = _opened(path)
    flags, found, findings = judged(data.obs, chosen)
    values = data.layers["counts"] if stored is None else stored
    extra: dict[str, Any] = {}
    if remove:
        flags["doublet"], extra["doublets"], more = _doublets(data, values, flags, gate, seed)
        findings += more
    clusters, more = _looked_at(data, values, flags, seed)
    findings += more
    out = sentence(data.obs, flags)
    genes = _seen(values, out, data.var) >= max(1, chosen.minimum_cells_per_gene)
    if stored is None:
        write_h5ad(data[~out][:, genes].copy(), run.cells / "kept.h5ad")
    else:
        from assayline.cells.copying import write_by_blocks

        write_by_blocks(data[~out][:, genes].copy(), stored, run.cells / "kept.h5ad", ~out, genes)
    report = summary(data.obs, flags, found, int(data.n_vars), int(genes.sum())) | {"clusters": clusters} | extra
    report["ambient"] = _ambient(data, values)
    return data, report, findings


def _opened(path: Any) -> tuple[Any, Any]:
    """Cells and genes, and the counts by handle where they are too large for memory."""
    import h5py

    from assayline.cells.blocks import stored

    with station_file(path), h5py.File(path) as file:
        handle = stored(path, file, "layers/counts")
        if handle is not None:
            import anndata
            from anndata.io import read_elem

            return anndata.AnnData(obs=read_elem(file["obs"]), var=read_elem(file["var"])), handle
    return read_h5ad(path), None


def _seen(values: Any, out: Any, var: Any) -> Any:
    """In how many kept cells each gene is seen: of all, less what the removed ones show, so that only these are read again."""
    from assayline.cells.blocks import Stored, marked_rows

    seen = var["seen_in"].to_numpy(dtype=np.int64).copy()
    no_zeros = isinstance(values, Stored) and int(seen.sum()) == int(values.starts[-1])
    for block in marked_rows(values, out, places_only=no_zeros):
        seen -= np.bincount(block.indices[block.data != 0], minlength=len(seen))
    return seen


def _doublets(
    data: Any, values: Any, flags: Any, gate: dict[str, Any], seed: int
) -> tuple[Any, list[dict[str, Any]], list[Finding]]:
    """Calls for every cell, the report of every sample, and findings; what is too large for memory is not scored."""
    from assayline.cells.blocks import Stored
    from assayline.cells.doublets import doublets

    if isinstance(values, Stored):
        words = "The matrix is larger than memory: doublets are not scored. Run quality control sample by sample for it."
        return np.zeros(data.n_obs, dtype=bool), [], [Finding("doublets-not-called", words, level="warning")]
    rates = {row["sample"]: row["rate"] for row in gate["doublets"]["samples"]}
    usable = ~flags.any(axis=1).to_numpy()
    score, called, rows, findings = doublets(values, data.obs["sample"].astype(str).to_numpy(), usable, rates, seed)
    data.obs["doublet_score"] = score
    return called, rows, findings


def _looked_at(data: Any, values: Any, flags: Any, seed: int) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Removals by cluster; of more cells than are needed for it a seeded part is looked at, and that is said."""
    import pandas
    import scipy.sparse as sparse

    from assayline.cells.blocks import marked_rows
    from assayline.cells.lookback import MOST, look_back

    part = np.ones(data.n_obs, dtype=bool)
    findings: list[Finding] = []
    if data.n_obs > MOST:
        part[:] = False
        part[np.random.default_rng(seed).choice(data.n_obs, MOST, replace=False)] = True
        findings.append(Finding("clusters-of-a-part", f"Removals were looked at by cluster in {MOST} cells drawn at random."))
        values = sparse.vstack(list(marked_rows(values, part)), format="csr")
    classes = data.var[["mitochondrial", "ribosomal", "nuclear"]].any(axis=1).to_numpy()
    spelling = (data.var["symbol"] if "symbol" in data.var else data.var.index.to_series()).to_numpy()
    rows, labels, more = look_back(values, flags[part], classes, spelling, seed)
    names = pandas.Series("not looked at", index=data.obs.index)
    names[part] = [str(label) for label in labels]
    data.obs["qc_cluster"] = names
    return rows, findings + more


def _ambient(data: Any, values: Any) -> list[dict[str, Any]]:
    """How much ambient RNA the kept cells of every sample hold, where its profile is known from raw droplets."""
    from assayline.cells.ambient import contamination

    if "ambient" not in data.varm:
        return []
    rows = []
    for name in data.varm["ambient"].columns:
        own = (data.obs["sample"].astype(str) == name).to_numpy() & data.obs["kept"].to_numpy()
        clusters = data.obs["qc_cluster"].to_numpy()
        halves = [own & (np.arange(len(own)) % 2 == half) for half in (0, 1)]
        names = sorted(set(clusters[own]))
        sums = [
            [np.asarray(values[np.flatnonzero(half & (clusters == one))].sum(axis=0)).ravel() for one in names] for half in halves
        ]
        rows.append({"sample": str(name)} | contamination(sums[0], sums[1], data.varm["ambient"][name].to_numpy()))
    return rows
