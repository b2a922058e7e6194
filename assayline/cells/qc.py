"""Quality control of cells: what the limits of their samples remove, with a reason for every removal."""

from __future__ import annotations

from typing import Any

import numpy as np

from allotrope.errors import Finding
from assayline.advisor.questions.qc_thresholds import QcThresholds
from assayline.cells.limits import NOISE, REASONS, limits
from assayline.errors import Refused


def reasons(obs: Any, found: list[dict[str, Any]]) -> Any:
    """A table of booleans, cells × reasons: which limits of its sample a cell lies outside."""
    import pandas

    flags = pandas.DataFrame(data=False, index=obs.index, columns=[reason for reason in REASONS if REASONS[reason] in obs])
    for row in found:
        own = (obs["sample"].astype(str) == row["sample"]).to_numpy()
        for reason in flags.columns:
            values = obs[REASONS[reason]].to_numpy(dtype=float)
            if reason == "high_mitochondrial":
                flags[reason] |= own & (values > row[reason]["limit"] + NOISE)
            else:
                flags[reason] |= own & (np.log1p(values) < row[reason]["log1p_limit"] - NOISE)
    return flags


def survey(obs: Any, mads: tuple[float, ...] = (2.5, 3.0, 4.0, 5.0), difference: float = 0.05) -> list[dict[str, Any]]:
    """How many cells each number of MADs would remove, so that no threshold is chosen before the distribution was looked at."""
    rows = []
    for number in mads:
        thresholds = QcThresholds(number, number, number, difference, 0)
        flags = reasons(obs, limits(obs, thresholds)[0])
        row: dict[str, Any] = {"mads": number, "removed": int(flags.any(axis=1).sum())}
        rows.append(
            row | {reason: int(flags[reason].sum()) for reason in flags.columns} | {"removed_share": row["removed"] / len(obs)}
        )
    return rows


def describe(obs: Any) -> dict[str, float]:
    """Quartiles and tails of counts, genes and mitochondrial share of a set of cells."""
    body: dict[str, float] = {}
    for measure in REASONS.values():
        if measure in obs:
            for percent in (5, 25, 50, 75, 95):
                body[f"{measure}_p{percent:02d}"] = float(np.percentile(obs[measure].to_numpy(dtype=float), percent))
    return body


def judged(obs: Any, thresholds: QcThresholds) -> tuple[Any, list[dict[str, Any]], list[Finding]]:
    """Flags of all cells (a table of reasons), limits of every sample, and findings, also for a limit that removes nothing."""
    found, findings = limits(obs, thresholds)
    flags = reasons(obs, found)
    for reason in flags.columns:
        if not flags[reason].any():
            findings.append(Finding("filter-removed-nothing", f"The limit '{reason}' removed no cell.", "cells/qc.json"))
    return flags, found, findings


def sentence(obs: Any, flags: Any) -> Any:
    """Write `kept` and `reasons` (words joined by commas) into the table of cells and return who goes, as booleans.

    Raises `Refused` when fewer than two cells would be left.
    """
    out = flags.any(axis=1).to_numpy()
    obs["kept"] = ~out
    marks = flags.to_numpy(dtype=bool)
    patterns, which = np.unique(marks @ (1 << np.arange(marks.shape[1])), return_inverse=True)
    words = [",".join(name for place, name in enumerate(flags.columns) if pattern >> place & 1) for pattern in patterns.tolist()]
    obs["reasons"] = np.array(words, dtype=object)[which]
    if (~out).sum() < 2:
        raise Refused(
            what="cells",
            found=f"{int((~out).sum())} of {len(out)} cells within the limits",
            expected="at least 2",
            next="Look at cells/inspect.json and loosen the thresholds in decisions/qc_thresholds.json.",
        )
    return out


def summary(obs: Any, flags: Any, found: list[dict[str, Any]], genes_read: int, genes_kept: int) -> dict[str, Any]:
    """The report of a quality control that `sentence` has passed on the cells."""
    kept = obs["kept"].to_numpy(dtype=bool)
    report: dict[str, Any] = {"read": len(kept), "kept": int(kept.sum()), "removed": int((~kept).sum())}
    report["kept_share"] = float(kept.mean())
    report["reasons"] = {reason: int(flags[reason].sum()) for reason in flags.columns}
    report["only_reason"] = {reason: int((flags[reason] & (flags.sum(axis=1) == 1)).sum()) for reason in flags.columns}
    report |= {"genes_read": genes_read, "genes_kept": genes_kept, "samples": found}
    for row in found:
        own = (obs["sample"].astype(str) == row["sample"]).to_numpy()
        row |= {"kept": int((own & kept).sum()), "kept_share": float(kept[own].mean())}
    report |= {"before": describe(obs), "after": describe(obs[kept])}
    report["change"] = {key: report["after"][key] - value for key, value in report["before"].items() if key.endswith("p50")}
    return report


def keep(data: Any, thresholds: QcThresholds, doublet: Any = None) -> tuple[Any, dict[str, Any], list[Finding]]:
    """The kept cells and genes of an AnnData, the report, and findings; raises `Refused` when nothing would be left.

    `doublet` (boolean over cells) is a further reason. `data.obs` gains `kept` and `reasons`; the counts stay as they are.
    """
    flags, found, findings = judged(data.obs, thresholds)
    if doublet is not None:
        flags["doublet"] = doublet
    out = sentence(data.obs, flags)
    kept = data[~out].copy()
    genes = kept.layers["counts"].getnnz(axis=0) >= max(1, thresholds.minimum_cells_per_gene)
    kept = kept[:, genes].copy()
    return kept, summary(data.obs, flags, found, int(data.n_vars), int(genes.sum())), findings
