"""Small matrices with known truth: groups of cells with markers of their own, mitochondrial genes, dying and shallow cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

MITO = [
    "MT-ND1",
    "MT-ND2",
    "MT-CO1",
    "MT-CO2",
    "MT-ATP8",
    "MT-ATP6",
    "MT-CO3",
    "MT-ND3",
    "MT-ND4L",
    "MT-ND4",
    "MT-ND5",
    "MT-ND6",
    "MT-CYB",
]


@dataclass(frozen=True)
class Simulated:
    """Counts (cells × genes, int), names, and the truth of each cell: group, sample, dying, shallow."""

    counts: Any
    cells: list[str]
    genes: list[str]
    group: Any
    dying: Any
    shallow: Any

    def write(self, path: Path, *, transposed: bool = False, values: Any = None) -> Path:
        """Write as a delimited table, in either orientation, with other values if given."""
        body = self.counts if values is None else values
        rows, columns = (self.genes, self.cells) if transposed else (self.cells, self.genes)
        body = body.T if transposed else body
        mark = "\t" if path.suffix == ".tsv" else ","
        lines = [mark.join(["", *columns])]
        lines += [mark.join([name, *(f"{value:.10g}" for value in row)]) for name, row in zip(rows, body, strict=True)]
        path.write_text("\n".join(lines) + "\n")
        return path


def simulate(
    cells: int = 120, genes: int = 300, groups: int = 2, depth: float = 2000.0, dying: int = 0, shallow: int = 0, seed: int = 0
) -> Simulated:
    """Draw negative binomial counts; each group shows its own genes eightfold; dying cells are 40 % mitochondrial."""
    random = np.random.default_rng(seed)
    names = MITO + [f"RPL{number}" for number in range(3, 13)]
    names += [f"GENE{number}" for number in range(genes - len(names))]
    mean = random.gamma(0.6, 1.0, genes) + 0.02
    mean[: len(MITO)] = 0.0
    group = np.arange(cells) % groups
    profile = np.tile(mean, (groups, 1))
    width = genes // 10
    for number in range(groups):
        start = len(MITO) + 10 + number * width
        profile[number, start : start + width] *= 8
    profile /= profile.sum(axis=1, keepdims=True)
    size = depth * random.lognormal(0.0, 0.35, cells)
    is_dying, is_shallow = np.zeros(cells, bool), np.zeros(cells, bool)
    is_dying[:dying] = True
    is_shallow[dying : dying + shallow] = True
    size[is_shallow] = depth / 60
    share = np.where(is_dying, 0.4, random.uniform(0.03, 0.06, cells))
    expected = profile[group] * (1 - share)[:, None]
    expected[:, : len(MITO)] = (share / len(MITO))[:, None]
    expected *= size[:, None]
    counts = random.poisson(expected * random.gamma(5.0, 0.2, expected.shape))
    return Simulated(counts, [f"cell{number}" for number in range(cells)], names, group, is_dying, is_shallow)
