"""Samples with known truth: two kinds of donors that differ in one cell type only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import depths, draw, profiles, table


@dataclass(frozen=True)
class Cohort:
    """Cells of several samples, the cell type of each (0 answers, 1 and 2 do not), and the kind of every sample by its name."""

    data: Any
    kind_of_cell: Any
    kind_of_sample: dict[str, int]


def cohort(samples: int, cells: int, genes: int, seed: int) -> Cohort:
    """Every second sample is of the second kind: a tenth of the genes are up threefold in its cells of type 0, 20 % of all.

    Every sample has small shifts of all its genes besides, as donors do.
    """
    random = np.random.default_rng(seed)
    total = samples * cells
    own = np.repeat(np.arange(samples), cells)
    kind = random.choice(3, total, p=[0.2, 0.4, 0.4])
    types = profiles(random, 3, genes, genes // 10, 5.0)
    answering = random.permutation(genes)[: genes // 10]
    expected = types[kind] * random.lognormal(0.0, 0.1, (samples, genes))[own]
    hit = (kind == 0) & (own % 2 == 1)
    expected[np.ix_(hit, answering)] *= 3.0
    expected /= expected.sum(axis=1, keepdims=True)
    names = np.array([f"donor{number:02d}" for number in range(samples)])
    data = table(draw(random, expected * depths(random, total, 1000)), sample=names[own])
    return Cohort(data, kind, {str(name): number % 2 for number, name in enumerate(names)})
