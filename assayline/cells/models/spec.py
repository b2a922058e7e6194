"""What a model is here: what it needs, what it gives, when to prefer it, what it was proven on, and how it is made and read."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cells.models.inputs import Input, wanting
from assayline.errors import BadUsage, Refused

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes of a model: dimensions, layers, units; the likelihood; whether samples are corrected for; what one alone has."""

    latent: int = 10
    layers: int = 1
    hidden: int = 128
    likelihood: str = "nb"
    correct_samples: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def batch_key(self) -> str | None:
        """The column of `obs` that is corrected for, or None."""
        return "sample" if self.correct_samples else None

    @property
    def coders(self) -> dict[str, int]:
        """Layers of encoder and decoder, for classes that take both."""
        return {"n_layers_encoder": self.layers, "n_layers_decoder": self.layers}


def as_it_is(data: Any) -> Any:
    """An AnnData that the class takes without more ado."""
    return data


def samples(data: Any) -> Any:
    """The sample of each cell as text."""
    return data.obs["sample"].astype(str).to_numpy()


def most_variable(data: Any, count: int) -> Any:
    """The cells with the genes that vary most, all of them where there are no more than `count`; `X` is log-normalised."""
    from assayline.cells.integrate import variable_genes

    return variable_genes(data, count) if data.n_vars > count else data.copy()


def whole_counts(data: Any) -> Any:
    """The counts that a model was trained on (cells × features)."""
    return data.layers["counts"].tocsr()


@dataclass(frozen=True, slots=True)
class Foretelling:
    """How a model foretells counts that it has not seen.

    `shares(model, cells)` are those that it expects of each feature, of cells whose `layers['counts']` hold a half of what
    `counted(data)` is; `beside(data)` are the values of another kind, as logarithms, that it sees of the same cells as they are.
    """

    shares: Callable[[Any, Any], Any]
    counted: Callable[[Any], Any] = whole_counts
    beside: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A model of scvi-tools as declared in one file of `specs/`.

    `make(data, settings, first)` sets the data up and returns the untrained model (`first`: the trained model it starts from);
    `read(model)` returns its outputs as arrays by name. `proven` says on what known truth the output was shown to be right.
    `hold(data)` brings an AnnData into the form that the class of scvi-tools takes, for training and for loading alike.
    `foretell` is there where held-out cells can be foretold. `batch` is the cells a step. `verb` is the command that trains it,
    empty for one that is there in Python only; that command trains for `epochs` at most on `features` features, as
    `select(data, count)` finds them, and holds the outputs against `simple(data, seed)`, spaces of the same cells without a deep
    model, by how the parts mix that `parts(data)` names, and against `beside(data, outputs, first)`, numbers by what they say.
    """

    name: str
    title: str
    cites: str
    where: str
    needs: tuple[Input, ...]
    gives: tuple[str, ...]
    prefer: str
    proven: str
    make: Callable[[Any, Settings, Any], Any]
    read: Callable[[Any], dict[str, Any]]
    first: str | None = None
    monitor: str | None = "elbo_validation"
    plan: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    hold: Callable[[Any], Any] = as_it_is
    foretell: Foretelling | None = None
    batch: int = 128
    epochs: int = 400
    verb: str = "cells train"
    features: int = 2000
    select: Callable[[Any, int], Any] = most_variable
    simple: Callable[[Any, int], dict[str, Any]] | None = None
    parts: Callable[[Any], Any] = samples
    beside: Callable[[Any, dict[str, Any], Any], dict[str, float]] | None = None

    def kind(self) -> Any:
        """The class of scvi-tools."""
        module, _, name = self.where.partition(":")
        return getattr(import_module(module), name)

    def require(self, data: Any) -> None:
        """Raise `Refused` for data that lack what the model needs."""
        lacks = wanting(data, self.needs)
        if lacks:
            raise Refused(
                what=f"data for model {self.name}",
                found="; ".join(found for found, _, _ in lacks),
                expected="; ".join(expected for _, expected, _ in lacks),
                next=" ".join([*(how for _, _, how in lacks if how), "Else choose a model that does without (docs/models.md)."]),
            )


def names() -> tuple[str, ...]:
    """Names of all models; each is one file of `specs/`."""
    return tuple(sorted(path.stem for path in (Path(__file__).parent / "specs").glob("[a-z]*.py")))


def spec(name: str) -> Spec:
    """A model's spec by its name; raises `BadUsage` for one that nobody knows."""
    if name not in names():
        raise BadUsage(what="model", found=repr(name), expected=f"one of {', '.join(names())}", next="See docs/models.md.")
    found: Spec = import_module(f"assayline.cells.models.specs.{name}").SPEC
    return found
