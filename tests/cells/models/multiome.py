"""A multiome with known truth: a third of the cells with RNA and peaks, a third with RNA alone, a third with peaks alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from tests.cells.models.drawing import depths, draw, profiles, table
from tests.cells.models.peaks import accessibility, fragments


@dataclass(frozen=True)
class Multiome:
    """Cells with RNA counts and `obsm['peaks']`, the group of each cell and what was measured (`both`, `rna`, `peaks`)."""

    data: Any
    group: Any
    measured: Any


def multiome(cells: int, genes: int, peaks: int, seed: int) -> Multiome:
    """Four groups that RNA and peaks both show; what was not measured of a cell is all zero."""
    random = np.random.default_rng(seed)
    group = np.arange(cells) % 4
    measured = np.array(["both", "rna", "peaks"])[random.permutation(cells) % 3]
    rna = draw(random, profiles(random, 4, genes, genes // 10, 5.0)[group] * depths(random, cells, 1000))
    open_ = fragments(random, accessibility(random, 4, peaks, peaks // 20)[group], 0.3)
    rna[measured == "peaks"] = 0
    open_[measured == "rna"] = 0
    data = table(rna)
    data.obsm["peaks"] = csr_matrix(open_)
    return Multiome(data, group, measured)
