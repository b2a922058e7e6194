"""Labels for the cells of a run, from a labelled reference or a celltypist model; `unknown` is a label like any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding
from assayline.cells.models.inputs import UNLABELLED
from assayline.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assayline.cells.models.training import Budget

UNFIT = (OSError, ValueError, KeyError, IndexError, AttributeError, TypeError)  # what using something else than a model raises
LEAST, TOP, DEPTH = 0.5, 10, 1e4  # confidence below which a cell is unknown; marker genes looked at beside each label


@dataclass(slots=True)
class Labels:
    """Per-cell `label`, `confidence` (0–1) and the label before `unknown` was said; the report; findings."""

    table: Any
    report: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)


def from_reference(
    data: Any, path: Path, key: str, budget: Budget, progress: Callable[[int, float], None] | None = None
) -> Labels:
    """Labels by scANVI from a reference file whose column `key` holds them; cells unlike every label are `unknown`.

    The reference passes the same gate as every matrix. Raises `Refused` for one that is not counts or has too few labelled cells.
    """
    import pandas

    from assayline.cells.inspect import inspect, require
    from assayline.cells.models.spec import Settings
    from assayline.cells.transfer import together, transfer
    from assayline.cells.unlike import unlike

    found = inspect(path)
    require(found, path)
    whole = together(found.data, data, key)
    moved = transfer(whole, Settings(more={"surgery_ready": True}), budget, progress)
    mine = (whole.obs["side"] == "query").to_numpy()
    labelled = ~mine & (whole.obs["label"] != UNLABELLED).to_numpy()
    counts = whole.layers["counts"].tocsr()
    judged = unlike(counts[labelled], whole.obs["label"].to_numpy()[labelled], counts[mine], budget.seed)
    unknown = judged.unknown | (moved.confidence < LEAST)
    table = pandas.DataFrame({"label": np.where(unknown, UNLABELLED, moved.labels), "nearest": moved.labels})
    table["confidence"], table["distance"] = moved.confidence, judged.distance
    table.index = data.obs_names
    report = {"method": "scanvi", "reference": {"file": path.name, "key": key}} | moved.report
    report |= {"unknown_rule": judged.report, "verdict": moved.fitted.verdict}
    report["labels"] = _by_label(table, _markers(whole[labelled], whole[mine], table))
    findings = []
    if not judged.report["enough"]:
        words = "The query has too few cells or counts for cells unlike the reference to be told reliably."
        findings.append(Finding("unknown-hard-to-tell", words, "cells/labels.json", "warning"))
    return Labels(table, _summed(report, table), findings)


def from_celltypist(data: Any, path: Path, sha256: str | None, *, consent: bool) -> Labels:
    """Labels by a celltypist model that the user supplies (a pickle: by digest and consent); below 0.5 a cell is `unknown`.

    The confidence is the model's own probability for the label, calibrated only where the model was trained.
    Domínguez Conde et al. 2022, doi:10.1126/science.abl5197.
    """
    import anndata
    import celltypist
    import pandas
    import scanpy

    from assayline.cells.models.store import trusted
    from assayline.cells.models.training import quiet

    trusted(path, sha256, consent=consent)
    model = _celltypist_model(path)
    bare = anndata.AnnData(data.layers["counts"].copy(), obs=data.obs[[]].copy(), var=data.var.copy())
    scanpy.pp.normalize_total(bare, target_sum=DEPTH)
    scanpy.pp.log1p(bare)
    try:
        known = set(map(str, model.features))
        if "symbol" in bare.var and len(known & set(bare.var["symbol"])) > len(known & set(bare.var_names)):
            bare.var_names = bare.var["symbol"].astype(str)
            bare.var_names_make_unique()
        shared = len(known & set(bare.var_names))
        if shared < min(50, len(known)):
            raise Refused(
                what=f"genes of {path.name} in the data",
                found=f"{shared} of {len(known)}",
                expected="most of them",
                next="celltypist models mostly name genes by symbol; give a matrix with symbols.",
            )
        with quiet():
            found = celltypist.annotate(bare, model=model)
    except UNFIT as error:
        raise _no_model(path, f"{type(error).__name__}: {error}") from error
    confidence = found.probability_matrix.to_numpy().max(axis=1)
    nearest = found.predicted_labels["predicted_labels"].to_numpy().astype(str)
    table = pandas.DataFrame({"label": np.where(confidence < LEAST, UNLABELLED, nearest), "nearest": nearest})
    table["confidence"] = confidence
    table.index = data.obs_names
    report: dict[str, Any] = {"method": "celltypist", "reference": {"file": path.name, "sha256": sha256}, "genes": shared}
    report["unknown_rule"] = {"rule": f"unknown when the model's own probability is below {LEAST:g}"}
    report["labels"] = _by_label(table, {})
    return Labels(table, _summed(report, table))


def _celltypist_model(path: Path) -> Any:
    """The model of a file that was trusted; celltypist's own loader hides what is wrong behind a bare `Exception`."""
    import pickle

    from celltypist.models import Model

    try:
        with path.open("rb") as stream:
            body = pickle.load(stream)  # noqa: S301 - trusted by digest and consent
        return Model(body["Model"], body["Scaler_"], body["description"])
    except (pickle.UnpicklingError, EOFError, ImportError, MemoryError, *UNFIT) as error:
        raise _no_model(path, f"{type(error).__name__}: {error}") from error


def _no_model(path: Path, said: str) -> BadInput:
    return BadInput(what=path, found=said, expected="a celltypist model", next="Check the file.")


def _summed(report: dict[str, Any], table: Any) -> dict[str, Any]:
    unknown = table["label"] == UNLABELLED
    body = {"cells": len(table), "unknown": int(unknown.sum()), "unknown_share": float(unknown.mean())}
    return report | body | {"confidence_median": float(table["confidence"].median())}


def _by_label(table: Any, markers: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Each label given with its cells, its median confidence and how many of its marker genes the cells bear out."""
    rows = []
    for name, part in sorted(table.groupby("label", sort=True), key=lambda item: -len(item[1])):
        genes = markers.get(str(name), [])
        row = {"label": str(name), "cells": len(part), "confidence": float(part["confidence"].median())}
        row |= {"markers": len(genes), "markers_borne_out": sum(item["higher"] for item in genes)}
        rows.append(row | {"genes": [item["gene"] for item in genes if item["higher"]]})
    return rows


def _markers(reference: Any, query: Any, table: Any) -> dict[str, list[dict[str, Any]]]:
    """For every label its best genes in the reference, and whether the query's cells of the label show more of them."""
    import anndata
    import scanpy

    left = anndata.AnnData(reference.layers["counts"].copy(), obs=reference.obs[["label"]].copy(), var=reference.var[[]].copy())
    right = anndata.AnnData(query.layers["counts"].copy())
    for side in (left, right):
        scanpy.pp.normalize_total(side, target_sum=DEPTH)
        scanpy.pp.log1p(side)
    left.obs["label"] = left.obs["label"].astype(str).astype("category")
    scanpy.tl.rank_genes_groups(left, "label", method="wilcoxon", n_genes=TOP)
    names, found = table["label"].to_numpy(), {}
    for label in left.obs["label"].cat.categories:
        own = names == label
        if not own.any() or own.all():
            continue
        genes = list(left.uns["rank_genes_groups"]["names"][label])
        values = right.X.tocsc()[:, [reference.var_names.get_loc(gene) for gene in genes]].toarray()
        higher = values[own].mean(axis=0) > values[~own].mean(axis=0)
        found[str(label)] = [{"gene": str(gene), "higher": bool(more)} for gene, more in zip(genes, higher, strict=True)]
    return found
