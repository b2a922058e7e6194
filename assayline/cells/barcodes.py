"""What the barcodes of a count matrix are: raw droplets or called cells, cells or nuclei, of which species."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from assayline.cells.measure import Measured

LOW = 100  # counts; a share below it is reported, nothing is decided by it
FEWEST, SPREAD, EMPTY = 500, 20.0, 0.2
NUCLEI_MITO, NUCLEI_RIBO = 0.02, 0.04  # medians below both: nuclei; whole cells of all tissues lie above one of them
PURE = 0.9  # share of one species' counts above which a barcode of a mixed library is of that species
TOP = 1000


def droplets(totals: Any) -> dict[str, Any]:
    """Raw droplets or called cells, from how far the depth of the deepest barcodes lies above that of the usual one.

    No fixed number of counts decides, so a shallow panel is not taken for empty droplets.
    """
    count = len(totals)
    body: dict[str, Any] = {"below_100_counts": float((totals < LOW).mean()) if count else 0.0}
    if count < FEWEST:
        return {"kind": "called cells", "basis": f"{count} barcodes are too few for a raw matrix"} | body
    zero = float((totals == 0).mean())
    rank = count // 20_000 + FEWEST // 5
    high = float(np.partition(totals, count - rank)[count - rank])
    usual = max(1.0, float(np.median(totals[totals > 0]))) if (totals > 0).any() else 1.0
    body |= {"usual": usual, "high": high, "high_rank": rank, "without_counts": zero}
    words = f"the barcode of rank {rank} has {high:.0f} counts, the usual one {usual:.0f}; {zero:.0%} have none"
    if zero >= EMPTY or high >= SPREAD * usual:
        return {"kind": "raw droplets", "basis": words} | body
    return {"kind": "called cells", "basis": words} | body


def material(of: Measured) -> dict[str, Any]:
    """Cells or nuclei, from the shares of mitochondrial and ribosomal-protein counts in the deepest barcodes."""
    if not len(of.totals) or of.totals.max() == 0:
        return {"kind": "not told", "basis": "there are no counts"}
    deep = np.argsort(-of.totals, kind="stable")[:TOP]
    deep = deep[of.totals[deep] >= 0.1 * of.totals[deep[0]]] if len(of.totals) > TOP else deep
    shares = {
        name: float(np.median(of.share(name)[deep])) for name in of.groups if name in ("mitochondrial", "ribosomal", "nuclear")
    }
    if not {"mitochondrial", "ribosomal"} <= set(shares):
        missing = " and ".join(name for name in ("mitochondrial", "ribosomal") if name not in shares)
        return {"kind": "not told", "basis": f"the matrix has no {missing} genes that are known", **shares}
    words = f"median shares of counts: mitochondrial {shares['mitochondrial']:.2%}, ribosomal proteins {shares['ribosomal']:.2%}"
    words += f", nuclear-retained {shares['nuclear']:.2%}" if "nuclear" in shares else ""
    nuclei = shares["mitochondrial"] < NUCLEI_MITO and shares["ribosomal"] < NUCLEI_RIBO
    return {"kind": "nuclei" if nuclei else "cells", "basis": words, **shares}


def mixture(of: Measured, species: list[str]) -> dict[str, Any]:
    """How many barcodes are of which species where a library holds several, and how many are of none clearly (doublets)."""
    shares = np.column_stack([of.share(name) for name in species])
    best = shares.max(axis=1)
    label = shares.argmax(axis=1)
    real = of.totals > 0
    counts = {name: int(((label == number) & (best >= PURE) & real).sum()) for number, name in enumerate(species)}
    return {"species": counts, "several": int(((best < PURE) & real).sum()), "pure_above": PURE}
