"""One pass over a matrix: what the values are like, and for every cell and gene the sums that gate and quality control need."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.blocks import blocks

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = 1e-6  # relative; counts that went through a normalisation and back differ from whole numbers by about 1e-12


@dataclass(slots=True)
class Measured:
    """Per cell `totals`, `genes` (seen) and `parts` (cells × groups: sums over groups of genes); per gene `seen` and `sums`.

    Of all values: minimum, maximum, and how many are negative, fractional, not finite or not zero; `deviation` is the largest
    distance from a whole number.
    """

    totals: Any
    genes: Any
    parts: Any
    seen: Any
    sums: Any
    minimum: float = 0.0
    maximum: float = 0.0
    deviation: float = 0.0
    fractional: int = 0
    negative: int = 0
    broken: int = 0
    nonzero: int = 0
    groups: list[str] = field(default_factory=list)

    def share(self, name: str) -> Any:
        """For every cell the share of its counts in a group of genes; 0 where it has no counts."""
        part = self.parts[:, self.groups.index(name)]
        return np.divide(part, self.totals, out=np.zeros_like(part), where=self.totals > 0)


def measure(values: Any, groups: dict[str, Any] | None = None, most: int | None = None) -> Measured:
    """Measure cells × genes by blocks; `groups` maps names to boolean arrays over genes, of which a gene may be in several.

    `most` ends after the first block that brings the number of values above it, for a first look.
    """
    groups = groups or {}
    rows, columns = values.shape
    bits = np.zeros(columns, dtype=np.uint32)
    for number, mask in enumerate(groups.values()):
        bits[np.asarray(mask, dtype=bool)] |= np.uint32(1 << number)
    body = Measured(
        np.zeros(rows), np.zeros(rows, dtype=np.int64), np.zeros((rows, len(groups))), np.zeros(columns, dtype=np.int64),
        np.zeros(columns), groups=list(groups),
    )  # fmt: skip
    facts = np.array([0.0, 0.0, 0.0])
    counted = np.zeros(4, dtype=np.int64)
    for first, block in blocks(values):
        last = first + block.shape[0]
        data = block.data if block.data.dtype in (np.float32, np.float64) else block.data.astype(np.float64)
        starts = block.indptr.astype(np.int64)
        own = (body.totals[first:last], body.genes[first:last], body.parts[first:last])
        _kernel()(data, block.indices, starts, bits, *own, body.seen, body.sums, facts, counted)
        if most is not None and counted[3] > most:
            break
    body.minimum, body.maximum, body.deviation = (float(fact) for fact in facts)
    body.fractional, body.negative, body.broken, body.nonzero = (int(count) for count in counted)
    return body


@cache
def _kernel() -> Callable[..., None]:
    """The loop over stored values, compiled once and kept on disk."""
    import numba

    def loop(
        data: Any, indices: Any, starts: Any, bits: Any, totals: Any, genes: Any, parts: Any, seen: Any, sums: Any,
        facts: Any, counted: Any,
    ) -> None:  # fmt: skip
        low, high, off = facts[0], facts[1], facts[2]
        fractional, negative, broken, nonzero = 0, 0, 0, 0
        for row in range(len(starts) - 1):
            total, own = 0.0, 0
            for place in range(starts[row], starts[row + 1]):
                value = data[place]
                if value == 0:
                    continue
                if not np.isfinite(value):
                    broken += 1
                    continue
                gene = indices[place]
                own += 1
                total += value
                seen[gene] += 1
                sums[gene] += value
                low, high = min(low, value), max(high, value)
                if value < 0:
                    negative += 1
                gap = abs(value - np.rint(value))
                if gap > 0:
                    off = max(off, gap)
                    if gap > TOLERANCE * max(1.0, abs(value)):
                        fractional += 1
                mask = bits[gene]
                if mask:
                    for group in range(parts.shape[1]):
                        if mask >> np.uint32(group) & np.uint32(1):
                            parts[row, group] += value
            totals[row] = total
            genes[row] = own
            nonzero += own
        facts[0], facts[1], facts[2] = low, high, off
        counted[0] += fractional
        counted[1] += negative
        counted[2] += broken
        counted[3] += nonzero

    try:
        compiled: Callable[..., None] = numba.njit(nogil=True, cache=True)(loop)
    except RuntimeError:  # nowhere to keep it
        compiled = numba.njit(nogil=True)(loop)
    return compiled
