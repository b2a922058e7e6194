"""A model asked for by its name: the data it takes, its training, and the simple way of the same modality beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.heldout import held_out
from assayline.cells.models.spec import Settings, Spec, names, spec
from assayline.cells.models.training import Budget, Fitted, fit
from assayline.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERB = "cells train"
FIRST = "condscvi"


@dataclass(frozen=True, slots=True)
class Reference:
    """Labelled single cells that a model of spots starts from: the file, and the column of its labels."""

    path: Path
    key: str


@dataclass(slots=True)
class Trained:
    """The model, the cells it saw with its outputs in their slots, which slot holds what, and how it compares."""

    fitted: Fitted
    data: Any
    slots: list[dict[str, str]]
    spaces: list[dict[str, Any]] = field(default_factory=list)
    choice: dict[str, Any] = field(default_factory=dict)
    beside: list[dict[str, Any]] = field(default_factory=list)
    held_out: dict[str, Any] | None = None
    first: Fitted | None = None


def trainable(name: str, reference: Reference | None) -> Spec:
    """The spec of a model that this verb trains; raises `BadUsage` for another, and for a reference missing or in excess."""
    chosen = spec(name)
    if chosen.verb != VERB:
        able = [one for one in names() if spec(one).verb == VERB]
        step = f"Use `assayline {chosen.verb}`." if chosen.verb else "It is there in Python: docs/models.md."
        raise BadUsage(what="MODEL", found=repr(name), expected=f"one of {', '.join(able)}", next=step)
    wants = bool(chosen.first)
    if wants and reference is None:
        expected = "labelled single cells of the same tissue"
        raise BadUsage(what=f"model {name}", found="no --reference", expected=expected, next="Name --reference and --label-key.")
    if reference is not None and not wants:
        raise BadUsage(what=f"model {name}", found="--reference", expected="none: it starts from nothing", next="Leave it out.")
    return chosen


def train(
    chosen: Spec,
    data: Any,
    settings: Settings,
    budget: Budget,
    *,
    features: int | None = None,
    reference: Reference | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Trained:
    """Train on accepted counts (`layers['counts']`); raises `Refused` where they lack what the model needs."""
    from assayline.cells.integrate import normalise

    normalise(data)
    chosen.require(data)
    first = None
    if reference is not None:
        first, data = _first(data, reference, settings, budget, features or chosen.features)
    else:
        data = chosen.select(data, features or chosen.features)
    fitted = fit(chosen.name, data, settings, budget, first=first, progress=progress)
    outputs = fitted.outputs()
    found = Trained(fitted, data, _placed(data, chosen.name, outputs), first=first)
    if chosen.simple:
        found.spaces, found.choice = _compared(data, chosen, outputs, budget.seed)
    if chosen.beside:
        found.beside = [{"what": what, "value": value} for what, value in chosen.beside(data, outputs, first).items()]
    found.held_out = held_out(data, fitted, budget.seed)
    return found


def _first(data: Any, reference: Reference, settings: Settings, budget: Budget, features: int) -> tuple[Fitted, Any]:
    """The model of the reference's types, and the spots over its genes: those that vary most in the reference."""
    from assayline.cells.inspect import inspect, require
    from assayline.cells.integrate import normalise
    from assayline.cells.models.spec import most_variable
    from assayline.cells.transfer import labels_of, shared_genes

    found = inspect(reference.path)
    require(found, reference.path)
    labels = labels_of(found.data, reference.key)
    known = found.data[:, shared_genes(found.data, data)].copy()
    known.obs["label"] = labels
    normalise(known)
    known = most_variable(known, features)
    return fit(FIRST, known, settings, budget), data[:, known.var_names].copy()


def _placed(data: Any, name: str, outputs: dict[str, Any]) -> list[dict[str, str]]:
    """Outputs in the slots that their shapes fit: `X_<model>` the latent space, layers, named columns, else plain arrays."""
    import pandas

    texts = {key: values for key, values in outputs.items() if values.dtype.kind in "UO"}
    slots = []
    for key, values in outputs.items():
        place = f"{name}_{key}"
        columns = next((text for text in texts.values() if values.shape[1:] == text.shape), None)
        if key in texts:
            data.uns[place], slot = np.array(values, dtype=object), f"uns/{place}"
        elif key == "latent":
            data.obsm[f"X_{name}"], slot = values, f"obsm/X_{name}"
        elif columns is not None:
            table = pandas.DataFrame(values, index=data.obs_names, columns=[str(one) for one in columns])
            data.obsm[place], slot = table, f"obsm/{place}"
        elif values.shape == data.shape:
            data.layers[place], slot = values.astype(np.float32), f"layers/{place}"
        else:
            data.obsm[place], slot = values.astype(np.float32), f"obsm/{place}"
        slots.append({"output": key, "slot": slot})
    return slots


def _compared(data: Any, chosen: Spec, outputs: dict[str, Any], seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The model's space beside the simple ones, by indices that look at no label, and which would be used."""
    import anndata

    from assayline.cells.spaces import choose_space, judge_spaces

    assert chosen.simple is not None
    spaces = chosen.simple(data, seed)
    for name, space in spaces.items():
        data.obsm[f"X_{name}"] = space
    plain = anndata.AnnData(np.asarray(next(iter(spaces.values())), dtype=np.float64), obs=data.obs[["sample"]].copy())
    plain.obs["sample"] = chosen.parts(data)
    judged = judge_spaces(plain, spaces | {chosen.name: outputs["latent"]}, seed)
    return [space.to_json() for space in judged], choose_space(judged)
