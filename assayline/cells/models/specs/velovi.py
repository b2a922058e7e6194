"""veloVI: from spliced and unspliced values of the same genes, in which direction each cell changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import Input, dense
from assayline.cells.models.spec import Settings, Spec

SPLICED, UNSPLICED = "Ms", "Mu"


def hold(data: Any) -> Any:
    """Both layers as plain arrays, which is what the model reads."""
    for name in (SPLICED, UNSPLICED):
        data.layers[name] = dense(data.layers[name], np.float32)
    return data


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['Ms']` and `layers['Mu']`, as `assayline.cells.models.moments` makes them."""
    from scvi.external import VELOVI

    VELOVI.setup_anndata(data, spliced_layer=SPLICED, unspliced_layer=UNSPLICED)
    return VELOVI(data, n_latent=settings.latent, n_layers=settings.layers, n_hidden=settings.hidden)


def read(model: Any) -> dict[str, Any]:
    """For every cell and gene the change of spliced values in time, and how far the cell is along the gene's course."""
    words = {"n_samples": 25, "return_mean": True, "return_numpy": True}
    return {"velocity": model.get_velocity(**words), "time": model.get_latent_time(**words)}


SPEC = Spec(
    name="velovi",
    title="veloVI",
    cites="Gayoso et al. 2024, doi:10.1038/s41592-023-01994-w",
    where="scvi.external:VELOVI",
    needs=(
        Input(f"layers/{SPLICED}", "smoothed", "spliced values smoothed over neighbouring cells"),
        Input(f"layers/{UNSPLICED}", "smoothed", "unspliced values smoothed over neighbouring cells"),
    ),
    gives=("velocity", "time"),
    prefer="cells were caught on their way and spliced and unspliced transcripts were counted apart",
    proven="simulated transcription along a known time: direction of change a gene and cell, better than the steady-state ratio",
    make=make,
    read=read,
    plan={"lr": 1e-2, "n_epochs_kl_warmup": "warm_up"},
)
