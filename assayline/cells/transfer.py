"""Labels carried from a reference to a query by scANVI: with confidence calibrated on reference cells that were held out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.models.inputs import UNLABELLED
from assayline.cells.models.training import Budget, Fitted, fit
from assayline.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.cells.models.spec import Settings

HELD_OUT, FEWEST, SHARED, GENES = 0.2, 10, 200, 1500  # share held out; cells a label must have; genes both sides must share
TEMPERATURES = np.geomspace(1.0, 20.0, 60)


@dataclass(slots=True)
class Transfer:
    """Labels of the query's cells with a confidence each, the models, and the report on how it was calibrated."""

    labels: Any
    confidence: Any
    fitted: Fitted
    first: Fitted
    report: dict[str, Any] = field(default_factory=dict)


def together(reference: Any, query: Any, key: str) -> Any:
    """Both sides over the genes they share, with `obs['label']` of the reference (`unknown` for the query) and `obs['sample']`.

    Raises `Refused` when labels are missing, too few cells have one, or too few genes are shared.
    """
    import anndata

    labels = labels_of(reference, key)
    shared = shared_genes(reference, query)
    sides = []
    for word, side, names in (("reference", reference, labels), ("query", query, np.full(query.n_obs, UNLABELLED))):
        part = anndata.AnnData(side[:, shared].layers["counts"].copy())
        part.obs_names, part.var_names = [f"{word}:{name}" for name in side.obs_names], shared
        part.obs["sample"] = [f"{word}:{name}" for name in side.obs["sample"]]
        part.obs["label"], part.obs["side"] = names, word
        sides.append(part)
    whole = anndata.concat(sides, join="inner")
    whole.layers["counts"] = whole.X.tocsr()
    for name in ("sample", "label", "side"):
        whole.obs[name] = whole.obs[name].astype("category")
    return whole


def shared_genes(reference: Any, query: Any) -> Any:
    """The names of the genes that both have, in the reference's order; raises `Refused` when they are too few."""
    shared = reference.var_names.intersection(query.var_names)
    if len(shared) < min(SHARED, reference.n_vars):
        raise Refused(
            what="genes that reference and query share",
            found=len(shared),
            expected=f"at least {SHARED}",
            next="Name genes in both in the same way (Ensembl identifiers or symbols).",
        )
    return shared


def labels_of(reference: Any, key: str) -> Any:
    """The labels of a reference's cells as text, `unknown` where there is none; raises `Refused` for too few cells a label."""
    if key not in reference.obs:
        found = ", ".join(map(str, reference.obs.columns)) or "none"
        raise Refused(
            what=f"labels '{key}'", found=f"the columns {found}", expected="one of them", next="Name it with --label-key."
        )
    column = reference.obs[key]
    names = np.where(column.isna(), UNLABELLED, column.astype(str))
    sizes = {str(name): int((names == name).sum()) for name in np.unique(names) if name != UNLABELLED}
    few = {name: size for name, size in sizes.items() if size < FEWEST}
    if len(sizes) < 2 or few:
        text = ", ".join(f"'{name}' {size}" for name, size in (few or sizes).items()) or "none"
        raise Refused(
            what=f"labels '{key}'",
            found=f"cells a label: {text}",
            expected=f"two labels or more, each with at least {FEWEST} cells",
            next="Merge or leave out rare labels of the reference.",
        )
    return names


def transfer(whole: Any, settings: Settings, budget: Budget, progress: Callable[[int, float], None] | None = None) -> Transfer:
    """Train on what `together` gave; a fifth of each reference label is held out to calibrate the confidence with."""
    random = np.random.default_rng(budget.seed)
    truth = whole.obs["label"].to_numpy().astype(str)
    held = np.zeros(len(truth), bool)
    for name in sorted(set(truth) - {UNLABELLED}):
        own = np.flatnonzero(truth == name)
        held[random.choice(own, max(2, round(HELD_OUT * len(own))), replace=False)] = True
    data = _informative(whole)
    data.obs["label"] = np.where(held, UNLABELLED, truth)
    data.obs["label"] = data.obs["label"].astype("category")
    first = fit("scvi", data, settings, budget, progress=progress)
    short = Budget(budget.seed, max(10, budget.max_epochs // 4), budget.seconds, budget.device, budget.threads)
    fitted = fit("scanvi", data, settings, short, first=first, progress=progress)
    outputs = fitted.outputs()
    names, likely = outputs["labels"].astype(str), np.clip(outputs["probabilities"], 1e-12, 1.0)
    known = np.flatnonzero(held)
    right = np.array([int(np.flatnonzero(names == truth[cell])[0]) for cell in known])
    warmth, limit = calibrate(likely[known], right)
    query = (whole.obs["side"] == "query").to_numpy()
    soft = _soften(likely, warmth)
    report: dict[str, Any] = {"labels": names.tolist(), "genes": int(data.n_vars), "held_out": len(known)}
    report["held_out_accuracy"] = float((likely[known].argmax(axis=1) == right).mean())
    report |= {"temperature": warmth, "confidence_limit": limit, "reference_cells": int((~query).sum())}
    report["calibration_error"] = expected_error(np.minimum(soft[known].max(axis=1), limit), soft[known].argmax(axis=1) == right)
    return Transfer(names[likely[query].argmax(axis=1)], np.minimum(soft[query].max(axis=1), limit), fitted, first, report)


def _informative(whole: Any) -> Any:
    """The genes that vary most among reference cells, where the labels are: the query's depth does not move them."""
    import anndata
    import scanpy

    own = whole[whole.obs["side"] == "reference"]
    bare = anndata.AnnData(own.layers["counts"].copy(), obs=own.obs[["sample"]].copy())
    scanpy.pp.normalize_total(bare, target_sum=1e4)
    scanpy.pp.log1p(bare)
    scanpy.pp.highly_variable_genes(bare, n_top_genes=min(GENES, bare.n_vars))
    return whole[:, bare.var["highly_variable"].to_numpy()].copy()


def calibrate(likely: Any, right: Any) -> tuple[float, float]:
    """The temperature (≥ 1) that makes held-out probabilities likeliest, and the highest confidence that so many cells support.

    Temperature scaling: Guo et al. 2017, arXiv:1706.04599. The limit is Laplace's (right + 1) / (all + 2).
    """
    losses = [-float(np.log(_soften(likely, warmth)[np.arange(len(right)), right] + 1e-12).mean()) for warmth in TEMPERATURES]
    hits = int((likely.argmax(axis=1) == right).sum())
    return float(TEMPERATURES[int(np.argmin(losses))]), float((hits + 1) / (len(right) + 2))


def _soften(likely: Any, warmth: float) -> Any:
    scaled = np.log(likely) / warmth
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return scaled / scaled.sum(axis=1, keepdims=True)


def expected_error(confidence: Any, right: Any, bins: int = 10) -> float:
    """Expected calibration error: how far confidence and share of right answers lie apart, over bins of equal width."""
    places = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)
    parts = [(places == place) for place in range(bins) if (places == place).any()]
    gaps = [part.mean() * abs(float(np.mean(confidence[part])) - float(np.mean(right[part]))) for part in parts]
    return float(sum(gaps))
