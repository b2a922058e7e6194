"""Cells unlike every label of a reference, told by one rule that is calibrated within the query itself.

A query differs from a reference by a shift that all its cells share (protocol, chemistry, depth). The query's groups of cells are
found without labels. The shift is measured, gene by gene, on the groups that come nearest to their best label; a group that lies
farther from its shifted label than `FAR` times what groups of different labels lie apart in this query is unlike the reference.
Distances are Poisson deviances a count, less what counting alone would give.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assayline.cells.profiles import apart, background, deviance, noise, profiles, refine, totals, unit

FAR, NEAR, LARGE = 0.3, 1.5, 0.1  # the rule; how much farther than the nearest the first known groups may be, and their size
GENES, RESOLUTION, COMPONENTS, ROUNDS = 1500, 1.0, 15, 6
FEWEST, COUNTS, DEEP = 50, 5_000, 2_000  # cells, counts of the mean group and of the median cell, below which groups are not sure


@dataclass(slots=True)
class Unlike:
    """For every query cell whether it is unlike the reference and how far its group lies (1: as two labels); and how."""

    unknown: Any
    distance: Any
    nearest: Any
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Sides:
    """Sums of the query's groups, profiles of the labels, and the query's background, all over the same genes."""

    sums: Any
    labels: Any
    behind: Any
    random: Any


def unlike(reference: Any, labels: Any, query: Any, seed: int) -> Unlike:
    """Judge query counts (cells × genes, CSR) against labelled reference counts over the same genes."""
    names, codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    varied = _varied(query)
    genes = _varied(reference) | varied
    groups = refine(query[:, genes].tocsr(), _grouped(query[:, varied], seed), background(query[:, genes]))
    size = int(groups.max()) + 1
    behind, counts = background(query[:, genes]), query[:, genes].tocsr()
    mine = totals(reference[:, genes].tocsr(), codes, len(names))
    sides = _Sides(totals(counts, groups, size), profiles(mine, background(mine)), behind, np.random.default_rng(seed))
    known, best, distance, shift, scale = _settle(sides)
    groups = _settled(counts, groups, known, sides, shift)
    report = {"rule": f"unlike when farther than {FAR:g} of the distance between labels", "far": FAR, "scale": scale}
    report |= {"groups": size, "groups_unlike": int((~known).sum()), "genes": int(genes.sum())}
    depth = float(np.median(np.asarray(query.sum(axis=1)).ravel()))
    report["enough"] = bool(query.shape[0] >= FEWEST and sides.sums.sum() / size >= COUNTS and depth >= DEEP)
    order = np.append(known, np.ones(len(names), bool)), np.append(distance, np.zeros(len(names)))
    nearest = np.append(best, np.arange(len(names)))
    far = np.where(groups < size, order[1][groups], np.min(distance[known]))
    return Unlike(~order[0][groups], far, names[nearest[groups]], report)


def _varied(counts: Any) -> Any:
    """Which genes vary most over cells, of those seen in three cells or more."""
    import anndata
    import scanpy

    data = anndata.AnnData(_logged(counts))
    scanpy.pp.highly_variable_genes(data, n_top_genes=min(GENES, data.n_vars))
    rank = np.nan_to_num(data.var["dispersions_norm"].to_numpy(dtype=float), nan=-np.inf)
    rank[counts.getnnz(axis=0) < 3] = -np.inf
    chosen = np.zeros(data.n_vars, bool)
    chosen[np.argsort(-rank, kind="stable")[:GENES]] = True
    return chosen & np.isfinite(rank)


def _logged(counts: Any) -> Any:
    depth = np.maximum(np.asarray(counts.sum(axis=1), dtype=float), 1.0)
    values = counts.multiply(1e4 / depth).tocsr()
    values.data = np.log1p(values.data)
    return values


def _grouped(counts: Any, seed: int) -> Any:
    """Groups of query cells found without any label."""
    import anndata

    from assayline.cells.integrate import graph, leiden
    from assayline.cells.models.components import pca

    data = anndata.AnnData(_logged(counts))
    return leiden(graph(pca(data, COMPONENTS, seed), seed), RESOLUTION, seed)


def _shift(sides: _Sides, sums: Any, known: Any, best: Any) -> Any:
    """The ratio that known groups show to their labels, gene by gene."""
    expected = (sums.sum(axis=1)[known, None] * sides.labels[best[known]]).sum(axis=0)
    return (sums[known].sum(axis=0) + 1.0) / (expected + 1.0)


def _distances(sides: _Sides, shift: Any, known: Any) -> tuple[Any, Any]:
    """For every group its nearest label under a shift, and its deviance a count less noise; the noise of the shift counts too."""
    shifted = unit(sides.labels * shift)
    sizes = sides.sums.sum(axis=1)
    best = (sides.sums @ np.log(shifted).T).argmax(axis=1)
    expected = sizes[:, None] * shifted[best]
    if known is None:
        chance = noise(sides.random, expected)
    else:
        chance = np.zeros(len(sizes))
        for _ in range(10):
            drawn = sides.random.poisson(expected).astype(float)
            ratio = _shift(_Sides(drawn, shifted, sides.behind, sides.random), drawn, known, best)
            chance += deviance(drawn, sizes[:, None] * unit(shifted * ratio)[best]) / 10
    return best, np.maximum((deviance(sides.sums, expected) - chance) / sizes, 0.0)


def _scale(sides: _Sides, best: Any) -> float:
    """How far groups of different labels lie apart in the query; where all have one label, how far labels of the reference do."""
    sizes, found = sides.sums.sum(axis=1), profiles(sides.sums, sides.behind)
    distance = weight = 0.0
    for one in range(len(sizes)):
        for other in range(len(sizes)):
            if best[one] != best[other]:
                expected = sizes[one] * found[other]
                again = profiles(sides.random.poisson(sizes[other] * found[other])[None].astype(float), sides.behind)[0]
                chance = noise(sides.random, expected[None])[0] + deviance(expected, sizes[one] * again)
                share = sizes[one] * sizes[other]
                distance += share * (deviance(sides.sums[one], expected) - chance) / sizes[one]
                weight += share
    if weight and distance > 0:
        return float(distance / weight)
    pairs = [(one, other) for one in range(len(sides.labels)) for other in range(len(sides.labels)) if one != other]
    return float(np.median([apart(sides.labels[one], sides.labels[other]) for one, other in pairs]))


def _settle(sides: _Sides) -> tuple[Any, Any, Any, Any, float]:
    """Known groups, their labels, distances, the shift and the scale: from the nearest groups, until nothing changes."""
    sizes = sides.sums.sum(axis=1)
    best, first = _distances(sides, np.ones(sides.labels.shape[1]), None)
    large = sizes >= LARGE * sizes.sum()
    nearest = int(np.where(large, first, np.inf).argmin())
    known = first <= NEAR * first[nearest]
    known[nearest] = True
    for _ in range(ROUNDS):
        shift = _shift(sides, sides.sums, known, best)
        best, distance = _distances(sides, shift, known)
        scale = _scale(sides, best)
        again = distance / scale < FAR
        again[nearest] = True
        if (again == known).all():
            break
        known = again
    return known, best, distance / scale, shift, scale


def _settled(counts: Any, groups: Any, known: Any, sides: _Sides, shift: Any) -> Any:
    """Each cell once more in the group, or at the shifted label (numbers after the groups), that it is most likely from."""
    if known.all():
        return groups
    classes = np.vstack([profiles(sides.sums, sides.behind), unit(sides.labels * shift)])
    return np.asarray(counts @ np.log(classes).T).argmax(axis=1)
