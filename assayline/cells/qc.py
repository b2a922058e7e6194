"""Quality control of cells: limits a sample from the median and MAD of its own cells, and a reason for every removal.

Counts and genes are limited on the low side of log1p values, the mitochondrial share on the high side only and never closer to
the median than a minimum difference: the approach of scater's isOutlier (McCarthy et al. 2017, doi:10.1093/bioinformatics/btw777)
and of Germain et al. 2020, doi:10.1186/s13059-020-02136-7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from allotrope.errors import Finding
from assayline.errors import Refused

NORMAL = 1.4826  # MAD of a normal distribution × NORMAL = its standard deviation
NORMAL_MEAN = 1.2533  # the same for the mean absolute deviation from the median
NOISE = 1e-9  # a cell exactly at the limit stays, whatever the last bit says
FEWEST = 10  # cells below which a sample's own median and MAD say nothing
REASONS = {"low_counts": "counts", "low_genes": "genes", "high_mitochondrial": "mitochondrial_share"}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The decided thresholds: numbers of MADs, the least distance of the mitochondrial limit, cells a gene must be seen in."""

    mads_counts: float
    mads_genes: float
    mads_mitochondrial: float
    minimum_mitochondrial_difference: float
    minimum_cells_per_gene: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and robust standard deviation of one measure, and how the latter was found."""

    median: float
    deviation: float
    basis: str


def spread(values: Any) -> Spread:
    """Median and scaled MAD; where more than half the values are equal (MAD 0), the scaled mean absolute deviation instead."""
    middle = float(np.median(values))
    away = np.abs(np.asarray(values) - middle)
    mad = float(np.median(away)) * NORMAL
    if mad > 0:
        return Spread(middle, mad, "MAD")
    mean = float(away.mean()) * NORMAL_MEAN
    return Spread(middle, mean, "mean absolute deviation, since the MAD is 0" if mean > 0 else "none: all cells are equal")


def limits(obs: Any, thresholds: Thresholds) -> tuple[list[dict[str, Any]], list[Finding]]:
    """For every sample its limits in plain units, with the median and deviation they stand on; small samples use all cells'."""
    found: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for name, group in obs.groupby("sample", observed=True, sort=True):
        source = group
        if len(group) < FEWEST and len(obs) > len(group):
            source = obs
            findings.append(
                Finding(
                    "few-cells",
                    f"{len(group)} cells are too few for limits of their own; those of all cells are used.",
                    str(name),
                    "warning",
                )
            )
        row: dict[str, Any] = {"sample": str(name), "cells": len(group)}
        for reason, measure in REASONS.items():
            if measure in source:
                row[reason] = _limit(reason, source[measure].to_numpy(dtype=float), thresholds)
        found.append(row)
    return found, findings


def _limit(reason: str, values: Any, thresholds: Thresholds) -> dict[str, Any]:
    if reason == "high_mitochondrial":
        of = spread(values)
        distance = max(thresholds.mads_mitochondrial * of.deviation, thresholds.minimum_mitochondrial_difference)
        limit = min(1.0, of.median + distance)
        basis = of.basis if distance > thresholds.minimum_mitochondrial_difference else "minimum difference"
        return {"median": of.median, "deviation": of.deviation, "limit": limit, "basis": basis}
    of = spread(np.log1p(values))
    mads = thresholds.mads_counts if reason == "low_counts" else thresholds.mads_genes
    low = of.median - mads * of.deviation
    return {
        "median": float(np.median(values)),
        "log1p_median": of.median,
        "log1p_deviation": of.deviation,
        "log1p_limit": low,
        "limit": max(0.0, float(np.expm1(low))),
        "basis": of.basis,
    }


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
        thresholds = Thresholds(number, number, number, difference, 0)
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


def keep(data: Any, thresholds: Thresholds) -> tuple[Any, dict[str, Any], list[Finding]]:
    """The kept cells and genes of an AnnData, the report, and findings; raises `Refused` when nothing would be left.

    `data.obs` gains `kept` and `reasons` (words joined by commas); counts in `layers['counts']` stay as they are.
    """
    found, findings = limits(data.obs, thresholds)
    flags = reasons(data.obs, found)
    out = flags.any(axis=1).to_numpy()
    data.obs["kept"] = ~out
    data.obs["reasons"] = [",".join(flags.columns[row]) for row in flags.to_numpy()]
    if out.all() or (~out).sum() < 2:
        raise Refused(
            what="cells",
            found=f"{int((~out).sum())} of {len(out)} cells within the limits",
            expected="at least 2",
            next="Look at cells/inspect.json and loosen the thresholds in decisions/qc_thresholds.json.",
        )
    kept = data[~out].copy()
    seen = kept.layers["counts"].getnnz(axis=0)
    genes = seen >= max(1, thresholds.minimum_cells_per_gene)
    kept = kept[:, genes].copy()
    report: dict[str, Any] = {
        "read": len(out),
        "kept": int((~out).sum()),
        "removed": int(out.sum()),
        "kept_share": float((~out).mean()),
    }
    report["reasons"] = {reason: int(flags[reason].sum()) for reason in flags.columns}
    report["only_reason"] = {reason: int((flags[reason] & (flags.sum(axis=1) == 1)).sum()) for reason in flags.columns}
    report |= {"genes_read": int(data.n_vars), "genes_kept": int(genes.sum()), "samples": found}
    for row in found:
        own = (data.obs["sample"].astype(str) == row["sample"]).to_numpy()
        row |= {"kept": int((own & ~out).sum()), "kept_share": float((~out)[own].mean())}
    report |= {"before": describe(data.obs), "after": describe(kept.obs)}
    report["change"] = {key: report["after"][key] - value for key, value in report["before"].items() if key.endswith("p50")}
    for reason in flags.columns:
        if not flags[reason].any():
            findings.append(Finding("filter-removed-nothing", f"The limit '{reason}' removed no cell.", "cells/qc.json"))
    return kept, report, findings
