"""LDVAE: scVI with a linear decoder, whose latent dimensions have gene loadings."""

from __future__ import annotations

from typing import Any

from assayline.cells.models.spec import Foretelling, Settings, Spec
from assayline.cells.models.specs.scvi import COUNTS, PLAN, SAMPLES, shares


def make(data: Any, settings: Settings, _first: Any) -> Any:
    """The untrained model on `layers['counts']`."""
    from scvi.model import LinearSCVI

    LinearSCVI.setup_anndata(data, layer="counts", batch_key=settings.batch_key)
    return LinearSCVI(
        data, n_latent=settings.latent, n_layers=settings.layers, n_hidden=settings.hidden, gene_likelihood=settings.likelihood
    )


def read(model: Any) -> dict[str, Any]:
    """The latent space (cells × dimensions) and the loadings (genes × dimensions)."""
    return {"latent": model.get_latent_representation(), "loadings": model.get_loadings().to_numpy()}


SPEC = Spec(
    name="linear_scvi",
    title="LinearSCVI (LDVAE)",
    cites="Svensson et al. 2020, doi:10.1093/bioinformatics/btaa169",
    where="scvi.model:LinearSCVI",
    needs=(COUNTS, SAMPLES),
    gives=("latent", "loadings"),
    prefer="it must be said which genes make a latent dimension",
    proven="three cell lines known by genotype: lines stay apart (its loadings were not held against a truth)",
    make=make,
    read=read,
    verb="cells integrate",
    plan=PLAN,
    foretell=Foretelling(shares),
)
