"""CITE-seq with known truth: RNA tells four groups by one half, proteins by the other, over a background of each cell's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import depths, draw, profiles, table


@dataclass(frozen=True)
class Cite:
    """Cells with RNA and proteins; of each cell its group (0–3), and of each cell and protein whether it is there."""

    data: Any
    group: Any
    present: Any


def cite(cells: int, genes: int, seed: int) -> Cite:
    """Groups 0, 1 share one RNA profile and 2, 3 another; of 12 proteins 0, 2 show the first six and 1, 3 the others.

    Background is proportional to a factor of the cell, as unbound antibody in the droplet is, so that a bright background
    reaches what a dim signal gives.
    """
    import pandas

    random = np.random.default_rng(seed)
    group = np.arange(cells) % 4
    rna = draw(random, profiles(random, 2, genes, genes // 10, 4.0)[group // 2] * depths(random, cells, 1500))
    present = (np.arange(12) // 6)[None, :] == (group % 2)[:, None]
    background = depths(random, cells, 1.0, 0.8) * random.uniform(5, 20, 12)
    signal = depths(random, cells, 1.0, 0.3) * random.uniform(30, 60, 12) * present
    data = table(rna)
    names = [f"protein{number}" for number in range(12)]
    data.obsm["antibody_capture"] = pandas.DataFrame(draw(random, background + signal), data.obs_names, names)
    return Cite(data, group, present)
