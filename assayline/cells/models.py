"""Models that place cells in a space of few dimensions, each with a verdict: scVI by scvi-tools, PCA as the plain alternative."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assayline.cells.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from assayline.advisor.questions.integration_model import IntegrationModel

PATIENCE, WARM_UP = 20, 40  # epochs without gain before stopping; epochs over which the KL term gets its weight
RATE, GENES_A_NAT = 2e-3, 2000  # learning rate; a gain below one nat a cell for that many genes counts as none


@dataclass(slots=True)
class Trained:
    """A latent space (cells × dimensions) with the history of its training (empty for PCA) and the verdict on it."""

    latent: Any
    history: list[dict[str, float]]
    verdict: dict[str, Any]


def threads() -> int:
    """Threads a model may use: `OMP_NUM_THREADS`, else one."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) > 0 else 1


def train_scvi(data: Any, settings: IntegrationModel, seed: int, progress: Callable[[int, float], None]) -> Trained:
    """Train scVI (Lopez et al. 2018, doi:10.1038/s41592-018-0229-2) on `layers['counts']`, seeded, on the CPU, stopped early."""
    import logging
    import warnings

    import scvi
    import torch
    from lightning.pytorch.callbacks import LambdaCallback

    torch.set_num_threads(threads())
    for name in ("lightning", "lightning.pytorch", "lightning.fabric", "lightning.fabric.utilities.seed", "scvi"):
        logging.getLogger(name).setLevel(logging.WARNING)
    scvi.settings.seed = seed

    warm_up = max(
        1, min(WARM_UP, settings.max_epochs // 4)
    )  # the loss is one and the same only once the KL term has its full weight

    def tell(trainer: Any, _module: Any) -> None:
        loss = trainer.callback_metrics.get("elbo_validation")
        if loss is not None:
            progress(int(trainer.current_epoch) + 1, float(loss))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on loaders and logging intervals, which are chosen here on purpose
        scvi.model.SCVI.setup_anndata(data, layer="counts", batch_key="sample" if settings.correct_samples else None)
        model = scvi.model.SCVI(
            data,
            n_latent=settings.latent,
            n_layers=settings.layers,
            n_hidden=settings.hidden,
            gene_likelihood=settings.likelihood,
        )
        model.train(
            max_epochs=settings.max_epochs,
            accelerator="cpu",
            devices=1,
            train_size=0.9,
            early_stopping=True,
            early_stopping_monitor="elbo_validation",
            early_stopping_patience=PATIENCE,
            early_stopping_warmup_epochs=warm_up,
            early_stopping_min_delta=settings.variable_genes / GENES_A_NAT,
            plan_kwargs={"n_epochs_kl_warmup": warm_up, "lr": RATE},
            check_val_every_n_epoch=1,
            enable_progress_bar=False,
            callbacks=[LambdaCallback(on_train_epoch_end=tell)],
        )
        latent = model.get_latent_representation()
    training = model.history["train_loss"].iloc[:, 0].to_numpy(dtype=float)
    validation = model.history["elbo_validation"].iloc[:, 0].to_numpy(dtype=float)
    history = [
        {"epoch": number, "train_loss": float(one), "validation_elbo": float(other)}
        for number, (one, other) in enumerate(zip(training, validation, strict=False), 1)
    ]
    return Trained(np.asarray(latent), history, verdict(validation[warm_up:], settings.max_epochs - warm_up, warm_up))


def pca(data: Any, dimensions: int, seed: int) -> Any:
    """Principal components (cells × dimensions) of log-normalised values in `X`; in closed form, so there is no convergence."""
    from sklearn.decomposition import PCA

    count = max(2, min(dimensions, data.n_obs - 1, data.n_vars - 1))
    dense = data.X.toarray() if hasattr(data.X, "toarray") else np.asarray(data.X)
    return PCA(n_components=count, random_state=seed, svd_solver="arpack" if count < min(dense.shape) else "full").fit_transform(
        dense
    )
