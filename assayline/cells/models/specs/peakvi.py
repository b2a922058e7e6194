"""PeakVI: accessible peaks of single cells to a latent space, with depth and each peak's own rate of detection apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import Input
from assayline.cells.models.plain import chromatin
from assayline.cells.models.spec import Foretelling, Settings, Spec
from assayline.cells.models.specs.scvi import PLAN, SAMPLES

MONITOR = "reconstruction_loss_validation"  # PeakVI and MultiVI stop on this and take no other word for it


def hold(data: Any) -> Any:
    """Which peaks were found, as ones in `layers['seen']`."""
    data.layers["seen"] = (data.layers["counts"] > 0).astype(np.float32)
    return data


def most_seen(data: Any, count: int) -> Any:
    """The cells with the peaks that are seen in most cells, none that is seen in no cell."""
    seen = np.asarray((data.layers["counts"] > 0).sum(axis=0)).ravel()
    best = np.sort(np.argsort(-seen, kind="stable")[:count])
    return data[:, best[seen[best] > 0]].copy()


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['seen']`: whether a peak was found, of how many fragments says nothing more."""
    from scvi.model import PEAKVI

    PEAKVI.setup_anndata(data, layer="seen", batch_key=settings.batch_key)
    sizes = {"n_latent": settings.latent, "n_hidden": settings.hidden}
    return PEAKVI(data, **sizes, **settings.coders)


def read(model: Any) -> dict[str, Any]:
    """The latent space, and for every cell and peak the probability that it is accessible."""
    accessible = model.get_normalized_accessibility(return_numpy=True)
    return {"latent": model.get_latent_representation(), "accessible": accessible}


def shares(model: Any, cells: Any) -> Any:
    """The probability of each peak that is expected of cells (cells × peaks)."""
    return model.get_normalized_accessibility(cells, return_numpy=True)


def peaks(data: Any) -> Any:
    """Which peaks were found, as ones."""
    return (data.layers["counts"] > 0).astype(np.int64).tocsr()


SPEC = Spec(
    name="peakvi",
    title="PeakVI",
    cites="Ashuach et al. 2022, doi:10.1016/j.crmeth.2022.100182",
    where="scvi.model:PEAKVI",
    needs=(Input("layers/counts", "counts", "counts of fragments in peaks"), SAMPLES),
    gives=("latent", "accessible"),
    prefer="accessible chromatin alone was measured (ATAC)",
    proven="simulated chromatin: finds four groups that depth hides from PCA (ARI 0.92–0.97; PCA 0.06–0.08), and what is "
    "open (correlation 0.86–0.89; of the peaks seen 0.29–0.31); TF-IDF with SVD does as well (0.95–0.96), and better "
    "(0.81 against 0.71) where a cell shows some 40 peaks only",
    make=make,
    read=read,
    monitor=MONITOR,
    options=PLAN | {"early_stopping_monitor": None},
    features=20_000,
    hold=hold,
    foretell=Foretelling(shares, counted=peaks),
    select=most_seen,
    simple=chromatin,
)
