"""Training a model within a budget of epochs and time, seeded, stopped early on held-out cells, ending in a verdict."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.models.spec import Settings, Spec, spec
from assayline.cells.verdict import verdict
from assayline.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE, WARM_UP = 20, 40  # epochs without gain before stopping; epochs over which the KL term gets its weight
RATE, GENES_A_NAT = 2e-3, 2000  # learning rate; a gain below one nat a cell for that many genes counts as none
LOUD = ("lightning", "lightning.pytorch", "lightning.fabric", "lightning.fabric.utilities.seed", "scvi", "jax")


def threads() -> int:
    """Threads a model may use: `OMP_NUM_THREADS`, else one."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) > 0 else 1


@dataclass(frozen=True, slots=True)
class Budget:
    """What a training may use. `seconds` ends it by the clock, which is said: such a training does not repeat to the bit.

    `batch_size` is the cells a step, where it is None those of the spec.
    """

    seed: int = 0
    max_epochs: int = 400
    seconds: float | None = None
    device: str = "cpu"
    threads: int = field(default_factory=threads)
    patience: int = PATIENCE
    batch_size: int | None = None
    gain: float | None = None

    @property
    def warm_up(self) -> int:
        """Epochs in which the loss itself still changes, since the KL term gets its weight."""
        return max(1, min(WARM_UP, self.max_epochs // 4))


@dataclass(slots=True)
class Fitted:
    """A trained model with the spec it follows, the history of its training (one row an epoch) and the verdict on it."""

    spec: Spec
    model: Any
    history: list[dict[str, float]]
    verdict: dict[str, Any]
    seed: int = 0

    def outputs(self) -> dict[str, Any]:
        """What the model gives, as arrays by name; the same each time, also where the model draws samples."""
        with quiet(self.seed):
            return {name: np.asarray(value) for name, value in self.spec.read(self.model).items()}


def fit(
    name: str,
    data: Any,
    settings: Settings | None = None,
    budget: Budget | None = None,
    *,
    first: Fitted | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Fitted:
    """Train a model by its name; a model it starts from is trained first unless given. Raises `Refused` for unfit data."""
    chosen, settings, budget = spec(name), settings or Settings(), budget or Budget()
    chosen.require(data)
    data = chosen.hold(data)
    if chosen.first and first is None:
        if chosen.first.startswith("given:"):
            raise BadUsage(
                what=f"model {name}",
                found="no trained model to start from",
                expected=f"a trained model: {chosen.first.removeprefix('given:')}",
                next="Train or load that one first.",
            )
        first = fit(chosen.first, data, settings, budget, progress=progress)
    import pyro
    import torch

    pyro.clear_param_store()  # what an earlier model left there would be trained on, and stored with this one
    torch.set_num_threads(budget.threads)
    with quiet(budget.seed):
        model = chosen.make(data, settings, first)
        stopped = _train(chosen, model, budget, data.n_vars, progress)
    torch.set_num_threads(budget.threads)  # a model may have taken more
    return _ended(chosen, model, budget, over_time=stopped)


@contextmanager
def quiet(seed: int | None = None) -> Iterator[None]:
    """Without advice on loaders and logging intervals, which are chosen here on purpose; what is printed goes to stderr.

    With a seed, everything that a model draws from begins with it.
    """
    import logging
    import sys
    import warnings

    import lightning.pytorch  # noqa: F401  # sets its own level of talk when it is first imported, as scvi does
    import scvi

    for name in LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        if seed is not None:
            scvi.settings.seed = seed
        yield


def _train(chosen: Spec, model: Any, budget: Budget, genes: int, progress: Callable[[int, float], None] | None) -> bool:
    """Run the epochs; returns whether the clock ended them."""
    from lightning.pytorch.callbacks import LambdaCallback

    begin, over = time.monotonic(), False

    def tell(trainer: Any, _module: Any) -> None:
        nonlocal over
        loss = trainer.callback_metrics.get(chosen.monitor) if chosen.monitor else None
        if loss is not None and progress is not None:
            progress(int(trainer.current_epoch) + 1, float(loss))
        if budget.seconds is not None and time.monotonic() - begin > budget.seconds:
            trainer.should_stop, over = True, True

    words: dict[str, Any] = {"max_epochs": budget.max_epochs, "accelerator": budget.device, "devices": 1, "train_size": 0.9}
    words |= {"batch_size": budget.batch_size or chosen.batch, "enable_progress_bar": False, "check_val_every_n_epoch": 1}
    words["callbacks"] = [LambdaCallback(on_train_epoch_end=tell)]
    if chosen.monitor:
        gain = budget.gain if budget.gain is not None else genes / GENES_A_NAT
        words |= {"early_stopping": True, "early_stopping_monitor": chosen.monitor, "early_stopping_min_delta": gain}
        words |= {"early_stopping_patience": budget.patience, "early_stopping_warmup_epochs": budget.warm_up}
    plan, options = (
        {key: budget.warm_up if value == "warm_up" else value for key, value in kind.items()}
        for kind in (chosen.plan, chosen.options)
    )
    words |= {"plan_kwargs": plan} if plan else {}
    words |= options
    model.train(**{key: value for key, value in words.items() if value is not None})
    return over


def _ended(chosen: Spec, model: Any, budget: Budget, *, over_time: bool) -> Fitted:
    """The history as rows and the verdict on it."""
    kept = model.history or {}
    validation = _series(kept, chosen.monitor)
    training = _series(kept, "train_loss", "train_loss_epoch", "elbo_train")
    both = zip(training, validation if len(validation) else training, strict=False)
    history = [
        {"epoch": number, "train_loss": float(one), "validation_elbo": float(other)}
        for number, (one, other) in enumerate(both, 1)
    ]
    watched = validation if len(validation) else training
    cells = "held-out cells" if len(validation) else "training cells"
    said = verdict(watched[budget.warm_up :], budget.max_epochs - budget.warm_up, budget.warm_up, cells)
    if over_time:
        said |= {"converged": False, "because": "the time allowed was over", "stopped_by_time": True, "epochs": len(watched)}
    said["watched"] = cells
    return Fitted(chosen, model, history, said, budget.seed)


def _series(kept: Any, *names: str | None) -> Any:
    for name in names:
        if name and name in kept:
            return kept[name].iloc[:, 0].to_numpy(dtype=float)
    return np.zeros(0)
