"""Doublets of each sample by scrublet (Wolock et al. 2019, doi:10.1016/j.cels.2018.11.005), bounded by what loading explains.

A cell is a doublet if its score lies above the valley between the simulated doublets' two modes and it is among the highest
scores that the expected rate allows (upper 97.5 % bound of a binomial): scores alone would call a rare or cycling type away.
Doublets of two cells of one kind cannot be found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allotrope.errors import Finding

FEWEST, COMPONENTS, SURE = 100, 30, 0.975


def doublets(
    counts: Any, samples: Any, usable: Any, rates: dict[str, float], seed: int
) -> tuple[Any, Any, list[dict[str, Any]], list[Finding]]:
    """Scores (NaN where not scored) and calls for cells × genes counts, a report a sample, and findings.

    `usable` marks the cells within the limits: only these are scored, as broken cells look like nothing else.
    """
    score = np.full(counts.shape[0], np.nan)
    called = np.zeros(counts.shape[0], dtype=bool)
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for name in sorted(set(samples)):
        own = np.flatnonzero((samples == name) & usable)
        row: dict[str, Any] = {"sample": name, "scored": 0, "rate": rates[name], "called": 0, "threshold": None}
        rows.append(row)
        why = None
        if len(own) < FEWEST:
            why = f"{len(own)} cells are too few to simulate doublets from (fewer than {FEWEST})"
        elif rates[name] == 0:
            why = "the chemistry makes none"
        else:
            found, threshold = _scores(counts[own], rates[name], seed)
            score[own] = found
            most = _most(int((samples == name).sum()), rates[name])
            row |= {"scored": len(own), "threshold": threshold, "most": most}
            if threshold is None:
                why = "the scores of simulated doublets have no two modes, so no threshold can be set"
            else:
                over = found > threshold
                best = np.argsort(-found, kind="stable")[:most]
                called[own[best[over[best]]]] = True
                row |= {"above_threshold": int(over.sum()), "called": int(called[own].sum())}
                if over.sum() > most:
                    words = f"{int(over.sum())} cells score as doublets, loading explains at most {most}: the highest are taken."
                    findings.append(Finding("doublets-beyond-loading", words, name, "warning"))
        if why:
            row["not_called_because"] = why
            findings.append(Finding("doublets-not-called", f"No doublets were called: {why}.", name))
    return score, called, rows, findings


def _most(cells: int, rate: float) -> int:
    from scipy.stats import binom

    return int(binom.ppf(SURE, cells, rate))


def _scores(counts: Any, rate: float, seed: int) -> tuple[Any, float | None]:
    """Scores of one sample's cells and the threshold, or None where the simulated scores have no valley."""
    import warnings

    import anndata
    import scanpy

    data = anndata.AnnData(counts.copy())
    few = min(COMPONENTS, data.n_obs - 2, data.n_vars - 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scanpy.pp.scrublet(data, expected_doublet_rate=max(rate, 0.01), n_prin_comps=few, random_state=seed, verbose=False)
    threshold = data.uns["scrublet"].get("threshold")
    simulated = np.asarray(data.uns["scrublet"]["doublet_scores_sim"])
    found = np.asarray(data.obs["doublet_score"], dtype=float)
    if threshold is None or not _two_modes(simulated, float(threshold)):
        return found, None
    return found, float(threshold)


def _two_modes(scores: Any, threshold: float) -> bool:
    """Whether a threshold lies in a valley: both sides hold a tenth of the simulated doublets."""
    above = float((scores > threshold).mean())
    return 0.1 <= above <= 0.98
