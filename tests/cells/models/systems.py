"""Two systems with known truth: the same types and states of cells, every gene's level moved by its own factor in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import depths, draw, logs, profiles, table


@dataclass(frozen=True)
class Systems:
    """Cells with log values in `X` and `obs['batch']`, the type of each cell and its system (0 or 1)."""

    data: Any
    kind: Any
    system: Any


def systems(cells: int, genes: int, seed: int, shift: float = 0.5) -> Systems:
    """Four types in both systems, each cell moved by two programs that vary within types; factors are log-normal with `shift`."""
    random = np.random.default_rng(seed)
    system, kind = np.arange(cells) % 2, random.choice(4, cells)
    types, programs = profiles(random, 4, genes, genes // 10, 6.0), profiles(random, 2, genes, genes // 5, 5.0)
    part = random.uniform(0, 0.5, (cells, 2))
    expected = types[kind] * (1 - part.sum(axis=1, keepdims=True)) + part @ programs
    expected[system == 1] *= random.lognormal(0, shift, genes)
    expected /= expected.sum(axis=1, keepdims=True)
    data = table(draw(random, expected * depths(random, cells, 2000)), batch=np.array(["human", "mouse"])[system])
    data.X = logs(data.layers["counts"]).astype(np.float32)
    return Systems(data, kind, system)
