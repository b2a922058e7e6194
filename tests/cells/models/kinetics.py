"""Transcription with known truth: genes switched on and off again, cells caught at known times along the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import table


@dataclass(frozen=True)
class Kinetics:
    """Cells with `layers['spliced']` and `layers['unspliced']` counts, the time of each, and its true ds/dt a gene."""

    data: Any
    time: Any
    velocity: Any


def kinetics(cells: int, genes: int, seed: int) -> Kinetics:
    """Every gene is transcribed from its own start to its own stop; du/dt = α − βu, ds/dt = βu − γs, in steps of a hundredth."""
    random = np.random.default_rng(seed)
    time = np.sort(random.uniform(0, 12, cells))
    start, length = random.uniform(-4, 8, genes), random.uniform(3, 7, genes)
    alpha = random.lognormal(2.0, 0.4, genes)
    beta, gamma = random.uniform(0.6, 1.4, genes), random.uniform(0.3, 0.8, genes)
    unspliced, spliced = np.zeros(genes), np.zeros(genes)
    rows, now, step = [], -4.0, 0.01
    for moment in time:
        while now < moment:
            on = (now >= start) & (now < start + length)
            before = unspliced
            unspliced = unspliced + step * (alpha * on - beta * unspliced)
            spliced = spliced + step * (beta * before - gamma * spliced)
            now += step
        rows.append((unspliced, spliced))
    means = np.array(rows)
    data = table(random.poisson(means[:, 1] * 2).astype(np.float32))
    data.layers["spliced"] = data.layers["counts"].copy()
    data.layers["unspliced"] = table(random.poisson(means[:, 0] * 2).astype(np.float32)).X
    return Kinetics(data, time, beta * means[:, 0] - gamma * means[:, 1])
