"""MrVI: how samples differ at every single cell, without clusters drawn first."""

from __future__ import annotations

from typing import Any

import numpy as np

from assayline.cells.models.inputs import Input
from assayline.cells.models.plain import pseudobulk, rna
from assayline.cells.models.spec import Settings, Spec
from assayline.cells.models.specs.scvi import COUNTS, PLAN

HOW = "Name the column with `cells inspect --sample-key`, or give a sheet of several samples."


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['counts']`; the sample is what is compared, not what is corrected for."""
    from scvi.external import MRVI

    MRVI.setup_anndata(data, layer="counts", sample_key="sample")
    return MRVI(data, n_latent=settings.latent, encoder_n_hidden=settings.hidden, encoder_n_layers=settings.layers)


def read(model: Any) -> dict[str, Any]:
    """The space without samples, and for every cell how far apart the samples are there (cells × samples × samples).

    The order of samples is that of `samples`.
    """
    distances = model.get_local_sample_distances()["cell"]
    found = {"latent": model.get_latent_representation(), "distances": distances.to_numpy()}
    return found | {"samples": distances.coords[distances.dims[1]].to_numpy().astype(str)}


def beside(data: Any, outputs: dict[str, Any], _first: Any) -> dict[str, float]:
    """How alike the samples' distances, as the mean of all cells, are to those of their sums."""
    from scipy.stats import spearmanr

    pairs = np.triu_indices(len(outputs["samples"]), 1)
    if len(pairs[0]) < 3:
        return {}
    own, plain = outputs["distances"].mean(axis=0)[pairs], pseudobulk(data, outputs["samples"])[pairs]
    return {"rank correlation of the mean distances of samples with those of pseudobulk": float(spearmanr(own, plain).statistic)}


SPEC = Spec(
    name="mrvi",
    title="MrVI",
    cites="Boyeau et al. 2025, doi:10.1038/s41592-025-02808-x",
    where="scvi.external:MRVI",
    needs=(COUNTS, Input("obs/sample", "groups", "the sample of each cell", HOW)),
    gives=("latent", "distances", "samples"),
    prefer="many samples are to be grouped by what differs between them, and that may be so in some cells only",
    proven="simulated donors of two kinds: finds the kinds from the one cell type in which they differ (ARI 1.00; pseudobulk"
    " 0.00–0.16); distances there are 1.3–1.4 times those of types that do not differ, which are far from zero",
    make=make,
    read=read,
    plan=PLAN,
    simple=rna,
    beside=beside,
)
