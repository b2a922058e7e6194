"""Samples, batches, donors and conditions of a data set, and whether they can answer a comparison between conditions."""

from __future__ import annotations

from typing import Any

import numpy as np

NAMES = {
    "sample": ("sample", "sample_id", "sampleid", "orig.ident", "library", "library_id", "channel", "gem_id"),
    "donor": ("donor", "donor_id", "patient", "patient_id", "subject", "subject_id", "individual", "mouse_id", "animal"),
    "condition": ("condition", "treatment", "disease", "disease_state", "stimulation", "stim", "genotype", "timepoint"),
    "batch": ("batch", "batch_id", "run", "sequencing_run", "chip", "lane"),
}
FEWEST = 2  # replicates of each condition below which nothing can be said about their spread


def columns(obs: Any, asked: dict[str, str | None]) -> dict[str, str | None]:
    """The column of each role: as asked for, else the only column whose name says it and that has no gaps."""
    lower = {str(name).lower(): str(name) for name in obs.columns}
    found: dict[str, str | None] = {}
    for role, names in NAMES.items():
        hits = [lower[name] for name in names if name in lower and not obs[lower[name]].isna().any()]
        least = 1 if role == "sample" else 2
        hits = [name for name in hits if least <= obs[name].nunique() <= max(2, len(obs) // 2)]
        found[role] = asked.get(role) or (hits[0] if hits else None)
    return found


def design(obs: Any, keys: dict[str, str | None]) -> dict[str, Any]:
    """What the columns of the roles hold, and whether conditions can be compared with donors (else samples) as replicates."""
    body: dict[str, Any] = {"keys": dict(keys)}
    for role, key in keys.items():
        if key is not None and key in obs:
            sizes = obs[key].astype(str).value_counts().sort_index()
            body[role] = {"key": key, "levels": [{"name": str(name), "cells": int(size)} for name, size in sizes.items()]}
    condition = keys["condition"]
    unit = keys["donor"] or keys["sample"]
    if condition is None or condition not in obs:
        return body | {"answerable": False, "because": "no column says which condition a cell is of"}
    if obs[condition].nunique() < 2:
        return body | {"answerable": False, "because": f"all cells are of one {condition}"}
    if unit is None or unit == condition:
        return body | {
            "answerable": False,
            "because": "no column tells donors or samples apart: cells of one donor are no replicates",
        }
    return body | answer(obs, unit, condition, keys["batch"])


def answer(obs: Any, unit: str, condition: str, batch: str | None) -> dict[str, Any]:
    """Replicates of each condition, whether donors cross conditions, and the terms of the model that can be fitted."""
    table = obs[[unit, condition]].astype(str).drop_duplicates()
    replicates = {str(level): int(size) for level, size in table[condition].value_counts().sort_index().items()}
    per_unit = table[unit].value_counts()
    paired = bool((per_unit > 1).mean() > 0.5)
    body: dict[str, Any] = {"unit": unit, "replicates": replicates, "paired": paired}
    few = [f"{level} has {count}" for level, count in replicates.items() if count < FEWEST]
    if few:
        because = (
            f"{', '.join(few)} {unit}: at least {FEWEST} of each condition are needed to know how much they differ by themselves"
        )
        return body | {"answerable": False, "because": because}
    terms = [unit] if paired else []
    if batch is not None and batch in obs and batch not in (unit, condition) and not paired and obs[batch].nunique() > 1:
        terms = [batch]
        bulk = obs[[unit, condition, batch]].astype(str).drop_duplicates()
        if not full_rank(bulk, [batch, condition]):
            because = f"{batch} and {condition} go together: what differs cannot be told apart"
            return body | {"answerable": False, "because": because, "confounded": batch}
    words = " and ".join(f"{count} of {level}" for level, count in replicates.items())
    because = f"{words} as replicates ({unit}){', each in several conditions' if paired else ''}"
    return body | {"answerable": True, "because": because, "terms": [*terms, condition]}


def full_rank(table: Any, names: list[str]) -> bool:
    """Whether the columns, as factors in an additive model, can be told apart on the rows of a table."""
    parts = [np.ones((len(table), 1))]
    for name in names:
        values = table[name].to_numpy()
        parts += [(values == level).astype(float)[:, None] for level in sorted(set(values))[1:]]
    matrix = np.hstack(parts)
    return bool(np.linalg.matrix_rank(matrix) == matrix.shape[1] and matrix.shape[1] < len(matrix))
