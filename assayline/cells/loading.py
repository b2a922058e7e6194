"""How many doublets to expect from the cells recovered and the chemistry.

Rates are those that the makers publish: 10x Genomics' user guides give about 0.8 % a thousand recovered cells for Chromium v2 and
v3, about 0.4 % for GEM-X (v4) and HT; droplets fill at random, so the rate grows with the cells. Plates hold one cell a well.
"""

from __future__ import annotations

from typing import Any

RATES = {"10x-v2": 0.008, "10x-v3": 0.008, "10x-ht": 0.004, "10x-v4": 0.004, "drop-seq": 0.012, "plate": 0.0}
USUAL = "10x-v3"
MOST = 0.4


def expected_rate(cells: int, chemistry: str) -> float:
    """The share of doublets to expect among recovered cells of one sample."""
    return min(MOST, RATES[chemistry] * cells / 1000)


def expectation(sizes: dict[str, int], chemistry: str | None) -> dict[str, Any]:
    """The expectation for every sample by its recovered cells, with its basis."""
    used = chemistry or USUAL
    basis = f"{RATES[used]:.1%} a thousand recovered cells, {used}" + ("" if chemistry else " (assumed: no chemistry was given)")
    samples = [{"sample": name, "cells": size, "rate": expected_rate(size, used)} for name, size in sizes.items()]
    doublets = sum(expected_rate(size, used) * size for size in sizes.values())
    return {"chemistry": used, "assumed": chemistry is None, "basis": basis, "samples": samples, "doublets": doublets}
