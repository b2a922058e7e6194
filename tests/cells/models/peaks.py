"""Accessible chromatin with known truth: groups with peaks of their own, cells of very different depth, few of the peaks seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import depths, table


@dataclass(frozen=True)
class Atac:
    """Cells × peaks (fragments, mostly none), the group of each cell, and each cell's true rate of accessibility a peak."""

    data: Any
    group: Any
    rate: Any


def accessibility(random: Any, groups: int, peaks: int, own: int) -> Any:
    """The probability that a peak is open, a row a group: a peak's base rate, and `own` peaks open in one group mostly."""
    rate = np.tile(random.beta(0.6, 3.0, peaks), (groups, 1))
    places = random.permutation(peaks)[: groups * own].reshape(groups, own)
    for number in range(groups):
        rate[:, places[number]] *= 0.3
        rate[number, places[number]] = random.uniform(0.4, 0.8, own)
    return rate


def fragments(random: Any, rate: Any, depth: float, spread: float = 0.6) -> Any:
    """One to four cut sites of an open peak that was seen, two mostly; which are seen is the cell's depth."""
    seen = np.clip(depths(random, len(rate), depth, spread), 0.02, 0.95)
    return (random.random(rate.shape) < rate * seen) * random.choice([1, 2, 2, 4], rate.shape).astype(np.float32)


def atac(cells: int, peaks: int, seed: int) -> Atac:
    """Four groups, each with a twentieth of the peaks as its own."""
    random = np.random.default_rng(seed)
    group = np.arange(cells) % 4
    rate = accessibility(random, 4, peaks, peaks // 20)[group]
    return Atac(table(fragments(random, rate, 0.35)), group, rate)
