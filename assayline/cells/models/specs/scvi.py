"""scVI: counts to a latent space, corrected for the sample."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.inputs import Input
from assayline.cells.models.spec import Foretelling, Settings, Spec

COUNTS = Input("layers/counts", "counts", "raw counts", "`assayline cells inspect` writes raw counts there.")
SAMPLES = Input("obs/sample", "column", "the sample of each cell", "Name the column with `cells inspect --sample-key`.")
PLAN = {"n_epochs_kl_warmup": "warm_up", "lr": 2e-3}
DRAWS = 25  # samples of the latent variables for what is expected of a cell
SURGERY = {"use_layer_norm": "both", "use_batch_norm": "none", "encode_covariates": True}


def sizes(settings: Settings) -> dict[str, Any]:
    """The words for scVI's constructor; `surgery_ready` gives the layers that scArches needs."""
    words = {"n_latent": settings.latent, "n_layers": settings.layers, "n_hidden": settings.hidden}
    return words | {"gene_likelihood": settings.likelihood} | (SURGERY if settings.more.get("surgery_ready") else {})


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['counts']`."""
    from scvi.model import SCVI

    SCVI.setup_anndata(data, layer="counts", batch_key=settings.batch_key)
    return SCVI(data, **sizes(settings))


def read(model: Any) -> dict[str, Any]:
    """The means of the latent variables (cells × dimensions)."""
    return {"latent": model.get_latent_representation()}


def shares(model: Any, cells: Any) -> Any:
    """The share of each gene that is expected of cells (cells × genes)."""
    return model.get_normalized_expression(cells, library_size=1, n_samples=DRAWS, return_mean=True, return_numpy=True)


SPEC = Spec(
    name="scvi",
    title="scVI",
    cites="Lopez et al. 2018, doi:10.1038/s41592-018-0229-2",
    where="scvi.model:SCVI",
    needs=(COUNTS, SAMPLES),
    gives=("latent",),
    prefer="several samples or protocols whose shift is not one and the same for all cells, a thousand cells or more",
    proven="three cell lines known by genotype in two protocols: lines stay apart, protocols mix within lines",
    make=make,
    read=read,
    verb="cells integrate",
    plan=PLAN,
    foretell=Foretelling(shares),
)
