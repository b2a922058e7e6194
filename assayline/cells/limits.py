"""The limits of quality control: a sample's own, from the median and MAD of its cells.

Counts and genes are limited on the low side of log1p values, the mitochondrial share on the high side only and never closer to
the median than a minimum difference: the approach of scater's isOutlier (McCarthy et al. 2017, doi:10.1093/bioinformatics/btw777)
and of Germain et al. 2020 (pipeComp).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allotrope.errors import Finding

if TYPE_CHECKING:
    from assayline.advisor.questions.qc_thresholds import QcThresholds

NORMAL = 1.4826  # MAD of a normal distribution × NORMAL = its standard deviation
NORMAL_MEAN = 1.2533  # the same for the mean absolute deviation from the median
NOISE = 1e-9  # a cell exactly at the limit stays, whatever the last bit says
FEWEST = 10  # cells below which a sample's own median and MAD say nothing
REASONS = {"low_counts": "counts", "low_genes": "genes", "high_mitochondrial": "mitochondrial_share"}


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


def limits(obs: Any, thresholds: QcThresholds) -> tuple[list[dict[str, Any]], list[Finding]]:
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


def _limit(reason: str, values: Any, thresholds: QcThresholds) -> dict[str, Any]:
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
