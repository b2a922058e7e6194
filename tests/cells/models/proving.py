"""A model is trained, saved, loaded by digest, and gives the same again; what it is then held against is each test's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.heldout import held_out
from assayline.cells.models.store import load, save
from assayline.cells.models.training import Budget, Fitted, fit

if TYPE_CHECKING:
    from pathlib import Path

    from assayline.cells.models.spec import Settings

SEED = int(os.environ.get("TRUTH_SEED", "0"))  # of simulation and training of the truth tables; CI has the first only


def say(*words: object) -> None:
    """One line of the truth table, seen with `pytest -s`."""
    print("truth |", *words)


def proved(
    name: str, data: Any, folder: Path, settings: Settings, budget: Budget, first: Fitted | None = None
) -> tuple[Fitted, dict[str, Any]]:
    """The trained model and its outputs, once the stored model has given the same outputs for the same data."""
    kept = data.copy()
    fitted = fit(name, data, settings, budget, first=first)
    said = fitted.verdict
    say(f"{fitted.spec.title}: {said['epochs']} epochs, converged {said['converged']}: {said['because']}")
    outputs = fitted.outputs()
    assert set(outputs) == set(fitted.spec.gives), "a model gives what its spec says"
    again = load(folder, kept, sha256=save(fitted, folder), consent=True).outputs()
    for key, values in outputs.items():
        if values.dtype.kind == "f":
            assert np.isfinite(values).all() and np.allclose(again[key], values, atol=1e-4), key
        else:
            assert (again[key] == values).all(), key
    held = held_out(kept, fitted, budget.seed)
    if held:
        model, plain = (f"{held[one]:+.1f}" for one in ("model", "pca"))
        say(f"{fitted.spec.title}: held-out cells foretold {model} nats beside the mean of their sample, components {plain}")
        assert held["model"] > 0 or not said["converged"], "the space holds something"
    return fitted, outputs
