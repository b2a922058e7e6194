"""Doublets of each sample as Scrublet finds them (Wolock et al. 2019, doi:10.1016/j.cels.2018.11.005), bounded by loading.

A cell is a doublet if its score lies above the valley between the simulated doublets' two modes and it is among the highest
scores that the expected rate allows (upper 97.5 % bound of a binomial): scores alone would call a rare or cycling type away.
Doublets of two cells of one kind cannot be found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allotrope.errors import Finding
from assayline.cells.needs import FEWEST_GENES
from assayline.cells.variable import SEEN, scaled, variable

FEWEST, COMPONENTS, GENES, RATIO, LEAST, SURE = 100, 30, 3000, 2, 0.01, 0.975
SMALL, ROUNDS = 2000, 5  # cells of a sample below which pairs are drawn so many times, as one draw of few pairs is noisy


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
        row: dict[str, Any] = {"sample": str(name), "scored": 0, "rate": rates[name], "called": 0, "threshold": None}
        rows.append(row)
        why = None
        if len(own) < FEWEST:
            why = f"{len(own)} cells are too few to simulate doublets from (fewer than {FEWEST})"
        elif rates[name] == 0:
            why = "the chemistry makes none"
        elif (counts[own].getnnz(axis=0) >= SEEN).sum() < FEWEST_GENES:
            why = f"fewer than {FEWEST_GENES} genes are seen in {SEEN} cells"
        else:
            found, threshold = _repeated(counts[own], rates[name], seed)
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


def _repeated(counts: Any, rate: float, seed: int) -> tuple[Any, float | None]:
    """Scores of one sample's cells, the mean over draws of pairs, and the threshold, or None where the pairs' have no valley."""
    rounds = ROUNDS if counts.shape[0] < SMALL else 1
    drawn = [_scores(counts, rate, seed + turn) for turn in range(rounds)]
    return np.mean([cells for cells, _ in drawn], axis=0), _valley(np.concatenate([pairs for _, pairs in drawn]))


def _scores(counts: Any, rate: float, seed: int) -> tuple[Any, Any]:
    """Scores of one sample's cells and of pairs drawn from them.

    Pairs of cells are added up, placed among the cells by principal components of the variable genes, and a cell's score is the
    likelihood of being a doublet given how many of its neighbours are simulated (equations of the paper).
    """
    import scipy.sparse as sparse
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    random = np.random.default_rng(seed)
    count = counts.shape[0]
    pairs = random.integers(0, count, (RATIO * count, 2))
    simulated = counts[pairs[:, 0]] + counts[pairs[:, 1]]
    totals = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    both = sparse.vstack([counts, simulated], format="csr")
    depth = np.concatenate([totals, totals[pairs].sum(axis=1)])
    genes = variable(scaled(counts, totals, float(np.median(totals))), counts, GENES)
    values = scaled(both[:, genes], depth, float(np.median(totals))).toarray()
    mean, spread = values[:count].mean(axis=0), values[:count].std(axis=0)
    values = (values - mean) / np.where(spread > 0, spread, 1.0)
    components = PCA(n_components=min(COMPONENTS, min(values[:count].shape) - 1), random_state=seed, svd_solver="randomized")
    latent = np.vstack([components.fit_transform(values[:count]), components.transform(values[count:])])
    near = round(0.5 * np.sqrt(count) * (1 + RATIO))
    found = NearestNeighbors(n_neighbors=near).fit(latent).kneighbors(return_distance=False)
    share = ((found >= count).sum(axis=1) + 1) / (near + 2)
    rho = max(rate, LEAST)
    score = share * rho / RATIO / ((1 - rho) - share * (1 - rho - rho / RATIO))
    return score[:count], score[count:]


def _valley(scores: Any) -> float | None:
    """The least populated score between the two modes of simulated doublets, if each side holds a tenth of them."""
    from skimage.filters import threshold_minimum

    try:
        threshold = float(threshold_minimum(scores))
    except RuntimeError:  # one mode only
        return None
    return threshold if 0.1 <= float((scores > threshold).mean()) <= 0.98 else None
