"""Genes that differ between clusters, by Wilcoxon rank-sum test of every cluster against all other cells.

The clusters were found on these cells, so small p-values are certain whether or not a cluster is real: the size of the
effect counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FEWEST = 3
BLOCK = 500


def between(values: Any, clusters: Any, genes: list[str]) -> Any:
    """A table for every cluster of at least three cells; `values` are log-normalised (cells × genes, CSR).

    Columns: cluster, gene, log2_fold_change (of mean expm1), auroc (of a cell inside over one outside), p, p_adjusted,
    seen_inside, seen_outside. Ties are corrected for.
    """
    import pandas
    from scipy.stats import norm

    from assayline.cells.droplets import benjamini_hochberg

    names, label, sizes = np.unique(np.asarray(clusters, dtype=str), return_inverse=True, return_counts=True)
    one_hot = np.eye(len(names))[label]
    count = len(label)
    sums, seen, ranks, ties = _sums(values, one_hot)
    tables = []
    for number, name in enumerate(names):
        inside, outside = int(sizes[number]), count - int(sizes[number])
        if inside < FEWEST or not outside:
            continue
        u = ranks[number] - inside * (inside + 1) / 2
        spread = np.sqrt(inside * outside / 12 * ((count + 1) - ties / (count * (count - 1))))
        z = np.divide(u - inside * outside / 2, spread, out=np.zeros(len(u)), where=spread > 0)
        p = 2 * norm.sf(np.abs(z))
        mean, other = sums[number] / inside, (sums.sum(axis=0) - sums[number]) / outside
        table = pandas.DataFrame({"cluster": name, "gene": genes, "log2_fold_change": np.log2((mean + 1e-9) / (other + 1e-9))})
        table["auroc"], table["p"], table["p_adjusted"] = u / (inside * outside), p, benjamini_hochberg(p)
        table["seen_inside"], table["seen_outside"] = seen[number] / inside, (seen.sum(axis=0) - seen[number]) / outside
        tables.append(table[table["seen_inside"] + table["seen_outside"] > 0].sort_values(["p", "gene"], kind="stable"))
    return pandas.concat(tables, ignore_index=True)


def _sums(values: Any, one_hot: Any) -> tuple[Any, Any, Any, Any]:
    """For clusters × genes: sums of expm1, cells seen, sums of mid-ranks; and for genes the tie term Σ(t³ − t)."""
    from scipy.stats import rankdata

    groups, genes = one_hot.shape[1], values.shape[1]
    sums, seen, ranks = np.zeros((groups, genes)), np.zeros((groups, genes)), np.zeros((groups, genes))
    ties = np.zeros(genes)
    for first in range(0, genes, BLOCK):
        part = values[:, first : first + BLOCK].toarray()
        own = slice(first, first + part.shape[1])
        sums[:, own] = one_hot.T @ np.expm1(part)
        seen[:, own] = one_hot.T @ (part > 0)
        ranks[:, own] = one_hot.T @ rankdata(part, axis=0)
        for column in range(part.shape[1]):
            times = np.unique(part[:, column], return_counts=True)[1].astype(float)
            ties[first + column] = (times**3 - times).sum()
    return sums, seen, ranks, ties
