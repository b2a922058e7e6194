"""Spots of tissue with known truth: each a few cells of types that vary within themselves, beside a single-cell reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.cells.models.drawing import depths, draw, profiles, table


@dataclass(frozen=True)
class Tissue:
    """The reference (with `obs['label']`), the spots, and the share of each type in each spot (order of `labels`)."""

    reference: Any
    spots: Any
    shares: Any
    labels: tuple[str, ...]


def tissue(cells: int, spots: int, genes: int, seed: int) -> Tissue:
    """Four types, two of them alike; spots hold ten cells, are shallower a cell, and catch each gene at a rate of its own."""
    random = np.random.default_rng(seed)
    labels = ("A", "B", "C", "D")
    types = profiles(random, 4, genes, genes // 10, 5.0)
    types[3] = 0.6 * types[2] + 0.4 * types[3]
    state = profiles(random, 4, genes, genes // 10, 4.0)
    label = np.arange(cells) % 4
    reference = table(draw(random, _mixed(random, types, state, label) * depths(random, cells, 1500)))
    reference.obs["label"] = np.array(labels)[label]
    shares = random.dirichlet(np.full(4, 0.6), spots)
    inside = np.stack([random.multinomial(10, share) for share in shares])
    expected = np.zeros((spots, genes))
    for spot in range(spots):
        own = np.repeat(np.arange(4), inside[spot])
        expected[spot] = _mixed(random, types, state, own).mean(axis=0)
    expected *= random.lognormal(0.0, 0.3, genes)
    expected /= expected.sum(axis=1, keepdims=True)
    return Tissue(reference, table(draw(random, expected * depths(random, spots, 5000))), inside / 10, labels)


def _mixed(random: Any, types: Any, state: Any, label: Any) -> Any:
    """Profiles of cells: their type's, moved by a random part towards the type's second state."""
    part = random.uniform(0, 0.6, (len(label), 1))
    return (1 - part) * types[label] + part * state[label]
