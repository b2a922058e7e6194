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


def stated(obs: Any) -> dict[str, str]:
    """Sample → chemistry from a column `chemistry` of the table of cells, as far as it holds one known name a sample."""
    if "chemistry" not in obs:
        return {}
    groups = obs.groupby(obs["sample"].astype(str), observed=True)["chemistry"].unique()
    return {str(name): str(values[0]) for name, values in groups.items() if len(values) == 1 and str(values[0]) in RATES}


def expectation(sizes: dict[str, int], chemistry: str | None, of: dict[str, str] | None = None) -> dict[str, Any]:
    """The expectation for every sample by its recovered cells, with its basis; `of` says a sample's own chemistry where known.

    What is asked for (`chemistry`) wins over what the table of cells says.
    """
    used = {name: chemistry or (of or {}).get(name, USUAL) for name in sizes}
    guessed = [] if chemistry else [name for name in sizes if name not in (of or {})]
    kinds = sorted(set(used.values()))
    basis = "; ".join(f"{RATES[kind]:.1%} a thousand recovered cells, {kind}" for kind in kinds)
    if guessed:
        whose = "" if len(guessed) == len(sizes) else f" for {', '.join(guessed)}"
        basis += f" (assumed{whose}: no chemistry was given)"
    samples: list[dict[str, Any]] = [
        {"sample": name, "cells": size, "rate": expected_rate(size, used[name])}
        | ({"chemistry": used[name]} if len(kinds) > 1 else {})
        for name, size in sizes.items()
    ]
    doublets = sum(row["rate"] * row["cells"] for row in samples)
    kind = kinds[0] if len(kinds) == 1 else "several"
    return {"chemistry": kind, "assumed": bool(guessed), "basis": basis, "samples": samples, "doublets": doublets}
